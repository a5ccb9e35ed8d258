"""A client of APNs made of bare frames, so that it can also say what no HTTP/2 library would."""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from hpack import Decoder, Encoder
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    PingFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from wallet_service.simulators.apns import ApnsSimulator
from wallet_service.simulators.pki import SimulatedPki

TOPIC = "pass.example.burger"
TOKEN = "0a" * 32
PATIENCE = 30.0

Fields = Sequence[tuple[str, str]]


def push_fields(token: str = TOKEN, topic: str = TOPIC, **others: str) -> list[tuple[str, str]]:
    """The header fields of a good push, with others set or (as "") left out."""
    named = {":method": "POST", ":scheme": "https", ":authority": "localhost", ":path": f"/3/device/{token}"}
    named |= {"apns-topic": topic, "apns-push-type": "background", "apns-priority": "5"}
    named |= {name.replace("_", "-"): value for name, value in others.items()}
    return [(name, value) for name, value in named.items() if value]


def token(number: int) -> str:
    """The device token of the phone with this number."""
    return f"{number:064x}"


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait for what the other side does in its own time."""
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


@dataclass
class Response:
    """What came back on a stream so far."""

    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    ended: bool = False

    @property
    def status(self) -> int:
        return int(self.headers[":status"])


class WireClient:
    """One connection; reads only while somebody waits for something."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._encoder, self._decoder = Encoder(), Decoder()
        self._next_stream = 1
        self.responses: dict[int, Response] = {}
        self.resets: dict[int, int] = {}
        self.settings: dict[int, int] = {}
        self.goaway: GoAwayFrame | None = None
        self.pongs = 0

    @classmethod
    async def connect(
        cls, simulator: ApnsSimulator, pki: SimulatedPki, certificate: Path | None, *, alpn: Sequence[str] = ("h2",)
    ) -> Self:
        context = ssl.create_default_context(cafile=str(pki.roots))
        context.verify_flags |= ssl.VERIFY_X509_STRICT  # the default of later Pythons
        context.set_alpn_protocols(list(alpn))
        if certificate:
            context.load_cert_chain(certificate)
        reader, writer = await asyncio.open_connection(simulator.host, simulator.port, ssl=context)
        return cls(reader, writer)

    async def greet(self, *, settings: dict[int, int] | None = None) -> Self:
        """Exchange prefaces (RFC 9113, 3.4)."""
        self._writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        self.send(SettingsFrame(0, settings=settings or {}))
        await self.until(lambda: bool(self.settings))
        return self

    @property
    def alpn(self) -> str | None:
        tls: ssl.SSLObject = self._writer.get_extra_info("ssl_object")
        return tls.selected_alpn_protocol()

    @property
    def table_entries(self) -> int:
        """How many headers the other side has made us remember (RFC 7541, 2.3.2)."""
        return len(self._decoder.header_table.dynamic_entries)

    def send(self, frame: Frame) -> None:
        self._writer.write(frame.serialize())

    def open(self, fields: Fields) -> int:
        """Begin a request and leave it unfinished; returns its stream."""
        stream, self._next_stream = self._next_stream, self._next_stream + 2
        self.responses[stream] = Response()
        self.send(HeadersFrame(stream, self._encoder.encode(fields, huffman=False), flags=["END_HEADERS"]))
        return stream

    def post(self, fields: Fields | None = None, payload: bytes = b"{}") -> int:
        """Send a whole request; returns its stream."""
        stream = self.open(push_fields() if fields is None else fields)
        self.finish(stream, payload)
        return stream

    def finish(self, stream: int, payload: bytes = b"{}") -> None:
        self.send(DataFrame(stream, payload, flags=["END_STREAM"]))

    def chunk(self, stream: int, payload: bytes) -> None:
        self.send(DataFrame(stream, payload))

    def say_goodbye(self) -> None:
        self.send(GoAwayFrame(0))

    def cancel(self, stream: int) -> None:
        self.send(RstStreamFrame(stream, error_code=8))

    def ping(self) -> None:
        self.send(PingFrame(0, b"12345678"))

    def widen(self, stream: int, increment: int) -> None:
        self.send(WindowUpdateFrame(stream, window_increment=increment))

    async def answer(self, stream: int) -> Response:
        await self.until(lambda: self.responses[stream].ended)
        return self.responses[stream]

    async def push(self, fields: Fields | None = None, payload: bytes = b"{}") -> Response:
        """Send a whole request and wait for its answer."""
        return await self.answer(self.post(fields, payload))

    async def until(self, condition: Callable[[], bool]) -> None:
        """Read frames till the condition holds."""
        async with asyncio.timeout(PATIENCE):
            while not condition():
                self._hear(await self._frame())

    async def until_closed(self) -> type[Exception]:
        """Read frames till the other side ends the connection; returns how it ended."""
        try:
            await self.until(lambda: False)
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError) as end:
            return type(end)
        raise AssertionError

    async def rest(self) -> bytes:
        """Everything that comes, raw, till the other side closes."""
        async with asyncio.timeout(PATIENCE):
            return await self._reader.read()

    async def aclose(self) -> None:
        self._writer.transport.abort()
        with suppress(OSError):  # it was lost before
            await self._writer.wait_closed()

    async def _frame(self) -> Frame:
        frame, length = Frame.parse_frame_header(memoryview(await self._reader.readexactly(9)))
        frame.parse_body(memoryview(await self._reader.readexactly(length)))
        return frame

    def _hear(self, frame: Frame) -> None:
        match frame:
            case HeadersFrame():
                self.responses[frame.stream_id].headers = {
                    str(h[0]): str(h[1]) for h in self._decoder.decode(frame.data)
                }
            case DataFrame():
                self.responses[frame.stream_id].body += frame.data
            case RstStreamFrame():
                self.resets[frame.stream_id] = frame.error_code
            case GoAwayFrame():
                self.goaway = frame
            case SettingsFrame() if "ACK" not in frame.flags:
                self.settings |= frame.settings
                self.send(SettingsFrame(0, flags=["ACK"]))
            case PingFrame():
                self.pongs += 1
            case _:
                pass
        if "END_STREAM" in frame.flags:
            self.responses[frame.stream_id].ended = True
