"""The drain: one batch after another until nothing is due, and a look soon after it is woken."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from tests.engine.workshop import until
from wallet_service.engine.drain import PATIENCE, PENANCE, Drain
from wallet_service.errors import Unavailable

FOR_EVER = 3600.0


@dataclass
class Table:
    """Something due: what the script says happens at each look, and after that nothing is due."""

    script: list[Callable[[], float]] = field(default_factory=list)
    looks: int = 0
    at_once: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self) -> float:
        self.looks += 1
        self.at_once += 1
        try:
            await self.gate.wait()
            return self.script.pop(0)() if self.script else FOR_EVER
        finally:
            self.at_once -= 1

    async def looked(self, times: int) -> None:
        """Wait for so many looks, and no more."""
        await until(lambda: self.looks >= times)
        assert self.looks == times


def open_table(*script: Callable[[], float]) -> Table:
    """A table whose batches take no time."""
    table = Table(list(script))
    table.gate.set()
    return table


def fail(error: Exception) -> Callable[[], float]:
    """A look that goes wrong."""

    def raise_it() -> float:
        raise error

    return raise_it


@asynccontextmanager
async def running(table: Table, *, lanes: int = 1) -> AsyncIterator[Drain]:
    """The drain of this table, while the block lasts."""
    drain, stop = Drain("table", table.take, lanes=lanes), asyncio.Event()
    run = asyncio.create_task(drain.run(stop))
    yield drain
    table.gate.set()
    stop.set()
    await run


async def test_it_takes_batch_after_batch_until_nothing_is_due():
    table = open_table(*(lambda: 0.0,) * 5)
    async with running(table):
        await table.looked(6)


async def test_it_looks_again_when_it_was_told_to():
    table = open_table(*(lambda: 0.01,) * 10)
    async with asyncio.timeout(3 * PATIENCE), running(table):
        await table.looked(11)


async def test_it_looks_again_by_itself_though_nothing_seems_due():
    table, began = open_table(), time.monotonic()
    async with running(table):
        await table.looked(2)
    assert time.monotonic() - began >= PATIENCE * 0.9


async def test_a_wake_up_makes_it_look_at_once():
    table = open_table()
    async with asyncio.timeout(3 * PATIENCE), running(table) as drain:
        for looks in range(1, 10):
            await table.looked(looks)
            await drain.wake()


async def test_however_many_wake_ups_come_during_a_look_lead_to_one_more():
    table = Table()
    async with running(table) as drain:
        await table.looked(1)
        for _ in range(100):
            await drain.wake()
        table.gate.set()
        await table.looked(2)
        await drain.wake()
        await table.looked(3)


async def test_each_lane_has_a_batch_in_hand():
    table = Table()
    async with running(table, lanes=3):
        await until(lambda: table.at_once == 3)


async def test_when_told_to_stop_it_finishes_what_it_has_in_hand():
    table = Table([lambda: 0.0, lambda: 0.0])
    drain, stop = Drain("table", table.take), asyncio.Event()
    run = asyncio.create_task(drain.run(stop))
    await table.looked(1)
    stop.set()
    await asyncio.sleep(0)
    assert not run.done()
    table.gate.set()
    await run
    assert (table.looks, len(table.script)) == (1, 1)


async def test_told_to_stop_it_does_not_sit_out_its_patience():
    for _ in range(5):
        table, began = open_table(), time.monotonic()
        async with running(table):
            await table.looked(1)
        if time.monotonic() - began < PATIENCE / 2:
            return
    pytest.fail("it never stopped in half the time")


async def test_an_outage_or_a_mistake_does_not_end_it():
    table = open_table(fail(Unavailable("the database is away")), fail(ZeroDivisionError()))
    async with running(table) as drain:
        for looks in (1, 2, 3):
            await table.looked(looks)
            await drain.wake()


async def test_after_a_failure_it_waits_a_little():
    table, began = open_table(fail(Unavailable("the database is away"))), time.monotonic()
    async with running(table):
        await table.looked(2)
    assert time.monotonic() - began >= PENANCE * 0.9
