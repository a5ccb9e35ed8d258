"""Just enough HTTP for the doors that answer many thousand times a second, straight on ASGI.

A path is matched by its decoded whole segments, each from a list of allowed characters; what does not match is 404.
"""

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote_to_bytes

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]
"""An ASGI application."""

PATH = re.compile(rb"(?:/(?!\.\.?(?:/|\Z))[A-Za-z0-9._~:@+=-]{1,200})+")
"""Whole segments of the characters that ids of ours and of Apple's have, none of them a step up."""

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

TWO_DIGITS = tuple(f"{number:02}" for number in range(60))

BODY_SECONDS = 10.0
"""How long a client may take to send its body."""


Fields = tuple[tuple[bytes, bytes], ...]
"""Header fields as ASGI wants them: names in small letters."""

BODILESS = frozenset({204, 304})
"""Answers that carry neither body nor length (RFC 9110, 15.3.5, 15.4.5)."""


def fields(texts: Mapping[str, str]) -> Fields:
    """Header fields as they are sent; those that are always the same are made once. PURE."""
    return tuple((name.lower().encode(), text.encode("latin-1")) for name, text in texts.items())


class Answer(NamedTuple):
    """A response; `pieces` are sent as they are, one after the other."""

    status: int
    pieces: tuple[bytes, ...] = ()
    fields: Fields = ()
    note: Callable[[], Awaitable[None]] | None = None
    """What to write down once a GET has been answered so."""

    async def send(self, send: Send, *, head: bool) -> None:
        """Send it; for HEAD, everything but the body."""
        begin = {"type": "http.response.start", "status": self.status, "headers": self.fields}
        if self.status not in BODILESS:
            begin["headers"] = *self.fields, (b"content-length", b"%d" % sum(map(len, self.pieces)))
        await send(begin)
        *earlier, last = (not head and self.pieces) or (b"",)
        for piece in earlier:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": last})


CLOSE = fields({"Connection": "close"})


class TurnedAway(Exception):
    """The request deserves this answer and no further work."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class ClientGone(Exception):
    """The client went away before its body was complete."""


class Call(NamedTuple):
    """One request, taken apart."""

    scope: Scope
    receive: Receive

    @property
    def method(self) -> str:
        """In capitals."""
        return str(self.scope["method"])

    @property
    def path(self) -> list[str]:
        """The decoded segments; none at all when one of them is empty, or holds what no id of ours or Apple's does."""
        raw: bytes = self.scope.get("raw_path") or self.scope["path"].encode()
        if b"%" in raw:
            raw = unquote_to_bytes(raw.replace(b"%2f", b"//").replace(b"%2F", b"//"))  # no segment holds a slash
        return raw.decode("ascii").split("/")[1:] if PATH.fullmatch(raw) else []

    def header(self, name: bytes) -> str | None:
        """The first header of that (lower-case) name."""
        for key, value in self.scope["headers"]:
            if key == name:
                return str(value.decode("latin-1"))
        return None

    def query(self, name: str) -> str | None:
        """The first parameter of that name in the query; an empty one counts as none."""
        query: bytes = self.scope["query_string"]
        return next(iter(parse_qs(query.decode("latin-1")).get(name, ())), None)

    def address(self, secret: bytes) -> str:
        """Where it comes from, as a keyed digest: enough to tell two addresses apart, not to know one."""
        host, _ = self.scope.get("client") or ("", 0)
        return hmac.digest(secret, host.encode(), "sha256")[:9].hex()

    async def body(self, most: int, seconds: float = BODY_SECONDS) -> bytes:
        """The whole body.

        Raises `TurnedAway` beyond `most` bytes (413) or `seconds` (408), `ClientGone` when the body is cut off.
        """
        try:
            async with asyncio.timeout(seconds):
                return await self._body(most)
        except TimeoutError:
            raise TurnedAway(Answer(408, fields=CLOSE)) from None

    async def _body(self, most: int) -> bytes:
        whole = bytearray()
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            whole += message.get("body", b"")
            if len(whole) > most:
                raise TurnedAway(Answer(413, fields=CLOSE))
            if not message.get("more_body", False):
                return bytes(whole)


def not_allowed(methods: Iterable[str]) -> Answer:
    """405, with the methods that this address takes."""
    return Answer(405, fields=fields({"Allow": ", ".join(methods)}))


def http_date(moment: datetime) -> str:
    """An HTTP date (RFC 9110, 5.6.7). PURE."""
    there = moment.astimezone(UTC)
    return f"{_day(there.date())} {TWO_DIGITS[there.hour]}:{TWO_DIGITS[there.minute]}:{TWO_DIGITS[there.second]} GMT"


@lru_cache(maxsize=1024)
def _day(day: date) -> str:
    return f"{DAYS[day.weekday()]}, {day.day:02} {MONTHS[day.month - 1]} {day.year:04}"
