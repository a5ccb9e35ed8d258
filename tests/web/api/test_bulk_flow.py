"""Long imports: flat memory, clients that read late, clients that go away."""

import asyncio
import gc
import json
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from functools import partial
from typing import Any

from tests.conftest import Site
from tests.people import ANNA, Brand
from tests.web.api.desk import Desk
from wallet_service.web.api.importing import BATCH
from wallet_service.web.doors import Doors
from wallet_service.web.site import Site as Application

LINES = 20_000
DEADLINE = 60


def lines(first: int, last: int, member: str = "external:BH-1") -> bytes:
    """Lines of one point each, numbered by their keys."""
    return b"".join(b'{"member":"%b","amount":1,"key":"%d"}\n' % (member.encode(), n) for n in range(first, last + 1))


async def settled_at(brand: Brand, balance: int) -> None:
    """Returns once the balance is this."""
    async with asyncio.timeout(DEADLINE):
        while (await brand.till.call("GET", "/v1/members/external:BH-1"))["balance"] != balance:
            await asyncio.sleep(0.01)


def headers(brand: Brand) -> tuple[tuple[str, str], ...]:
    """What goes with an import."""
    return ("Authorization", f"Bearer {brand.key}"), ("Content-Type", "application/x-ndjson")


async def post(site: Site, brand: Brand, content: bytes) -> list[Any]:
    """The results, for a client that reads nothing before it has sent everything."""
    answer = await site.client.post(f"{site.base_url}/v1/entries/bulk", content=content, headers=dict(headers(brand)))
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_20000_lines_get_their_results_in_order_over_the_wire(site: Site, burger_heroes: Brand) -> None:
    await burger_heroes.till.enrol(**ANNA)

    results = await post(site, burger_heroes, lines(1, LINES))

    every = list(range(1, LINES + 1))
    assert [each["line"] for each in results] == every
    assert [each["result"]["balance"] for each in results] == every


async def test_a_client_that_went_away_in_the_middle_sends_again_and_every_line_counts_once(
    site: Site, burger_heroes: Brand
) -> None:
    await burger_heroes.till.enrol(**ANNA)
    whole, more = 2 * BATCH, 300
    content = lines(1, whole + more)
    await gone_after(site, burger_heroes, content, partial(settled_at, burger_heroes, whole))

    results = await post(site, burger_heroes, content)

    assert [each["replayed"] for each in results] == [True] * whole + [False] * more
    await settled_at(burger_heroes, whole + more)


async def gone_after(site: Site, brand: Brand, content: bytes, seen: Callable[[], Awaitable[None]]) -> None:
    """Begin a request with this content, and break off, one byte before its end, as soon as something is seen."""
    host, _, port = site.base_url.partition("//")[2].partition(":")
    head = [f"{name}: {value}" for name, value in (*headers(brand), ("Content-Length", str(len(content) + 1)))]
    _, writer = await asyncio.open_connection(host, int(port))
    writer.write("\r\n".join(["POST /v1/entries/bulk HTTP/1.1", f"Host: {host}", *head, "", ""]).encode() + content)
    await seen()
    writer.transport.abort()


async def imported(doors: Doors, brand: Brand, count: int, member: str) -> tuple[int, int]:
    """The results of so many lines, and the most bytes that were in use meanwhile, beyond those before."""
    pieces = iter_pieces(count, member)
    results = 0

    async def receive() -> MutableMapping[str, Any]:
        piece = next(pieces, b"")
        return {"type": "http.request", "body": piece, "more_body": bool(piece)}

    async def send(message: MutableMapping[str, Any]) -> None:
        nonlocal results
        results += message.get("body", b"").count(b"\n")

    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "method": "POST",
        "path": "/v1/entries/bulk",
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers(brand)],
    }
    gc.collect()
    gc.freeze()  # or what other tests left in memory would decide how often garbage is collected
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    await Application(doors)(scope, receive, send)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    gc.unfreeze()
    return results, peak - before


def iter_pieces(count: int, member: str) -> Iterator[bytes]:
    for first in range(0, count, 200):
        yield lines(first, first + 199, member)


async def test_an_import_four_times_as_long_takes_no_more_memory(doors: Doors, desk: Desk) -> None:
    member = (await desk.enrol(**ANNA))["id"]
    await imported(doors, desk.brand, 1000, member)  # what is made once, is made

    short, short_peak = await imported(doors, desk.brand, LINES // 4, member)
    long, long_peak = await imported(doors, desk.brand, LINES, member)

    assert (short, long) == (LINES // 4, LINES)
    assert long_peak < short_peak + 2_000_000
