"""Patience with slow clients, and its end: whoever neither sends what it owes nor takes what it asked for is cut off."""

import asyncio
from typing import Any

from uvicorn._types import ASGI3Application
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from wallet_service.web.outbox import Outbox

PATIENCE = 10.0
"""Seconds between two looks at a connection."""

LEAST = 1024
"""Bytes that must move between two looks, while it is the client who is waited for."""

LONGEST_HEAD = 65_536
"""Most bytes of a request's line and headers."""

TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's HTTP/1.1, which by itself waits for ever for a request's end and for an answer to be taken."""

    patience = PATIENCE

    def __init__(self, *given: Any, **named: Any) -> None:
        """A connection that owes its first request."""
        super().__init__(*given, **named)
        self._is_owing = self._was_owing = self._in_head = True
        self._is_deaf = False
        self._head = self._moved = self._untaken = 0
        self._next_look: asyncio.TimerHandle | None = None
        self._answering: RequestResponseCycle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Begin to look."""
        super().connection_made(Outbox(transport, self.loop))  # type: ignore[arg-type]  # it hands on whatever it lacks
        self._next_look = self.loop.call_later(self.patience, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more, and answer no more: uvicorn tells only the last of several requests sent in one breath."""
        if self._next_look:
            self._next_look.cancel()
        if self._answering:
            self._answering.disconnected = True
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take what came, unless it is a head without end."""
        if self._is_deaf:
            return
        super().data_received(data)
        if self._in_head:
            self._head += len(data)
            if self._head > LONGEST_HEAD and not self.transport.is_closing():
                self._turn_away()

    def _turn_away(self) -> None:
        """Say so and listen no more; to close at once would reset the connection, and the answer with it."""
        self._is_deaf = True
        self.transport.write(TOO_LONG)
        self.transport.write_eof()

    def on_message_begin(self) -> None:
        """Of a request the first byte came: the client owes the rest."""
        self._is_owing = self._in_head = True
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head is whole, which counts as progress; its single bytes do not."""
        self._in_head = False
        self._moved += LEAST
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A part of the body came."""
        self._moved += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole: from now on it is us who owe."""
        self._is_owing = False
        super().on_message_complete()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: ASGI3Application) -> None:
        self._answering = cycle
        super()._start_asgi_task(cycle, app)

    def _look(self) -> None:
        """Cut the connection if the client has been waited for since the last look, and hardly anything moved."""
        untaken = self.transport.get_write_buffer_size()
        moved = self._moved + max(0, self._untaken - untaken)
        owing = untaken > 0 or (self._is_owing and not self.flow.read_paused)
        if owing and self._was_owing and moved < LEAST:
            self.transport.abort()
            return
        self._was_owing, self._untaken, self._moved = owing, untaken, 0
        self._next_look = self.loop.call_later(self.patience, self._look)
