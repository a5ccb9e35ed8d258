"""Just enough HTTP for the phones' doors, straight on ASGI: they answer many thousand times a second.

A path is matched by its decoded whole segments, each from a list of allowed characters; what does not match is 404.
"""

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
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

BODY_SECONDS = 10.0
"""How long a client may take to send its body."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. `pieces` are sent as they are, one after the other."""

    status: int
    pieces: tuple[bytes, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    note: Callable[[], Awaitable[None]] | None = None
    """What to write down once a GET has been answered so."""

    async def send(self, send: Send, *, head: bool) -> None:
        """Send it; for HEAD, everything but the body. 204 and 304 carry neither body nor length (RFC 9110, 15.3.5, 15.4.5)."""
        headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in self.headers.items()]
        if self.status not in {204, 304}:
            headers.append((b"content-length", str(sum(map(len, self.pieces))).encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        pieces = () if head else self.pieces
        for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})


class TurnedAway(Exception):
    """The request deserves this answer and no further work."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class ClientGone(Exception):
    """The client went away before its body was complete."""


@dataclass(frozen=True, slots=True)
class Call:
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
            raise TurnedAway(Answer(408, headers={"Connection": "close"})) from None

    async def _body(self, most: int) -> bytes:
        whole = bytearray()
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            whole += message.get("body", b"")
            if len(whole) > most:
                raise TurnedAway(Answer(413, headers={"Connection": "close"}))
            if not message.get("more_body", False):
                return bytes(whole)


def not_allowed(methods: Iterable[str]) -> Answer:
    """405, with the methods that this address takes."""
    return Answer(405, headers={"Allow": ", ".join(methods)})


def http_date(moment: datetime) -> str:
    """An HTTP date (RFC 9110, 5.6.7). PURE."""
    year, month, day, hour, minute, second, weekday, *_ = moment.utctimetuple()
    return f"{DAYS[weekday]}, {day:02} {MONTHS[month - 1]} {year:04} {hour:02}:{minute:02}:{second:02} GMT"
