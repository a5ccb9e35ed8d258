"""Clients that stall are cut off; those that are merely slow, or have nothing to say, are not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import uvicorn

from tests.journeys.walks import until
from wallet_service.serving import Server, listening
from wallet_service.web.patience import LEAST, LONGEST_HEAD, PatientProtocol

HEAD = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
ANSWER = bytes(20_000_000)
"""More than the buffers between two ends of a connection hold."""


class Hasty(PatientProtocol):
    """Patience for half a second."""

    patience = 0.5


class Calm(PatientProtocol):
    """Patience for so long that a machine which stands still for a moment is no slow client."""

    patience = 2.0


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Answer with the number of bytes that were sent, or with very many for `/much`."""
    size, more = 0, True
    while more:
        event = await receive()
        size, more = size + len(event.get("body", b"")), event.get("more_body", False)
    body = ANSWER if scope["path"] == "/much" else str(size).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


@dataclass(frozen=True, slots=True)
class Inn:
    """A server, and how to get to it."""

    port: int
    server: Server

    async def guest(self, words: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A client that has said this."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(words)
        return reader, writer

    async def is_empty(self) -> bool:
        """Whether nobody is connected."""
        return not self.server.server_state.connections


@asynccontextmanager
async def open_inn(protocol: type[PatientProtocol]) -> AsyncIterator[Inn]:
    """A server with the patience of this protocol."""
    config = uvicorn.Config(echo, http=protocol, log_config=None, lifespan="off", timeout_keep_alive=60)
    with listening(0) as listener:
        server = Server(config)
        serving = asyncio.create_task(server.run_on(listener))
        await server.begun.wait()
        yield Inn(listener.getsockname()[1], server)
        server.should_exit = True
        await serving


@pytest.fixture
async def inn() -> AsyncIterator[Inn]:
    """A hasty server."""
    async with open_inn(Hasty) as opened:
        yield opened


@pytest.mark.parametrize(
    "start",
    [
        b"",
        HEAD[:7],
        HEAD,
        HEAD + b"Content-Length: 100\r\n\r\nhalf",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nha",
    ],
)
async def test_a_request_that_never_ends_is_cut_off_unanswered(inn: Inn, start: bytes) -> None:
    reader, writer = await inn.guest(start)
    assert await asyncio.wait_for(_all_of(reader), 30) == b""
    writer.close()


async def test_a_head_without_end_is_refused(inn: Inn) -> None:
    reader, writer = await inn.guest(HEAD)
    writer.write(b"X: y\r\n" * LONGEST_HEAD)
    assert (await asyncio.wait_for(reader.readline(), 30)).startswith(b"HTTP/1.1 431")
    writer.close()


async def test_a_body_that_comes_slowly_but_steadily_is_taken() -> None:
    size = 15 * 4 * LEAST
    async with open_inn(Calm) as inn:
        reader, writer = await inn.guest(HEAD + b"Content-Length: %d\r\n\r\n" % size)
        for _ in range(15):
            await asyncio.sleep(Calm.patience / 10)
            writer.write(bytes(4 * LEAST))
        answer = await asyncio.wait_for(reader.readuntil(b"%d" % size), 30)
        assert answer.startswith(b"HTTP/1.1 200")
        writer.close()


async def test_a_client_that_takes_no_answer_is_let_go(inn: Inn) -> None:
    _, writer = await inn.guest(b"GET /much HTTP/1.1\r\nHost: localhost\r\n\r\n" * 3)
    await until(inn.is_empty, "nobody is connected", 30)
    writer.close()


async def test_a_connection_kept_for_the_next_request_is_left_alone(inn: Inn) -> None:
    get = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    reader, writer = await inn.guest(get)
    await asyncio.wait_for(reader.readuntil(b"\r\n\r\n0"), 30)
    await asyncio.sleep(3 * Hasty.patience)
    writer.write(get)
    assert (await asyncio.wait_for(reader.readline(), 30)).startswith(b"HTTP/1.1 200")
    writer.close()


async def _all_of(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""
