"""What PgQueuer adds to the promise: dead workers, lost databases, one clock for the whole cluster, tables kept small."""

import asyncio
import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.workshop import (
    Probe,
    Workshop,
    connected,
    migrate,
    open_probe,
    pgqueuer_workshop,
    queue_database,
    until,
)
from wallet_service.database.embedded import EmbeddedPostgres, stop_running
from wallet_service.engine.pgqueuer import HOUSEKEEPING, Patience, PgQueuerEngine, install, schema_statements
from wallet_service.engine.seam import Cron
from wallet_service.errors import Unavailable

HANGING_WORKER = """
import asyncio, sys
from wallet_service.engine.pgqueuer import PgQueuerEngine

async def hang():
    print("begun", flush=True)
    await asyncio.sleep(3600)

asyncio.run(PgQueuerEngine(sys.argv[1]).work({"drain": hang}, (), asyncio.Event()))
"""

MAKE_DUE = "UPDATE pgqueuer_schedules SET next_run = now() - interval '1 second' WHERE entrypoint = $1 RETURNING 1"


@pytest.fixture(scope="module")
async def engine_url(postgres: EmbeddedPostgres) -> str:
    return await queue_database(postgres)


@pytest.fixture
async def shop(engine_url: str) -> AsyncIterator[Workshop]:
    async with pgqueuer_workshop(engine_url) as shop:
        yield shop


@pytest.fixture
async def sql(engine_url: str, shop: Workshop) -> AsyncIterator[Any]:
    async with connected(engine_url) as connection:
        yield connection


@pytest.fixture
async def restartable(tmp_path: Path) -> AsyncIterator[Path]:
    yield tmp_path
    await asyncio.to_thread(stop_running, tmp_path)


async def test_a_job_of_a_worker_that_was_killed_runs_on_another_within_ten_seconds(shop: Workshop, engine_url: str):
    command = (sys.executable, "-c", HANGING_WORKER, engine_url)
    victim = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    await shop.wake("drain")
    assert victim.stdout is not None
    assert await victim.stdout.readline() == b"begun\n"
    victim.kill()
    await victim.wait()
    job = open_probe()
    async with shop.worker({"drain": job}):
        await until(lambda: job.ended == 1, seconds=10)


async def test_a_worker_survives_a_restart_of_the_database_in_the_middle_of_a_job(restartable: Path):
    server = await asyncio.to_thread(EmbeddedPostgres.start, restartable)
    await migrate(server.url)
    interrupted, fresh = Probe(), open_probe()
    async with (
        pgqueuer_workshop(server.url) as shop,
        shop.worker({"interrupted": interrupted, "fresh": fresh}),
    ):
        await shop.wake("interrupted")
        await until(lambda: interrupted.begun == 1)
        await asyncio.to_thread(server.stop)
        interrupted.gate.set()
        await asyncio.sleep(0.5)
        server = await asyncio.to_thread(EmbeddedPostgres.start, restartable)
        await wake_as_soon_as_possible(shop, "fresh")
        await fresh.ran()
        await interrupted.ran(2)  # nobody could note that it was done
    await asyncio.to_thread(server.stop)


async def wake_as_soon_as_possible(shop: Workshop, job: str) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                return await shop.wake(job)
            except Unavailable:
                await asyncio.sleep(0.05)


async def test_a_worker_whose_connection_is_cut_comes_back(shop: Workshop, sql: Any):
    job = open_probe()
    async with shop.worker({"drain": job}):
        await shop.wake("drain")
        await job.ran()
        cut = await sql.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'wallet_service engine' AND datname = current_database()"
        )
        assert len(cut) == 1
        await shop.wake("drain")
        await job.ran(2)


async def test_a_job_that_is_cut_short_is_queued_again(shop: Workshop):
    attempts = []

    async def cut_once() -> None:
        attempts.append(1)
        if len(attempts) == 1:
            raise asyncio.CancelledError

    async with shop.worker({"drain": cut_once}):
        await shop.wake("drain")
        await until(lambda: len(attempts) == 2)
    assert await shop.held() == []


async def test_a_thousand_wake_ups_for_a_busy_job_do_not_hold_up_the_others(shop: Workshop, engine_url: str):
    busy, other = Probe(), open_probe()
    async with shop.worker({"busy": busy, "other": other}):
        await shop.wake("busy")
        await until(lambda: busy.begun == 1)
        async with shop.begin() as tx:
            for _ in range(1000):
                await shop.engine.enqueue(tx, "busy")
            await shop.engine.enqueue(tx, "other")
        await other.ran()
        busy.gate.set()
    assert busy.most_at_once == 1
    assert 2 <= busy.begun < 10


