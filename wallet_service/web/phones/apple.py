"""Apple's web service for passes: the five endpoints a phone calls (Apple: Adding a web service to update passes).

    POST   /v1/devices/{device}/registrations/{pass type}/{serial}   wake me for this card
    DELETE the same                                                  no more
    GET    /v1/devices/{device}/registrations/{pass type}            what changed since my tag?
    GET    /v1/passes/{pass type}/{serial}                           the card as it is now
    POST   /v1/log                                                   something went wrong

401 is said only for a wrong token (the same for a card that does not exist); trouble of ours is 503, because a phone
that hears 401 does not come back. Raw ASGI: these paths carry a whole fleet after every push.
"""

import hashlib
import hmac
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

import orjson
import structlog

from wallet_service.cards.design import CardState
from wallet_service.cards.devices import (
    Asked,
    Fetched,
    Registered,
    Registration,
    changed_since,
    unregister_device,
)
from wallet_service.cards.faces import Faces
from wallet_service.engine.grouping import Grouped
from wallet_service.errors import WalletServiceError
from wallet_service.settings import LimitSettings
from wallet_service.web.limits import Allowance
from wallet_service.web.phones.http import (
    Answer,
    BodyTooLargeError,
    ClientGoneError,
    Receive,
    Scope,
    Send,
    body,
    header,
    http_date,
    not_modified_since,
    segments,
)
from wallet_service.web.writes import Writes

LOG = structlog.get_logger()

PUSH_TOKEN = re.compile(r"[0-9a-fA-F]{64,200}")
JSON = {"Content-Type": "application/json"}
PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Authorization", "Content-Encoding": "identity"}
OUR_TROUBLE = Answer(503, headers={"Retry-After": "5"})
UNAUTHORIZED = Answer(401, headers={"WWW-Authenticate": "ApplePass"})
NOT_FOUND = Answer(404)
BODY_LIMIT = 4_096

Recognise = Callable[[str, str, str], bool]
"""Whether a token belongs to a pass type and serial."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, taken apart."""

    scope: Scope
    receive: Receive
    method: str
    path: list[str]

    def address(self, secret: bytes) -> str:
        """Where it comes from, as a keyed digest: enough to tell two addresses apart, not to know one."""
        client = self.scope.get("client") or ("", 0)
        return hmac.digest(secret, str(client[0]).encode(), "sha256")[:9].hex()


