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
from asyncio import Semaphore
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from time import monotonic

import orjson
import structlog

from wallet_service.cards.design import CardState
from wallet_service.cards.devices import (
    Asked,
    Changes,
    Fetched,
    Glance,
    Question,
    Registered,
    Registration,
    unregister_device,
)
from wallet_service.cards.faces import Faces
from wallet_service.engine.grouping import Grouped
from wallet_service.settings import LimitSettings
from wallet_service.web.http import (
    Answer,
    Call,
    Receive,
    Scope,
    Send,
    TurnedAway,
    fields,
    http_date,
    not_allowed,
)
from wallet_service.web.limits import Allowance
from wallet_service.web.phones.reading import card_token, log_lines, push_token
from wallet_service.web.phones.respond import noted, respond
from wallet_service.web.writes import Writes

LOG = structlog.get_logger()

LIST = fields({"Content-Type": "application/json", "Cache-Control": "no-store"})
CARD = fields({"Cache-Control": "private, no-store", "Vary": "Authorization", "Content-Encoding": "identity"})
OUR_TROUBLE = Answer(503, fields=fields({"Retry-After": "5"}))
UNAUTHORIZED = Answer(401, fields=fields({"WWW-Authenticate": "ApplePass"}))
NOT_FOUND = Answer(404)
REGISTRATION_BYTES = 4_096

TURNS = 80
"""Phones that are told or given something at once. The others wait for their turn and not for the event loop, where a
till would wait behind them. More turns serve more phones in a second, and let the till wait longer."""

Acts = Mapping[str, Callable[..., Awaitable[Answer]]]
"""Method -> what the door does, given the call and the names in its path."""
Recognise = Callable[[str, str, str], bool]
"""Whether a token belongs to a pass type and serial."""


