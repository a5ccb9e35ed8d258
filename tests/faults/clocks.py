"""Scenario: the machine's clock leaps by days while all goes on, and back again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from tests.faults.proof import Runs
from tests.faults.shoppers import all_bought_more
from tests.faults.trials import survive
from tests.faults.world import LEASE, SOON, World, open_world
from wallet_service.clock import SystemClock
from wallet_service.serving import listening, serving

TILLS = 4
LEAPS = (timedelta(days=1), timedelta(days=-1), timedelta(seconds=-LEASE / 2), timedelta())


@dataclass(slots=True)
class LeapingClock:
    """The machine's clock, set wrong by so much."""

    wrong: timedelta = timedelta()

    def now(self) -> datetime:
        """What it shows."""
        return SystemClock().now() + self.wrong


async def clock_leaps(folder: Path, runs: Runs) -> None:
    """The clock leaps a day ahead, a day back, and back by less than a lease."""
    clock = LeapingClock()
    async with open_world(folder, clock=clock) as world:
        service = world.site.service
        with listening(service.settings.port) as listener:
            async with serving(service, listener=listener):
                await world.gather(TILLS)
                for chance in runs:
                    runs.add(await survive(world, leap(world, clock, chance)))


async def leap(world: World, clock: LeapingClock, chance: Random) -> None:
    """Every leap there is, in any order, while everybody shops."""
    for wrong in chance.sample(LEAPS, len(LEAPS)):
        clock.wrong = wrong
        await all_bought_more(world.shoppers, SOON)
    clock.wrong = timedelta()
