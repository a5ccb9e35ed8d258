"""Where engines are tried out: a database for each, workers that stop with the test, jobs that can be held up."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import asyncpg

from wallet_service.clock import Clock, SystemClock
from wallet_service.database.embedded import EmbeddedPostgres
from wallet_service.database.postgres import PostgresDatabase
from wallet_service.database.seam import Row, Statement, Transaction
from wallet_service.engine.memory import MemoryEngine
from wallet_service.engine.pgqueuer import PgQueuerEngine, schema_statements
from wallet_service.engine.seam import Cron, Engine, Job

SOON = timedelta(seconds=0.05)
HEARTBEAT = timedelta(seconds=2)


class Remembered:
    """A transaction that keeps nothing but what to do after it."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.afterwards: list[Callable[[], None]] = []

    async def all(self, statement: Statement, values: Mapping[str, Any] | None = None) -> list[Row]:
        raise NotImplementedError

    async def first(self, statement: Statement, values: Mapping[str, Any] | None = None) -> Row | None:
        raise NotImplementedError

    async def run(self, statement: Statement, values: Mapping[str, Any] | None = None) -> int:
        raise NotImplementedError

    def record(self, fact: object) -> None:
        raise NotImplementedError

    def after_commit(self, act: Callable[[], None]) -> None:
        self.afterwards.append(act)

    async def driver(self) -> Any:
        raise NotImplementedError


@asynccontextmanager
async def remembered(clock: Clock) -> AsyncIterator[Transaction]:
    """A transaction in memory: what it leaves for afterwards is done only if the block ends well."""
    tx = Remembered(clock.now())
    yield tx
    for act in tx.afterwards:
        act()


@dataclass
class Workshop:
    """An engine, the transactions it enqueues in, and what it holds for the operator."""

    engine: Engine
    begin: Callable[[], AbstractAsyncContextManager[Transaction]]
    held: Callable[[], Any]

    async def wake(self, job: str, *, after: timedelta | None = None) -> None:
        """Wake `job` in a transaction of its own."""
        async with self.begin() as tx:
            await self.engine.enqueue(tx, job, at=None if after is None else tx.now + after)

    @asynccontextmanager
    async def worker(self, jobs: Mapping[str, Job], clockwork: Iterable[Cron] = ()) -> AsyncIterator[asyncio.Event]:
        """A worker while the block lasts; it yields the event that stops it."""
        stop = asyncio.Event()
        working = asyncio.create_task(self.engine.work(jobs, tuple(clockwork), stop))
        try:
            yield stop
        finally:
            stop.set()
            await asyncio.wait_for(working, 60)


@dataclass
class Probe:
    """A job that counts its runs, notes what it saw when it began, and waits at a gate."""

    look: Callable[[], int] = int
    begun: int = 0
    ended: int = 0
    most_at_once: int = 0
    seen: list[int] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self) -> None:
        self.begun += 1
        self.seen.append(self.look())
        self.most_at_once = max(self.most_at_once, self.begun - self.ended)
        await self.gate.wait()
        self.ended += 1

    async def ran(self, times: int = 1) -> None:
        """Wait until it has run so often, and no oftener."""
        await until(lambda: self.ended >= times)
        assert self.ended == times


def open_probe(look: Callable[[], int] = int) -> Probe:
    """A probe that waits for nothing."""
    probe = Probe(look)
    probe.gate.set()
    return probe


async def until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something to become true; fail if it does not."""
    async with asyncio.timeout(seconds):
        while not true():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def memory_workshop(_url: str) -> AsyncIterator[Workshop]:
    """The engine in memory, by the machine's clock."""
    clock = SystemClock()
    engine = MemoryEngine(clock, retry=SOON)

    async def held() -> list[str]:
        return [held.job for held in engine.held]

    yield Workshop(engine, lambda: remembered(clock), held)


@asynccontextmanager
async def pgqueuer_workshop(url: str) -> AsyncIterator[Workshop]:
    """PgQueuer on a database that has its tables, with an empty queue."""
    database = PostgresDatabase(url, SystemClock(), pool=4)
    async with connected(url) as connection:
        await connection.execute("TRUNCATE pgqueuer, pgqueuer_log, pgqueuer_schedules, pgqueuer_statistics")

        async def held() -> list[str]:
            return [row["entrypoint"] for row in await connection.fetch("SELECT * FROM pgqueuer WHERE status='failed'")]

        yield Workshop(PgQueuerEngine(url, heartbeat=HEARTBEAT, retry=SOON), database.begin, held)
    await database.aclose()


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Any]:
    """A bare connection."""
    connection = await asyncpg.connect(f"postgresql://{url.partition('://')[2]}")
    try:
        yield connection
    finally:
        await connection.close()


async def migrate(url: str) -> None:
    """PgQueuer's tables, statement by statement as a migration would make them."""
    async with connected(url) as connection:
        for statement in schema_statements():
            await connection.execute(statement)


async def queue_database(postgres: EmbeddedPostgres) -> str:
    """A database of its own with PgQueuer's tables; its URL."""
    url = await asyncio.to_thread(postgres.create_database, f"engine_{secrets.token_hex(4)}")
    await migrate(url)
    return url
