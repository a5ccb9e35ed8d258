"""The seam of the HTTP/2 codec: bytes on one side, pushes and answers on the other, no I/O (RFC 9113)."""

from collections.abc import Callable
from typing import Protocol

from wallet_service.wallets.apple.push.request import Head
from wallet_service.wallets.apple.push.seam import Push

MOST_BODY = 16_384
"""Bytes of an answer that are kept; APNs sends a line of JSON."""


class ProtocolBrokenError(Exception):
    """The other side broke the rules of HTTP/2; the connection is of no further use."""


class Listener(Protocol):
    """Who is told what arrived."""

    def on_settings(self, max_streams: int) -> None:
        """The other side allows this many streams at once from now on."""
        ...

    def on_answer(self, stream: int, status: int, body: bytes, retry_after: bytes | None) -> None:
        """A complete answer; the stream is over."""
        ...

    def on_reset(self, stream: int, code: int) -> None:
        """The stream was reset with this error code (RFC 9113, 7)."""
        ...

    def on_goaway(self, last: int, code: int, debug: bytes) -> None:
        """No stream above `last` was or will be processed; those up to it are still answered (RFC 9113, 6.8)."""
        ...

    def on_pong(self) -> None:
        """Our PING came back."""
        ...


class Codec(Protocol):
    """One client connection in HTTP/2. What it has to say piles up until `outgoing` is called."""

    def start(self) -> None:
        """The preface and our SETTINGS."""
        ...

    def open(self, head: Head, push: Push) -> int:
        """Write the request for this push; the number of its stream. A payload may wait for the flow-control window."""
        ...

    def cancel(self, stream: int) -> None:
        """Reset a stream (CANCEL); nothing more will be heard of it."""
        ...

    def ping(self) -> None:
        """Ask whether the other side is there."""
        ...

    def finish(self) -> None:
        """Say goodbye (GOAWAY)."""
        ...

    def receive(self, data: bytes, listener: Listener) -> None:
        """Take bytes as they came and tell the listener. Raises `ProtocolBrokenError`; then only `outgoing` is of use."""
        ...

    def outgoing(self) -> bytes:
        """The bytes to write now."""
        ...


MakeCodec = Callable[[], Codec]
"""A fresh codec for a fresh connection."""
