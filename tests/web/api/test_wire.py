"""What only a real connection can show: large bodies, long addresses, and a process that lives on."""

import asyncio
from collections.abc import AsyncIterator

from tests.conftest import Site
from tests.people import ANNA, Brand
from tests.web.api.desk import Desk, done, refused

TOO_MUCH = 5_000_000


async def in_pieces() -> AsyncIterator[bytes]:
    for _ in range(TOO_MUCH // 50_000):
        yield b" " * 50_000


async def raw(site: Site, request: bytes) -> bytes:
    """What comes back for these bytes, until the service closes the connection."""
    host, _, port = site.base_url.partition("//")[2].partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request)
    async with asyncio.timeout(20):
        answer = await reader.read()
    writer.close()
    return answer


async def test_a_body_that_is_too_large_is_refused_on_the_wire(site: Site, burger_heroes: Brand) -> None:
    desk = Desk(site.client, burger_heroes.key, burger_heroes)

    for content in (b" " * TOO_MUCH, in_pieces()):
        refused(await desk.call("POST", f"{site.base_url}/v1/members", content=content), 413, "too-large")

    done(await desk.call("POST", f"{site.base_url}/v1/members", dict(ANNA)), 201)


async def test_what_is_no_http_is_turned_away_and_the_process_lives(site: Site, burger_heroes: Brand) -> None:
    desk = Desk(site.client, burger_heroes.key, burger_heroes)

    for request in (
        b"\x16\x03\x01\x00\xa5\x01\x00\x00\xa1\x03\x03\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET /v1/members HTTP/9.9\r\n\r\n",
        b"POST /v1/members HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\n",
        b"POST /v1/members HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /v1/members HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ):
        assert (await raw(site, request)).startswith(b"HTTP/1.1 4"), request

    done(await desk.call("GET", f"{site.base_url}/v1/members"), 200)


async def test_an_address_of_a_megabyte_is_turned_away_and_the_process_lives(site: Site, burger_heroes: Brand) -> None:
    desk = Desk(site.client, burger_heroes.key, burger_heroes)
    head = f"Host: a\r\nAuthorization: Bearer {burger_heroes.key}\r\nConnection: close\r\n\r\n"

    answer = await raw(site, f"GET /v1/members?cursor={'A' * 1_000_000} HTTP/1.1\r\n{head}".encode())

    assert answer.startswith(b"HTTP/1.1 4")
    done(await desk.call("GET", f"{site.base_url}/v1/members"), 200)
