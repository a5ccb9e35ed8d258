"""One run at a time, and one more for everybody who came during it."""

import asyncio

import pytest

from tests.engine.workshop import Probe, open_probe
from wallet_service.engine.coalescing import Coalesced


async def begun(coalesced: Coalesced) -> asyncio.Task[None]:
    task = asyncio.create_task(coalesced.wake())
    await asyncio.sleep(0)
    return task


async def test_a_thousand_wake_ups_during_a_run_return_at_once_and_cost_one_more_run():
    job = Probe()
    coalesced = Coalesced(job)
    leader = await begun(coalesced)
    for _ in range(1000):
        await coalesced.wake()
    assert job.begun == 1
    job.gate.set()
    await leader
    assert (job.begun, job.most_at_once) == (2, 1)


async def test_a_wake_up_after_the_run_leads_to_a_run_of_its_own():
    job = open_probe()
    coalesced = Coalesced(job)
    await coalesced.wake()
    await coalesced.wake()
    assert job.begun == 2


async def test_a_failure_is_raised_only_after_the_run_that_others_still_had_coming():
    gate, runs = asyncio.Event(), []

    async def failing_once() -> None:
        runs.append(1)
        await gate.wait()
        if len(runs) == 1:
            raise ValueError("the first run")

    coalesced = Coalesced(failing_once)
    leader = await begun(coalesced)
    await coalesced.wake()
    gate.set()
    with pytest.raises(ValueError, match="the first run"):
        await leader
    assert len(runs) == 2


async def test_a_job_that_was_cut_short_can_be_woken_again():
    job = Probe()
    coalesced = Coalesced(job)
    leader = await begun(coalesced)
    leader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leader
    job.gate.set()
    await coalesced.wake()
    assert job.ended == 1
