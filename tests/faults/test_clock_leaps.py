"""Clocks that leap, ours or the database's: nothing is told early, twice, or a day late."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from tests.conftest import Site
from tests.faults.clocks import LeapingClock, clock_leaps
from tests.faults.proof import Runs, prove
from tests.journeys.walks import Holder, all_told, join, until
from tests.people import ANNA, Brand
from tests.processes import Programs
from wallet_service.cards.tell import Telling
from wallet_service.simulators.apns_script import Answer, always

DAY = timedelta(days=1)


@pytest.fixture
async def anna(site: Site, burger_heroes: Brand) -> Holder:
    """Anna, whose card was told of a purchase."""
    holder = await join(site, burger_heroes, ANNA, "Anna's iPhone")
    await holder.buys(10)
    await holder.up_to_date()
    return holder


@pytest.mark.timeout(300)
async def test_through_leaps_of_our_clock_everybody_is_served_and_told(tmp_path: Path) -> None:
    figures = await prove(clock_leaps, tmp_path, Runs(2, seed=11))
    assert (figures.unknown, figures.refused) == (0, 0)


@pytest.mark.parametrize("leap", [DAY, -DAY])
async def test_after_a_leap_inside_a_lease_the_batch_is_still_in_one_hand(
    far_site: Site, far_heroes: Brand, programs: Programs, leap: timedelta
) -> None:
    await programs.serve("--no-worker")
    anna = await join(far_site, far_heroes, ANNA, "Anna's iPhone")
    service, clock = far_site.service, LeapingClock()
    first, second = (Telling(service.database, service.wallet, clock, service.settings.push) for _ in range(2))
    far_site.apns.script = always(Answer(delay=0.5))
    await anna.buys(10)
    telling = asyncio.create_task(first.take())
    await until(lambda: _heard(far_site), "Apple has the push in hand")
    clock.wrong = leap

    assert await second.take() > 0
    assert await telling == 0
    assert len(far_site.apns.received) == 1


@pytest.mark.parametrize("leap", [DAY, -DAY])
async def test_after_a_leap_of_the_database_a_change_is_told_at_once(site: Site, anna: Holder, leap: timedelta) -> None:
    await leap_database(site, leap)
    await anna.buys(5)
    await anna.up_to_date()
    assert anna.balance_shown == 15


async def test_what_a_killed_worker_held_when_the_database_leapt_back_is_not_a_day_late(
    site: Site, anna: Holder
) -> None:
    async with site.service.database.begin() as tx:
        driver = await tx.driver()
        await driver.execute("INSERT INTO push_due VALUES ($1, 1, now() + $2, 1)", anna.card, DAY)
    await all_told(site)
    assert len(site.apns.received) == 2


async def leap_database(site: Site, by: timedelta) -> None:
    """The database's clock leaps: seen from it, whatever was written moves the other way."""
    async with site.service.database.begin() as tx:
        driver = await tx.driver()
        await driver.execute("UPDATE registration SET told_at = told_at - $1::interval", by)
        await driver.execute("UPDATE push_due SET due_at = due_at - $1::interval", by)


async def _heard(site: Site) -> bool:
    return bool(site.apns.received)
