"""The server's half of a connection in memory: python-h2 on bytes, so that a test decides every frame."""

from __future__ import annotations

import asyncio
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import Event, RequestReceived
from h2.settings import SettingCodes

from wallet_service.wallets.apple.push.codec import Codec


class Ears:
    """A listener that writes down what it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[Any, ...]] = []

    def on_settings(self, max_streams: int) -> None:
        self.heard.append(("settings", max_streams))

    def on_answer(self, stream: int, status: int, body: bytes, retry_after: bytes | None) -> None:
        self.heard.append(("answer", stream, status, body, retry_after))

    def on_reset(self, stream: int, code: int) -> None:
        self.heard.append(("reset", stream, code))

    def on_goaway(self, last: int, code: int, debug: bytes) -> None:
        self.heard.append(("goaway", last, code, debug))

    def on_pong(self) -> None:
        self.heard.append(("pong",))


class MemoryApns:
    """A server that says what it is told to say. `h2` is free for anything else."""

    def __init__(self, *, max_streams: int | None = 100, window: int = 65_535) -> None:
        self.h2 = H2Connection(H2Configuration(client_side=False, header_encoding="ascii"))
        settings = self.h2.local_settings
        settings[SettingCodes.INITIAL_WINDOW_SIZE] = window
        if max_streams is None:
            del settings[SettingCodes.MAX_CONCURRENT_STREAMS]
        else:
            settings[SettingCodes.MAX_CONCURRENT_STREAMS] = max_streams
        settings.acknowledge()
        self.h2.initiate_connection()
        self.events: list[Event] = []

    def hear(self, data: bytes) -> None:
        """Take what the client wrote."""
        self.events += self.h2.receive_data(data)

    def say(self) -> bytes:
        """What is to be written to the client."""
        return self.h2.data_to_send()

    def answer(self, stream: int, status: int = 200, body: bytes = b"", **headers: str) -> bytes:
        """A whole answer."""
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        self.h2.send_headers(stream, [(":status", str(status)), *named], end_stream=not body)
        if body:
            self.h2.send_data(stream, body, end_stream=True)
        return self.say()

    def talk(self, codec: Codec, ears: Ears) -> None:
        """Carry bytes to and fro until both are silent."""
        while True:
            there, back = codec.outgoing(), self.say()
            if not there and not back:
                return
            if there:
                self.hear(there)
            if back:
                codec.receive(back, ears)

    @property
    def requests(self) -> list[RequestReceived]:
        """The requests so far."""
        return [event for event in self.events if isinstance(event, RequestReceived)]


def goaway(last: int, code: int = 0, debug: bytes = b"") -> bytes:
    """A GOAWAY frame; python-h2's own would end the server's half at once."""
    payload = last.to_bytes(4) + code.to_bytes(4) + debug
    return len(payload).to_bytes(3) + b"\x07\0\0\0\0\0" + payload


class ChosenProtocol:
    """The TLS layer, as far as a connection asks it."""

    def __init__(self, alpn: str | None) -> None:
        self._alpn = alpn

    def selected_alpn_protocol(self) -> str | None:
        return self._alpn


class MemoryTransport(asyncio.Transport):
    """A transport that keeps what is written and ends the protocol as a real one does: soon, not at once."""

    def __init__(self, protocol: asyncio.Protocol, *, alpn: str | None = "h2") -> None:
        super().__init__({"ssl_object": ChosenProtocol(alpn)})
        self._protocol = protocol
        self.written = bytearray()
        self.writes = 0
        self.closed = False
        self.aborted = False

    def write(self, data: bytes | bytearray | memoryview[Any]) -> None:
        self.written += data
        self.writes += 1

    def is_closing(self) -> bool:
        return self.closed

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)

    def abort(self) -> None:
        self.aborted = True
        self.close()

    def take(self) -> bytes:
        """What was written since the last time."""
        data = bytes(self.written)
        self.written.clear()
        return data