@dataclass(frozen=True, slots=True)
class PhoneDoor:
    """The ASGI application below the web service URL of a pass."""

    faces: Faces
    glance: Grouped[str, Glance | None]
    look: Grouped[str, CardState | None]
    ask: Grouped[Question, Changes]
    writes: Writes
    recognise: Recognise
    limits: LimitSettings
    allowance: Allowance
    secret: bytes
    """Keys the digests of addresses; random for each process start would do, derived from the master key it is stable."""
    turns: Semaphore = field(default_factory=lambda: Semaphore(TURNS))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; whatever goes wrong on our side is 503."""
        call = Call(scope, receive)
        await respond(call, self._answer(call), send, OUR_TROUBLE)

    async def _answer(self, call: Call) -> Answer:
        acts, named = self.place(call.path)
        if not acts:
            return NOT_FOUND
        act = acts.get(call.method)
        return await act(self, call, *named) if act else not_allowed(acts)

    @staticmethod
    def place(path: list[str]) -> tuple[Acts, tuple[str, ...]]:
        """What can be done at this address, and the names in it. PURE."""
        match path:
            case ["apple", "v1", "passes", pass_type, serial]:
                return PASS, (pass_type, serial)
            case ["apple", "v1", "devices", device, "registrations", pass_type]:
                return NEWS, (device, pass_type)
            case ["apple", "v1", "devices", device, "registrations", pass_type, serial]:
                return REGISTRATION, (device, pass_type, serial)
            case ["apple", "v1", "log"]:
                return COMPLAINTS, ()
        return NOWHERE, ()

    async def register(self, call: Call, device: str, pass_type: str, serial: str) -> Answer:
        """Wake this device for this card from now on."""
        wish = Registration(device, serial, pass_type, "")
        self._admit(call, pass_type, serial)
        token = push_token(await call.body(REGISTRATION_BYTES))
        registered = await self.writes.registrations.submit(replace(wish, push_token=token))
        return UNAUTHORIZED if registered is Registered.NO_SUCH_CARD else Answer(registered.value)

    async def unregister(self, call: Call, device: str, pass_type: str, serial: str) -> Answer:
        """Wake it no more."""
        self._admit(call, pass_type, serial)
        async with self.faces.database.begin() as tx:
            await unregister_device(tx, device, serial, pass_type)
        return Answer(200)

    async def list_changes(self, call: Call, device: str, pass_type: str) -> Answer:
        """Which cards of this device changed since its tag."""
        async with self.turns:
            return await self._tell(call, device, pass_type)

    async def _tell(self, call: Call, device: str, pass_type: str) -> Answer:
        changes = await self.ask.submit(Question(device, pass_type, call.query("passesUpdatedSince")))
        # a registered device has an allowance of its own: thousands may share the address of a shop or a carrier
        self._slow_down(device if changes.known else call.address(self.secret))
        if changes.news is None:
            return Answer(204)
        news = changes.news
        if call.method == "GET":  # before the answer: the fetch that follows is told apart by it
            await noted(self.writes.asked.submit(Asked(device, pass_type, call.address(self.secret))))
        return Answer(200, (orjson.dumps({"serialNumbers": news.serials, "lastUpdated": news.tag}),), LIST)

    async def fetch(self, call: Call, pass_type: str, serial: str) -> Answer:
        """The card as it is now."""
        self._admit(call, pass_type, serial)
        shown = call.header(b"if-modified-since")
        if shown is not None and (unchanged := await self._unchanged(pass_type, serial, shown, call)):
            return unchanged
        async with self.turns:
            return await self._give_out(call, pass_type, serial)

    async def _give_out(self, call: Call, pass_type: str, serial: str) -> Answer:
        state = await self.look.submit(serial)
        if state is None or state.pass_type != pass_type:
            return UNAUTHORIZED
        package = await self.faces.package(state)
        own = fields({"Last-Modified": http_date(state.modified_at), "Content-Type": package.media_type})
        return Answer(200, package.pieces, own + CARD, self._note(serial, state.version, call))

    async def _unchanged(self, pass_type: str, serial: str, shown: str, call: Call) -> Answer | None:
        """304 if the phone shows the card as it is now. A later date is no better: it is from before a restore."""
        card = await self.glance.submit(serial)
        if card is None or card.pass_type != pass_type or shown != http_date(card.modified_at):
            return None
        note = self._note(serial, card.version, call) if card.awaited else None
        return Answer(304, (), ((b"last-modified", shown.encode()), *CARD), note)

    def _note(self, serial: str, version: int, call: Call) -> Callable[[], Awaitable[None]]:
        return partial(self.writes.fetched.submit, Fetched(serial, version, call.address(self.secret)))

    async def take_log(self, call: Call) -> Answer:
        """Something went wrong on a phone."""
        self._slow_down(call.address(self.secret))
        for line in log_lines(await call.body(self.limits.log_bytes), self.limits.log_messages):
            LOG.info("phone says", message=line)
        return Answer(200)

    def _admit(self, call: Call, pass_type: str, serial: str) -> None:
        """Raises `TurnedAway` (401) unless the phone shows the token of this card."""
        if not self.recognise(card_token(call.header(b"authorization")), pass_type, serial):
            raise TurnedAway(UNAUTHORIZED)

    def _slow_down(self, caller: str) -> None:
        """Raises `TurnedAway` (429) when this caller uses the open endpoints too often."""
        if wait := self.allowance.wait(caller, monotonic()):
            raise TurnedAway(Answer(429, fields=fields({"Retry-After": str(int(wait) + 1)})))


REGISTRATION: Acts = {"POST": PhoneDoor.register, "DELETE": PhoneDoor.unregister}
NEWS: Acts = dict.fromkeys(("GET", "HEAD"), PhoneDoor.list_changes)
PASS: Acts = dict.fromkeys(("GET", "HEAD"), PhoneDoor.fetch)
COMPLAINTS: Acts = {"POST": PhoneDoor.take_log}
NOWHERE: Acts = {}


def address_secret(token: str) -> bytes:
    """A key for digests of addresses, from a derived token."""
    return hashlib.sha256(token.encode()).digest()
