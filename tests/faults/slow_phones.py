"""Scenarios: clients that are slow on purpose, and a card that everybody registers; others must not notice."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from random import Random
from resource import RLIMIT_NOFILE, getrlimit, setrlimit
from socket import socket
from urllib.parse import urlsplit

from tests.faults.proof import Runs
from tests.faults.shoppers import all_bought_more
from tests.faults.trials import survive
from tests.faults.world import SOON, World, open_world
from tests.journeys.walks import Holder, join, until
from tests.people import ANNA, PASS_TYPE
from tests.processes import Program

TILLS = 4
SLOW, GREEDY = 200, 20
"""Clients that stall in a head, as many in a body; and those that take no answer."""
WISHES = 300
"""Passes that a greedy client asks for in one breath."""
GROWTH = GREEDY // 2
"""Connections by which the service may grow meanwhile for its own purposes."""
STRANGERS, AT_ONCE = 300, 32
"""Devices that register one card, and how many of them at the same time."""
CAP = 50
"""The most devices of a card (`limits.devices_per_card`)."""


async def slow_phones(folder: Path, runs: Runs) -> None:
    """Hundreds of clients stall in a request's head, in its body, or before its answer."""
    async with open_world(folder) as world:
        with few_files():
            service = await world.programs.serve()
        await world.gather(TILLS)
        for chance in runs:
            runs.add(await survive(world, stall(world, service, chance)))


async def crowded_card(folder: Path, runs: Runs) -> None:
    """Hundreds of devices register one card at once."""
    async with open_world(folder) as world:
        await world.programs.serve()
        await world.gather(TILLS)
        anna = await join(world.site, world.brand, ANNA, "Anna's iPhone")
        for chance in runs:
            runs.add(await survive(world, crowd(world, anna, chance)))


async def stall(world: World, service: Program, chance: Random) -> float:
    """Everybody else is served while slow clients hang on, until they were all let go; seconds of the slowest till."""
    before = open_files(service)
    async with clients(world, slow_starts(world, chance)):
        await until(lambda: _let_in(service, before), "the slow clients are let in", SOON)
        began = time.monotonic()
        await all_bought_more(world.shoppers, SOON)
        seconds = time.monotonic() - began
        await until(lambda: _let_go(service, before), "the slow clients are cut off", SOON, step=0.2)
    return seconds


def slow_starts(world: World, chance: Random) -> list[bytes]:
    """What each slow client sends before it stalls."""
    link = urlsplit(world.shoppers[0].holder.link).path
    head = f"GET {link} HTTP/1.1\r\nHost: localhost\r\n".encode()
    body = b"POST /apple/v1/log HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"
    heads = [head[: chance.randrange(len(head))] for _ in range(SLOW)]
    starts = [*heads, *[body] * SLOW, *[(head + b"\r\n") * WISHES] * GREEDY]
    chance.shuffle(starts)
    return starts


@asynccontextmanager
async def clients(world: World, starts: Sequence[bytes]) -> AsyncIterator[None]:
    """Connections on which this much was sent, and from which nobody reads."""
    loop, settings = asyncio.get_running_loop(), world.programs.settings
    with ExitStack() as stack:
        for start in starts:
            client = stack.enter_context(socket())
            client.setblocking(False)
            await loop.sock_connect(client, (settings.host, settings.port))
            await loop.sock_sendall(client, start)
        yield


@contextmanager
def few_files() -> Iterator[None]:
    """What is started meanwhile may open fewer files than clients come, unless it asks for more."""
    usual, most = getrlimit(RLIMIT_NOFILE)
    setrlimit(RLIMIT_NOFILE, (SLOW, most))
    try:
        yield
    finally:
        setrlimit(RLIMIT_NOFILE, (usual, most))


def open_files(program: Program) -> int:
    """How many files and sockets a program holds open."""
    return len(list(Path(f"/proc/{program.process.pid}/fd").iterdir()))


async def _let_in(program: Program, before: int) -> bool:
    return open_files(program) >= before + 2 * SLOW


async def _let_go(program: Program, before: int) -> bool:
    return open_files(program) <= before + GROWTH


async def crowd(world: World, anna: Holder, chance: Random) -> None:
    """Strangers register Anna's card; it keeps a bounded number, and a purchase wakes no more than these."""
    queue = [chance.randbytes(16).hex() for _ in range(STRANGERS)]

    async def register() -> None:
        while queue:
            await register_stranger(world, anna, queue.pop())

    await asyncio.gather(*(register() for _ in range(AT_ONCE)))
    async with world.looked_at() as connection:
        assert await connection.fetchval("SELECT count(*) FROM registration WHERE card_id = $1", anna.card) == CAP


async def register_stranger(world: World, anna: Holder, device: str) -> None:
    """A device registers Anna's card."""
    path = f"/apple/v1/devices/{device}/registrations/{PASS_TYPE}/{anna.card}"
    token = {"Authorization": f"ApplePass {anna.shown.token}"}
    body = {"pushToken": secrets.token_hex(32)}
    answer = await world.site.client.post(world.site.base_url + path, json=body, headers=token)
    assert answer.status_code == 201, answer.text
