"""Scenarios: programs are killed at any moment, one of ours or every one there is, and started again."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from tests.database.premises import kill_all
from tests.faults.proof import Runs
from tests.faults.trials import survive
from tests.faults.world import World, open_world
from tests.processes import Program

TILLS = 8
SPELL = (0.02, 0.5)
"""Seconds that everybody shops before the kill."""


@dataclass(slots=True)
class Victim:
    """A program that is killed and started again."""

    start: Callable[[], Awaitable[Program]]
    program: Program

    @classmethod
    async def of(cls, start: Callable[[], Awaitable[Program]]) -> "Victim":
        """Start it for the first time."""
        return cls(start, await start())

    def kill(self) -> None:
        """At once, and without a word."""
        self.program.process.kill()

    async def rise(self) -> None:
        """Bury the dead, and start it again."""
        assert await self.program.process.wait() == -signal.SIGKILL, f"it had ended by itself: {self.program.said}"
        self.program = await self.start()


async def kill_api(folder: Path, runs: Runs) -> None:
    """Kill -9 of the process that answers tills and phones."""
    async with open_world(folder) as world:
        api, _ = await open_up(world)
        for chance in runs:
            runs.add(await survive(world, strike(chance, api)))


async def kill_worker(folder: Path, runs: Runs) -> None:
    """Kill -9 of the process that pushes."""
    async with open_world(folder) as world:
        _, worker = await open_up(world)
        for chance in runs:
            runs.add(await survive(world, strike(chance, worker)))


async def power_loss(folder: Path, runs: Runs) -> None:
    """Kill -9 of everything at once, the database too: what comes back has only what was on the disk."""
    async with open_world(folder) as world:
        both = await open_up(world)
        for chance in runs:
            runs.add(await survive(world, strike(chance, *both, also=partial(kill_all, world.data))))


async def open_up(world: World) -> tuple[Victim, Victim]:
    """Doors and worker start, apart from each other, and members join."""
    api = await Victim.of(partial(world.programs.serve, "--no-worker"))
    worker = await Victim.of(world.programs.work)
    await world.gather(TILLS)
    return api, worker


async def strike(chance: Random, *victims: Victim, also: Callable[[], None] | None = None) -> None:
    """At some moment everything named dies at once; then the programs start again."""
    await asyncio.sleep(chance.uniform(*SPELL))
    for victim in victims:
        victim.kill()
    if also:
        also()
    await asyncio.gather(*(victim.rise() for victim in victims))
