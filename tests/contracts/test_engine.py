"""What every engine promises: the same tests for the one in memory and for PgQueuer."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from tests.engine.workshop import (
    SOON,
    Probe,
    Workshop,
    memory_workshop,
    open_probe,
    pgqueuer_workshop,
    queue_database,
    until,
)
from wallet_service.database.embedded import EmbeddedPostgres
from wallet_service.errors import Unavailable

ENGINES = {"memory": memory_workshop, "pgqueuer": pgqueuer_workshop}


@pytest.fixture(scope="module")
async def engine_url(postgres: EmbeddedPostgres) -> str:
    return await queue_database(postgres)


@pytest.fixture(params=ENGINES)
async def workshop(request: pytest.FixtureRequest, engine_url: str) -> AsyncIterator[Workshop]:
    async with ENGINES[request.param](engine_url) as workshop:
        yield workshop


async def test_a_job_of_a_committed_transaction_runs(workshop: Workshop):
    job = open_probe()
    async with workshop.worker({"drain": job}):
        await workshop.wake("drain")
        await job.ran()


async def test_a_job_enqueued_before_any_worker_runs_when_one_comes(workshop: Workshop):
    job = open_probe()
    await workshop.wake("drain")
    async with workshop.worker({"drain": job}):
        await job.ran()


async def test_a_job_of_a_transaction_that_rolled_back_never_runs(workshop: Workshop):
    undone, marker = open_probe(), open_probe()
    async with workshop.worker({"undone": undone, "marker": marker}):
        with suppress(ZeroDivisionError):
            async with workshop.begin() as tx:
                await workshop.engine.enqueue(tx, "undone")
                raise ZeroDivisionError
        await workshop.wake("marker")
        await marker.ran()
        await workshop.wake("marker")
        await marker.ran(2)
    assert undone.begun == 0


async def test_nothing_runs_before_the_transaction_commits(workshop: Workshop):
    early, marker = open_probe(), open_probe()
    async with workshop.worker({"early": early, "marker": marker}):
        async with workshop.begin() as tx:
            await workshop.engine.enqueue(tx, "early")
            await workshop.wake("marker")
            await marker.ran()
            assert early.begun == 0
        await early.ran()


async def test_a_nudged_job_runs_once_its_transaction_has_committed(workshop: Workshop):
    job = open_probe()
    async with workshop.worker({"drain": job}):
        async with workshop.begin() as tx:
            workshop.engine.nudge(tx, "drain")
            assert job.begun == 0
        await job.ran()


async def test_a_nudge_of_a_transaction_that_rolled_back_wakes_nobody(workshop: Workshop):
    undone, marker = open_probe(), open_probe()
    async with workshop.worker({"undone": undone, "marker": marker}):
        with suppress(ZeroDivisionError):
            async with workshop.begin() as tx:
                workshop.engine.nudge(tx, "undone")
                raise ZeroDivisionError
        async with workshop.begin() as tx:
            workshop.engine.nudge(tx, "marker")
        await marker.ran()
    assert undone.begun == 0


async def test_however_often_a_busy_job_is_nudged_it_runs_once_more(workshop: Workshop):
    job = Probe()
    async with workshop.worker({"drain": job}):
        await workshop.wake("drain")
        await until(lambda: job.begun == 1)
        for _ in range(50):
            async with workshop.begin() as tx:
                workshop.engine.nudge(tx, "drain")
        job.gate.set()
        await job.ran(2)
    assert (job.begun, job.most_at_once) == (2, 1)


async def test_a_job_for_later_waits_and_does_not_hold_up_the_others(workshop: Workshop):
    later, now = open_probe(), open_probe()
    loop = asyncio.get_running_loop()
    async with workshop.worker({"later": later, "now": now}):
        begun = loop.time()
        await workshop.wake("later", after=SOON * 20)
        await workshop.wake("now")
        await now.ran()
        assert later.begun == 0 or loop.time() - begun >= (SOON * 20).total_seconds()
        await later.ran()
        assert loop.time() - begun >= (SOON * 20).total_seconds()


async def test_whatever_was_committed_before_a_wake_up_is_seen_by_a_run_that_starts_after_it(workshop: Workshop):
    committed = 0
    job = Probe(lambda: committed)
    async with workshop.worker({"drain": job}):
        await workshop.wake("drain")
        await until(lambda: job.begun == 1)
        for _ in range(10):
            committed += 1
            await workshop.wake("drain")
        await asyncio.sleep(0.3)  # long enough for any engine to have taken them in
        job.gate.set()
        await until(lambda: job.seen[-1:] == [10])
    assert job.seen[0] == 0
    assert job.most_at_once == 1
    assert 2 <= job.begun <= 11


async def test_no_wake_up_is_lost_in_a_storm(workshop: Workshop):
    committed = 0
    job = open_probe(lambda: committed)
    async with workshop.worker({"drain": job}), workshop.worker({"drain": job}):
        for _ in range(100):
            committed += 1
            await workshop.wake("drain")
        await until(lambda: job.seen[-1:] == [100])


async def test_a_job_that_raises_is_held_and_the_others_go_on(workshop: Workshop):
    good, attempts = open_probe(), []

    async def bad() -> None:
        attempts.append(1)
        raise ValueError("a bug")

    async with workshop.worker({"bad": bad, "good": good}):
        await workshop.wake("bad")
        await workshop.wake("good")
        await until(lambda: good.ended == 1 and bool(attempts))
    assert await workshop.held() == ["bad"]
    async with workshop.worker({"bad": bad, "good": good}):
        await workshop.wake("good")
        await good.ran(2)
    assert len(attempts) == 1


async def test_a_job_that_meets_an_outage_is_woken_again_and_not_held(workshop: Workshop):
    attempts = []

    async def recovering() -> None:
        attempts.append(1)
        if len(attempts) < 3:
            raise Unavailable("the database is restarting")

    async with workshop.worker({"drain": recovering}):
        await workshop.wake("drain")
        await until(lambda: len(attempts) == 3)
    assert await workshop.held() == []


async def test_a_stopping_worker_finishes_the_job_in_hand_and_leaves_the_rest_to_the_next(workshop: Workshop):
    job, left = Probe(), open_probe()
    async with workshop.worker({"drain": job, "left": left}) as stop:
        await workshop.wake("drain")
        await until(lambda: job.begun == 1)
        stop.set()
        await asyncio.sleep(0.2)
        await workshop.wake("left")
        assert (job.ended, left.begun) == (0, 0)
        job.gate.set()
    assert (job.ended, left.begun) == (1, 0)
    async with workshop.worker({"drain": job, "left": left}):
        await left.ran()
    assert job.begun == 1


async def test_two_workers_share_the_work(workshop: Workshop):
    ours, theirs = Probe(), Probe()
    async with workshop.worker({"drain": ours}), workshop.worker({"drain": theirs}):
        async with asyncio.timeout(15):
            while not (ours.begun and theirs.begun):
                await workshop.wake("drain")
                await asyncio.sleep(0.02)
        ours.gate.set()
        theirs.gate.set()


async def test_a_worker_leaves_jobs_it_does_not_know_to_one_that_does(workshop: Workshop):
    known, marker = open_probe(), open_probe()
    await workshop.wake("known")
    async with workshop.worker({"marker": marker}):
        await workshop.wake("marker")
        await marker.ran()
        async with workshop.worker({"known": known}):
            await known.ran()
