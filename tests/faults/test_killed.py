"""Processes are killed at the worst moment: nothing acknowledged is lost, nothing happens twice, others go on."""

import signal
from pathlib import Path

import pytest

from tests.conftest import Site
from tests.faults.killings import kill_api, kill_worker, power_loss
from tests.faults.proof import Runs, Scenario, prove
from tests.faults.world import LEASE
from tests.journeys.walks import join, until
from tests.people import ANNA, Brand
from tests.processes import Programs
from wallet_service.simulators.apns_script import Answer, first_attempt


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("scenario", "runs"), [(kill_api, 8), (kill_worker, 8), (power_loss, 4)])
async def test_whatever_is_killed_nothing_acknowledged_is_lost_or_doubled_and_every_phone_is_told(
    tmp_path: Path, scenario: Scenario, runs: int
) -> None:
    figures = await prove(scenario, tmp_path, Runs(runs, seed=11))

    assert figures.acknowledged >= 2 * runs
    assert figures.unknown > 0 or scenario is kill_worker  # or nothing was killed amid its work


async def test_another_worker_takes_over_from_one_killed_amid_its_pushes(
    far_site: Site, far_heroes: Brand, programs: Programs
) -> None:
    far_site.service.settings.push.lease = LEASE
    await programs.serve("--no-worker")
    killed = await programs.work()
    anna = await join(far_site, far_heroes, ANNA, "Anna's iPhone")
    far_site.apns.script = first_attempt(Answer(503, "ServiceUnavailable", delay=60))
    await anna.buys(10)

    async def in_hand() -> bool:
        return bool(far_site.apns.refused)

    await until(in_hand, "the worker waits for Apple")
    await killed.end(signal.SIGKILL)
    await programs.work()

    await anna.up_to_date()
    assert (anna.balance_shown, len(far_site.apns.received)) == (10, 1)
