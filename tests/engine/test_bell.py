"""Nudges between processes: heard by whoever works, silent while the database is away, and heard again after it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.engine.workshop import Probe, Workshop, connected, open_probe, pgqueuer_workshop, queue_database, until
from wallet_service.clock import SystemClock
from wallet_service.database.embedded import EmbeddedPostgres
from wallet_service.database.postgres import PostgresDatabase
from wallet_service.engine.bell import Bell
from wallet_service.engine.pgqueuer import PgQueuerEngine

CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE application_name = 'wallet_service bell' AND datname = current_database()"""


@pytest.fixture(scope="module")
async def engine_url(postgres: EmbeddedPostgres) -> str:
    return await queue_database(postgres)


@pytest.fixture
async def shop(engine_url: str) -> AsyncIterator[Workshop]:
    async with pgqueuer_workshop(engine_url) as shop:
        yield shop


@pytest.fixture
async def bell(engine_url: str) -> AsyncIterator[Bell]:
    bell = Bell(engine_url)
    yield bell
    await bell.aclose()


@pytest.fixture
async def sql(engine_url: str) -> AsyncIterator[Any]:
    async with connected(engine_url) as connection:
        yield connection


async def heard(shop: Workshop, job: Probe) -> None:
    """Wait until a worker is up: what is rung before it listens is lost."""
    await shop.wake("drain")
    await job.ran()


async def test_a_nudge_where_nobody_works_is_heard_in_every_process_that_does(shop: Workshop, engine_url: str):
    door, database = PgQueuerEngine(engine_url), PostgresDatabase(engine_url, SystemClock(), pool=2)
    up, here, there = open_probe(), open_probe(), open_probe()
    async with shop.worker({"one": up, "both": here}), shop.worker({"other": up, "both": there}):
        await shop.wake("one")
        await shop.wake("other")
        await up.ran(2)
        async with database.begin() as tx:
            door.nudge(tx, "both")
        await here.ran()
        await there.ran()
    await door.aclose()
    await database.aclose()


async def test_nudges_that_come_together_ring_once(shop: Workshop, bell: Bell):
    job = open_probe()
    async with shop.worker({"drain": job}):
        await heard(shop, job)
        for _ in range(100):
            bell.ring("drain")
        await job.ran(2)


async def test_a_bell_whose_line_is_cut_rings_again_at_the_next_nudge(shop: Workshop, bell: Bell, sql: Any):
    job = open_probe()
    async with shop.worker({"drain": job}):
        await heard(shop, job)
        bell.ring("drain")
        await job.ran(2)
        assert await sql.fetchval(CUT)
        await until_rung(bell, job)


async def until_rung(bell: Bell, job: Probe) -> None:
    """Ring until it is heard; the first may find the line dead."""
    before = job.ended
    async with asyncio.timeout(60):
        while job.ended == before:
            bell.ring("drain")
            await asyncio.sleep(0.02)


async def test_a_bell_of_a_database_that_is_away_rings_for_nobody_and_breaks_nothing():
    bell = Bell("postgresql://nobody@127.0.0.1:1/none")
    bell.ring("drain")
    await bell.aclose()


async def test_a_nudged_job_that_fails_is_run_again_at_the_next_nudge(shop: Workshop):
    attempts: list[int] = []

    async def failing() -> None:
        attempts.append(1)
        raise ValueError("a bug")

    async def nudge() -> None:
        async with shop.begin() as tx:
            shop.engine.nudge(tx, "failing")

    async with shop.worker({"failing": failing}):
        await nudge()
        await until(lambda: len(attempts) == 1)
        await nudge()
        await until(lambda: len(attempts) == 2)
