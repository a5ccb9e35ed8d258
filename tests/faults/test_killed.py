"""Processes are killed at the worst moment: nothing acknowledged is lost, nothing happens twice, others go on."""

import asyncio
import random
import signal

from tests.conftest import Site
from tests.faults.shoppers import Shopper, assert_nothing_lost
from tests.journeys.walks import join, join_many, until
from tests.people import ANNA, Brand
from tests.processes import Programs
from wallet_service.simulators.apns_script import Answer, first_attempt

CLIENTS, KILLS = 8, 8
LEASE = 1.0
"""Seconds after which what a killed worker had in hand is another's."""


async def test_what_was_acknowledged_survives_eight_kills_of_the_service(
    far_site: Site, far_heroes: Brand, programs: Programs
) -> None:
    far_site.service.settings.push.lease = LEASE
    service = await programs.serve()
    holders = await join_many(far_site, far_heroes, CLIENTS)
    shoppers, stop = [Shopper(holder) for holder in holders], asyncio.Event()
    chance = random.Random(11)  # noqa: S311 - a moment, not a secret
    async with asyncio.TaskGroup() as shopping:
        for shopper in shoppers:
            shopping.create_task(shopper.shop(stop))
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.02, 0.4))
            await service.end(signal.SIGKILL)
            service = await programs.serve()
        stop.set()

    assert sum(shopper.broken for shopper in shoppers) >= KILLS
    assert {refusal.status for shopper in shoppers for refusal in shopper.refusals} <= {409, 503}
    await assert_nothing_lost(far_site, far_heroes, shoppers)


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