@dataclass(frozen=True, slots=True)
class PhoneDoor:
    """The ASGI application below the web service URL of a pass."""

    faces: Faces
    look: Grouped[str, CardState | None]
    writes: Writes
    recognise: Recognise
    limits: LimitSettings
    allowance: Allowance
    secret: bytes
    """Keys the digests of addresses; random for each process start would do, derived from the master key it is stable."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever goes wrong on our side is 503."""
        call = Call(scope, receive, scope["method"], segments(scope) or [])
        after: list[Callable[[], Awaitable[None]]] = []
        try:
            answer = await self._answer(call, after)
        except ClientGoneError:
            return
        except WalletServiceError as refusal:
            LOG.warning("phone turned away", slug=refusal.slug, why=refusal.detail)
            answer = OUR_TROUBLE
        except Exception:  # a phone must hear 503 and come back, whatever bug this is
            LOG.exception("phone door failed", route=_route(call.path))
            answer = OUR_TROUBLE
        await answer.send(send, head=call.method == "HEAD")
        for note in after:
            await _noted(note)

    async def _answer(self, call: Call, after: list[Callable[[], Awaitable[None]]]) -> Answer:
        match call.path:
            case ["apple", "v1", "devices", device, "registrations", pass_type, serial]:
                return await self._registration(call, Registration(device, serial, pass_type, ""))
            case ["apple", "v1", "devices", device, "registrations", pass_type]:
                return await self._list(call, device, pass_type)
            case ["apple", "v1", "passes", pass_type, serial]:
                return await self._fetch(call, pass_type, serial, after)
            case ["apple", "v1", "log"]:
                return await self._log(call)
        return NOT_FOUND

    async def _registration(self, call: Call, wish: Registration) -> Answer:
        act = {"POST": self._register, "DELETE": self._unregister}.get(call.method)
        if act is None:
            return _not_allowed("POST, DELETE")
        if not self._may(call, wish.pass_type, wish.card_id):
            return UNAUTHORIZED
        return await act(call, wish)

    async def _register(self, call: Call, wish: Registration) -> Answer:
        try:
            token = _object(await body(call.receive, BODY_LIMIT)).get("pushToken")
        except BodyTooLargeError:
            return Answer(413)
        if not isinstance(token, str) or not PUSH_TOKEN.fullmatch(token):
            return _bad('The body must be {"pushToken": "<64 or more hexadecimal digits>"}.')
        registration = Registration(wish.device_id, wish.card_id, wish.pass_type, token.lower())
        registered = await self.writes.registrations.submit(registration)
        return UNAUTHORIZED if registered is Registered.NO_SUCH_CARD else Answer(registered.value)

    async def _unregister(self, _call: Call, wish: Registration) -> Answer:
        async with self.faces.database.begin() as tx:
            await unregister_device(tx, wish.device_id, wish.card_id, wish.pass_type)
        return Answer(200)

    async def _list(self, call: Call, device: str, pass_type: str) -> Answer:
        if call.method not in {"GET", "HEAD"}:
            return _not_allowed("GET, HEAD")
        if refusal := self._too_often(call):
            return refusal
        tag = parse_qs(call.scope["query_string"].decode("latin-1")).get("passesUpdatedSince", [None])[0]
        async with self.faces.database.read() as tx:
            news = await changed_since(tx, device, pass_type, tag)
        if news is None:
            return Answer(204)
        if call.method == "GET":  # noted before the answer: the fetch that follows is told apart by it
            await self.writes.asked.submit(Asked(device, pass_type, call.address(self.secret)))
        return Answer(200, (orjson.dumps({"serialNumbers": news.serials, "lastUpdated": news.tag}),), JSON)

    async def _fetch(
        self, call: Call, pass_type: str, serial: str, after: list[Callable[[], Awaitable[None]]]
    ) -> Answer:
        if call.method not in {"GET", "HEAD"}:
            return _not_allowed("GET, HEAD")
        if not self._may(call, pass_type, serial):
            return UNAUTHORIZED
        state = await self.look.submit(serial)
        if state is None or state.pass_type != pass_type:
            return UNAUTHORIZED
        headers = {"Last-Modified": http_date(state.modified_at), "ETag": f'"{state.version}"', **PRIVATE}
        if call.method == "GET":
            fetched = Fetched(serial, state.version, call.address(self.secret))
            after.append(lambda: self.writes.fetched.submit(fetched))
        if not_modified_since(header(call.scope, b"if-modified-since"), state.modified_at):
            return Answer(304, headers=headers)
        package = await self.faces.package(state)
        return Answer(200, package.pieces, headers | {"Content-Type": package.media_type})

    async def _log(self, call: Call) -> Answer:
        if call.method != "POST":
            return _not_allowed("POST")
        if refusal := self._too_often(call):
            return refusal
        try:
            found = _object(await body(call.receive, self.limits.log_bytes)).get("logs")
        except BodyTooLargeError:
            return Answer(413)
        if not isinstance(found, list):
            return _bad('The body must be {"logs": ["…"]}.')
        for line in found[: self.limits.log_messages]:
            LOG.info("phone says", message=printable(str(line)))
        return Answer(200)

    def _may(self, call: Call, pass_type: str, serial: str) -> bool:
        scheme, _, token = (header(call.scope, b"authorization") or "").partition(" ")
        return self.recognise(token.strip(), pass_type, serial) and scheme.lower() == "applepass"

    def _too_often(self, call: Call) -> Answer | None:
        wait = self.allowance.wait(call.address(self.secret), time.monotonic())
        return Answer(429, headers={"Retry-After": str(int(wait) + 1)}) if wait else None


def printable(text: str, most: int = 500) -> str:
    """A stranger's text made harmless for a log: no control characters, no ANSI, no end of lines; cut. PURE."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text[:most])


def address_secret(token: str) -> bytes:
    """A key for digests of addresses, from a derived token."""
    return hashlib.sha256(token.encode()).digest()


async def _noted(note: Callable[[], Awaitable[None]]) -> None:
    try:
        await note()
    except WalletServiceError as refusal:  # the phone has its answer; only the trace misses a line
        LOG.warning("note not kept", slug=refusal.slug)


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _bad(why: str) -> Answer:
    return Answer(400, (orjson.dumps({"message": why}),), JSON)


def _not_allowed(methods: str) -> Answer:
    return Answer(405, headers={"Allow": methods})


def _route(path: list[str]) -> str:
    return "/".join(path[:3])
