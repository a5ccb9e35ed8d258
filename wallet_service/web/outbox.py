"""What a connection is given to send within one turn of the event loop leaves together, when the turn is over.

A head and its body then take one call to the system instead of two or three; and the answers of a batch, which are
ready at the same moment, follow each other so closely that their readers are not woken for every single one.
"""

import asyncio
from typing import Any

MOST = 262_144
"""Bytes that wait for the end of the turn: as much as a pass. Beyond it they leave at once."""


class Outbox:
    """A transport that gathers; what it does not gather it hands on."""

    __slots__ = ("_kept", "_loop", "_size", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        """Before this transport."""
        self._transport, self._loop = transport, loop
        self._kept: list[bytes] = []
        self._size = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Keep it for the end of this turn."""
        if not data:
            return
        if not self._kept:
            self._loop.call_soon(self._empty)
        self._kept.append(data)
        self._size += len(data)
        if self._size > MOST:
            self._empty()

    def close(self) -> None:
        """Send what was kept, and close."""
        self._empty()
        self._transport.close()

    def write_eof(self) -> None:
        """Send what was kept, and nothing afterwards."""
        self._empty()
        self._transport.write_eof()

    def get_write_buffer_size(self) -> int:
        """Bytes not yet taken by the system."""
        return self._size + self._transport.get_write_buffer_size()

    def _empty(self) -> None:
        kept, self._kept, self._size = self._kept, [], 0
        if kept and not self._transport.is_closing():
            self._transport.writelines(kept)