async def test_the_clockwork_wakes_a_job_once_however_many_workers_there_are(shop: Workshop, sql: Any):
    nightly, marker = open_probe(), open_probe()
    jobs, clockwork = {"nightly": nightly, "marker": marker}, [Cron("nightly", "0 3 29 2 *")]
    async with shop.worker(jobs, clockwork):
        await shop.wake("marker")
        await marker.ran()
    assert nightly.begun == 0
    assert await sql.fetch(MAKE_DUE, "nightly")
    async with shop.worker(jobs, clockwork), shop.worker(jobs, clockwork), shop.worker(jobs, clockwork):
        await until(lambda: nightly.ended == 1)
        await asyncio.sleep(0.5)
    assert nightly.begun == 1


async def test_housekeeping_forgets_what_is_old_and_keeps_what_the_operator_needs(shop: Workshop, sql: Any):
    await sql.execute("""
        INSERT INTO pgqueuer_log (created, job_id, status, priority, entrypoint)
        SELECT now() - age, 1, status::pgqueuer_status, 0, 'aged'
        FROM unnest('{10 minutes,2 hours,40 days}'::interval[]) AS age, unnest('{successful,failed}'::text[]) AS status;
        INSERT INTO pgqueuer_statistics (created, count, priority, status, entrypoint)
        SELECT now() - age, 1, 0, 'successful', 'aged' FROM unnest('{1 day,3 days}'::interval[]) AS age;
        INSERT INTO pgqueuer (priority, status, entrypoint) SELECT 0, 'failed', 'bad' FROM generate_series(1, 150);
        INSERT INTO pgqueuer (priority, status, entrypoint) SELECT 0, 'failed', 'worse' FROM generate_series(1, 3)""")
    async with shop.worker({}):
        await until_yes(sql, MAKE_DUE, HOUSEKEEPING.job)
    async with shop.worker({}):
        await until_yes(sql, "SELECT count(*) = 103 FROM pgqueuer")
    kept = await sql.fetch("SELECT status, count(*) FROM pgqueuer_log WHERE entrypoint = 'aged' GROUP BY 1 ORDER BY 1")
    assert [tuple(row) for row in kept] == [("successful", 1), ("failed", 2)]
    assert await sql.fetchval("SELECT count(*) FROM pgqueuer_statistics WHERE entrypoint = 'aged'") == 1
    assert await sql.fetchval("SELECT max(id) - min(id) FROM pgqueuer WHERE entrypoint = 'bad'") == 99


async def until_yes(sql: Any, question: str, *args: object) -> None:
    """Ask the database until its answer is neither nothing nor false."""
    async with asyncio.timeout(60):
        while not await sql.fetchval(question, *args):
            await asyncio.sleep(0.02)


async def test_installing_makes_what_a_migration_makes_and_again_changes_nothing(postgres: EmbeddedPostgres):
    migrated = await queue_database(postgres)
    bare = await asyncio.to_thread(postgres.create_database, f"bare_{secrets.token_hex(4)}")
    await install(bare)
    once = await catalogue(bare)
    await install(bare)
    assert await catalogue(bare) == once == await catalogue(migrated)
    assert {persistence for _, persistence, *_ in once} == {"p"}  # every table is durable


async def catalogue(url: str) -> list[tuple[Any, ...]]:
    """PgQueuer's tables and indexes: name, persistence, options, columns."""
    async with connected(url) as connection:
        rows = await connection.fetch("""
            SELECT relname, relpersistence::text, reloptions,
                   array(SELECT (attname, atttypid::regtype, attnotnull)::text FROM pg_attribute
                         WHERE attrelid = pg_class.oid AND attnum > 0 ORDER BY attname)
            FROM pg_class WHERE relname LIKE 'pgqueuer%' ORDER BY relname""")
    return [tuple(map(str, row)) for row in rows]


async def test_a_worker_without_its_tables_says_so_at_once(postgres: EmbeddedPostgres):
    bare = await asyncio.to_thread(postgres.create_database, f"bare_{secrets.token_hex(4)}")
    with pytest.raises(RuntimeError, match="missing"):
        await PgQueuerEngine(bare).work({}, (), asyncio.Event())


def test_the_environment_renames_nothing():
    source = "from wallet_service.engine.pgqueuer import schema_statements as s; print('; '.join(s()))"
    names = {
        "CHANNEL": "stable",
        "FUNCTION": "f",
        "PGQUEUER_PREFIX": "x_",
        "PGQUEUER_SCHEMA": "y",
        "DURABILITY": "volatile",
    }
    run = subprocess.run(
        [sys.executable, "-c", source], env={**os.environ, **names}, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "; ".join(schema_statements())


async def test_patience_doubles_up_to_five_seconds_and_is_restored():
    patience, stop = Patience(), asyncio.Event()
    stop.set()
    waits = []
    for _ in range(8):
        waits.append(patience.seconds)
        await patience.wait(stop)  # a set `stop` waits for nothing
    assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    patience.restore()
    assert patience.seconds == 0.1
