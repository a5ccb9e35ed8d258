"""The engine on PgQueuer: a wake-up is a row of the same Postgres, so it commits or rolls back with its cause."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from pgqueuer import PgQueuer
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.db import AsyncpgDriver
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.errors import FailingListenerError, RetryRequested
from pgqueuer.models import Channel, Schedule
from pgqueuer.models import Job as QueuedJob
from pgqueuer.queries import Queries

from wallet_service.database.seam import Transaction
from wallet_service.engine import bell
from wallet_service.engine.coalescing import Coalesced
from wallet_service.engine.seam import Cron, Job
from wallet_service.errors import Unavailable

log = structlog.get_logger(__name__)

# every name is spelled out: PgQueuer would otherwise read them from the environment (CHANNEL, FUNCTION, TRIGGER …)
NAMES = DBSettings(
    prefix="",
    db_schema=None,
    channel=Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    trigger="tg_pgqueuer_changed",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    statistics_table="pgqueuer_statistics",
    schedules_table="pgqueuer_schedules",
    queue_status_type="pgqueuer_status",
    durability=Durability.durable,
)

TUNING = """ALTER TABLE pgqueuer SET (
    autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0)"""
"""Rows of the queue live for milliseconds: vacuum by count, not by share."""

PRUNING = (
    "DELETE FROM pgqueuer_log WHERE created < now() - interval '1 hour' AND status <> 'failed'",
    "DELETE FROM pgqueuer_log WHERE created < now() - interval '30 days'",
    "DELETE FROM pgqueuer_statistics WHERE created < now() - interval '2 days'",
    """DELETE FROM pgqueuer WHERE id IN (
        SELECT id FROM (
            SELECT id, row_number() OVER (PARTITION BY entrypoint ORDER BY id DESC) AS nth
            FROM pgqueuer WHERE status = 'failed') AS held
        WHERE nth > 100)""",
)
"""What PgQueuer would keep for ever: three log rows for each job, a count for each second, every held job."""

HOUSEKEEPING = Cron("engine.housekeeping", "*/5 * * * *")

OUTAGES = (*bell.OUTAGES, FailingListenerError)
"""How it shows that the database is gone, restarting, or not to be reached."""

BATCH = 50
"""Wake-ups taken at once; a process holds at most twice as many."""


@dataclass(slots=True)
class PgQueuerEngine:
    """Wakes jobs of any number of processes on any number of machines through one Postgres."""

    url: str
    """Any spelling of a Postgres URL."""
    heartbeat: timedelta = timedelta(seconds=6)
    """A worker silent for so long is dead; within half as long again its jobs run elsewhere."""
    retry: timedelta = timedelta(seconds=1)
    """How soon a job that met an outage (`Unavailable`) is woken again."""
    _here: list[Mapping[str, Coalesced]] = field(default_factory=list, init=False)  # of every `work` in this process
    _bell: bell.Bell = field(init=False)

    def __post_init__(self) -> None:
        self._bell = bell.Bell(self.url)

    async def enqueue(self, tx: Transaction, job: str, *, at: datetime | None = None) -> None:
        """Write the wake-up in this transaction: once it has committed, some worker runs `job`."""
        later = None if at is None else at - tx.now
        await _queries(await tx.driver()).enqueue(job, None, execute_after=later)

    def nudge(self, tx: Transaction, job: str) -> None:
        """Wake `job` after the commit: here, if it is worked at in this process, else wherever the bell is heard."""

        def wake() -> None:
            if not any(_nudge(jobs, job) for jobs in self._here):
                self._bell.ring(job)

        tx.after_commit(wake)

    async def aclose(self) -> None:
        """Hang up the bell."""
        await self._bell.aclose()

    async def work(self, jobs: Mapping[str, Job], clockwork: tuple[Cron, ...], stop: asyncio.Event) -> None:
        """Run jobs until `stop` is set, then finish those in hand; survive every outage of the database.

        A job that raises is kept as a row with status `failed`; one that meets an outage, or is cut short by a
        cancellation, is queued again. Raises `RuntimeError` if the tables are missing.
        """
        coalesced = {name: Coalesced(job) for name, job in jobs.items()}
        self._here.append(coalesced)
        try:
            await self._serve_through_outages(coalesced, clockwork, stop)
        finally:
            self._here.remove(coalesced)
            for job in coalesced.values():
                await job.finish()

    async def _serve_through_outages(
        self, jobs: Mapping[str, Coalesced], clockwork: tuple[Cron, ...], stop: asyncio.Event
    ) -> None:
        patience = Patience()
        while not stop.is_set():
            try:
                async with _connected(self.url) as connection:
                    patience.restore()
                    await self._serve(connection, jobs, clockwork, stop)
            except OUTAGES as outage:
                log.warning("the engine lost its database", outage=repr(outage))
                await patience.wait(stop)

    async def _serve(
        self, connection: Any, jobs: Mapping[str, Coalesced], clockwork: tuple[Cron, ...], stop: asyncio.Event
    ) -> None:
        """Work until `stop` is set or this connection ends."""
        queries = _queries(connection)
        queuer = PgQueuer(queries.driver, NAMES.channel, queries=queries)
        for name, job in jobs.items():
            queuer.entrypoint(name, on_failure="hold", accepts_context=False)(self._entry(job))
        for cron in clockwork:
            queuer.schedule(cron.job, cron.expression, accepts_context=False)(_tick(queries, cron))
        queuer.schedule(HOUSEKEEPING.job, HOUSEKEEPING.expression, accepts_context=False)(_prune(queries))
        connection.add_termination_listener(lambda _: queuer.shutdown.set())
        await connection.add_listener(bell.CHANNEL, lambda *heard: _nudge(jobs, heard[-1]))
        async with _linked(stop, queuer.shutdown):
            await queuer.run(
                batch_size=BATCH,
                max_concurrent_tasks=2 * BATCH,
                heartbeat_timeout=self.heartbeat,
                dequeue_timeout=self.heartbeat / 3,
                shutdown_on_listener_failure=True,
            )

    def _entry(self, job: Coalesced) -> Callable[[QueuedJob], Awaitable[None]]:
        async def wake(_: QueuedJob) -> None:
            try:
                await job.wake()
            except Unavailable as outage:
                raise RetryRequested(self.retry, str(outage)) from outage
            except asyncio.CancelledError as cut:
                raise RetryRequested(reason="cut short") from cut  # PgQueuer would drop a cancelled wake-up

        return wake


class Patience:
    """How long to wait before the next attempt: twice as long each time, up to five seconds."""

    first = 0.1
    most = 5.0

    def __init__(self) -> None:
        self.seconds = self.first

    def restore(self) -> None:
        """An attempt went well."""
        self.seconds = self.first

    async def wait(self, stop: asyncio.Event) -> None:
        """Wait, but not beyond `stop`."""
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), self.seconds)
        self.seconds = min(self.seconds * 2, self.most)


def schema_statements() -> list[str]:
    """The DDL of the installed PgQueuer, one statement each, for the migration that creates it."""
    _comment, *statements = re.split(r"\n\n(?=CREATE )", QueryBuilderEnvironment(NAMES).build_install_query())
    return [*statements, TUNING]


async def install(url: str) -> None:
    """Make the tables of the installed PgQueuer, or bring those of an older one up to it; again is as good as once."""
    async with _connected(url) as connection:
        await _queries(connection).upgrade()
        await connection.execute(TUNING)


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[Any]:
    connection = await bell.connect(url, "engine")
    try:
        yield connection
    finally:
        await connection.close(timeout=5)


def _queries(connection: Any) -> Queries:
    return Queries(
        AsyncpgDriver(connection),
        qbe=QueryBuilderEnvironment(NAMES),
        qbq=QueryQueueBuilder(NAMES),
        qbs=QuerySchedulerBuilder(NAMES),
    )


def _nudge(jobs: Mapping[str, Coalesced], job: str) -> bool:
    """Nudge the job if it is one of these."""
    if found := jobs.get(job):
        found.nudge()
    return found is not None


def _tick(queries: Queries, cron: Cron) -> Callable[[Schedule], Awaitable[None]]:
    async def tick(_: Schedule) -> None:
        await queries.enqueue(cron.job, None)  # not run here: as a job it is rescued and held like any other

    return tick


def _prune(queries: Queries) -> Callable[[Schedule], Awaitable[None]]:
    async def prune(_: Schedule) -> None:
        for statement in PRUNING:
            await queries.driver.execute(statement)

    return prune


@asynccontextmanager
async def _linked(cause: asyncio.Event, effect: asyncio.Event) -> AsyncIterator[None]:
    """While inside, setting `cause` sets `effect`."""

    async def follow() -> None:
        await cause.wait()
        effect.set()

    follower = asyncio.create_task(follow())
    try:
        yield
    finally:
        follower.cancel()
