"""Just enough HTTP for the phones' door, straight on ASGI: it answers many thousand times a second.

A path is matched by its decoded whole segments, each from a list of allowed characters; what does not match is 404.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import unquote_to_bytes

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SEGMENT = re.compile(r"[A-Za-z0-9._~:@+=-]{1,200}")


class BodyTooLargeError(Exception):
    """The body is larger than this endpoint takes."""


class ClientGoneError(Exception):
    """The client went away before its body was complete."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response. `pieces` are sent as they are, one after the other."""

    status: int
    pieces: tuple[bytes, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)

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


def segments(scope: Scope) -> list[str] | None:
    """The decoded segments of the path; None when one is empty, or holds what no id of ours or Apple's does."""
    raw = scope.get("raw_path") or scope["path"].encode()
    found = [unquote_to_bytes(part) for part in raw.partition(b"?")[0].split(b"/")[1:]]
    texts = [part.decode("ascii", errors="replace") for part in found]
    return texts if all(SEGMENT.fullmatch(text) and text not in {".", ".."} for text in texts) else None


def header(scope: Scope, name: bytes) -> str | None:
    """The first header of that (lower-case) name."""
    for key, value in scope["headers"]:
        if key == name:
            return str(value.decode("latin-1"))
    return None


async def body(receive: Receive, most: int) -> bytes:
    """The whole body. Raises `BodyTooLargeError` beyond `most` bytes, `ClientGoneError` when it is cut off."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > most:
            raise BodyTooLargeError
        if not message.get("more_body", False):
            return b"".join(parts)


def http_date(moment: datetime) -> str:
    """An HTTP date (RFC 9110, 5.6.7)."""
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def not_modified_since(condition: str | None, modified_at: datetime) -> bool:
    """Whether the client's copy is as new as ours. A condition that is no date is ignored (RFC 9110, 13.1.3). PURE."""
    try:
        seen = parsedate_to_datetime(condition) if condition else None
    except (ValueError, TypeError):
        return False
    if seen is None:
        return False
    return modified_at <= (seen if seen.tzinfo else seen.replace(tzinfo=UTC))
