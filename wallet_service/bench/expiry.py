"""`bench expiry`: the drain of expired lots, from many members with some that are due until there are none."""

import asyncio
import time
from dataclasses import dataclass
from statistics import median

from wallet_service.amounts import Points
from wallet_service.bench import sql
from wallet_service.bench.crowd import CHUNK, Crowd, gather_crowd
from wallet_service.bench.harness import BenchImpossible, Effort, Figure, Figures, Goal, on_loop, steps
from wallet_service.bench.servers import premises
from wallet_service.database.seam import Database
from wallet_service.loyalty.ledger.lapsing import LANES, Lapsing
from wallet_service.serving import spare_collector

FIGURES = (
    Figure(
        "lots_per_s",
        "lots expired per second by one worker: closed, entered and sealed in the ledger, balance and card changed",
        Goal(20_000),
    ),
)

LOTS, POINTS = 2, Points(5)
"""Of each member: how many lots expire, and of how many points each."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    members: int
    rounds: int


SIZES = {
    Effort.TRIAL: Size(100, 1),
    Effort.QUICK: Size(20_000, 3),
    Effort.NORMAL: Size(100_000, 5),
    Effort.FULL: Size(500_000, 5),
}


def measure(effort: Effort) -> Figures:
    """All members have expired lots, again and again; each time until the drain finds nothing more."""
    return on_loop(lambda: _measure(SIZES[effort]))


async def _measure(size: Size) -> Figures:
    async with premises() as service:
        crowd = await gather_crowd(service, size.members, devices=True)
        spare_collector()  # as a worker does
        rates = [await _round(service.database, crowd, number) for number in steps("rounds", size.rounds)]
    return {"lots_per_s": median(rates)}


async def _round(database: Database, crowd: Crowd, number: int) -> float:
    """Lots expired per second. Raises `BenchImpossible` unless each expired that was due."""
    await _grant(database, crowd)
    began = time.perf_counter()
    await asyncio.gather(*(_drain(database) for _ in range(LANES)))
    took = time.perf_counter() - began
    due = LOTS * len(crowd.members)
    async with database.read() as tx:
        lapsed = await tx.first(sql.LAPSED)
    if lapsed is None or lapsed.lots != due * (number + 1):
        raise BenchImpossible(f"{due:,} lots were due, and not as many expired.")
    return due / took


async def _drain(database: Database) -> None:
    """One lane of a worker, until it finds nothing more."""
    drain = Lapsing(database)
    while await drain.take() == 0.0:
        pass


async def _grant(database: Database, crowd: Crowd) -> None:
    """Give everybody lots that have expired already, and have no phone wait from an earlier round."""
    for first in range(0, len(crowd.members), CHUNK):
        members = list(crowd.members[first : first + CHUNK])
        async with database.begin() as tx:
            moments = {"now": tx.now, "expires_at": tx.now}
            await tx.run(sql.GRANT_LOTS, {"members": members, "lots": LOTS, "points": POINTS} | moments)
    async with database.begin() as tx:
        await tx.run(sql.CALL_OFF)
        await tx.run(sql.ANALYZE_LOTS)
