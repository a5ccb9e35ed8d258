"""A till on one kept-open connection, as cheap as Python can be, so that what is measured is the service."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from wallet_service.bench.harness import BenchImpossible

ENTRY = b'{"amount":1}'


@dataclass(slots=True)
class Line:
    """One connection of a till."""

    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter
    _fields: str
    _posted: int = 0

    async def post(self, member: str) -> int:
        """Give one point, and wait for the answer; when it was sent, by `time.monotonic_ns`."""
        self._posted += 1
        head = f"POST /v1/members/{member}/entries HTTP/1.1\r\n{self._fields}Idempotency-Key: {id(self)}-{self._posted}-{member}\r\n"
        request = f"{head}Content-Length: {len(ENTRY)}\r\n\r\n".encode() + ENTRY
        sent = time.monotonic_ns()
        self._writer.write(request)
        answer = await self._reader.readuntil(b"\r\n\r\n")
        await self._reader.readexactly(_length(answer))
        if not answer.startswith(b"HTTP/1.1 201"):
            raise BenchImpossible(f"The till was answered {answer[:12].decode()}.")
        return sent


@asynccontextmanager
async def till_line(base_url: str, key: str) -> AsyncIterator[Line]:
    """A till's connection, open while inside."""
    place = urlsplit(base_url)
    reader, writer = await asyncio.open_connection(place.hostname, place.port)
    fields = f"Host: {place.netloc}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"
    try:
        yield Line(reader, writer, fields)
    finally:
        writer.close()
        await writer.wait_closed()


def _length(head: bytes) -> int:
    """The Content-Length of an answer. PURE."""
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
