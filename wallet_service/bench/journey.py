"""The time machine over a year of recorded purchases, for `bench mechanics`."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from statistics import median

from wallet_service.bench import journey_sql as sql
from wallet_service.bench.crowd import Crowd, gather_crowd
from wallet_service.bench.harness import BenchImpossible, Effort, progress, steps
from wallet_service.bench.mechanics_book import BOOK, PLACES, WARES
from wallet_service.bench.servers import premises
from wallet_service.loyalty.brands import find_programme
from wallet_service.loyalty.journeys.time_machine import Span, travel
from wallet_service.loyalty.rules.engine import compile_rules
from wallet_service.service import Service
from wallet_service.serving import spare_collector

PURCHASES = {Effort.TRIAL: 500, Effort.QUICK: 100_000, Effort.NORMAL: 1_000_000, Effort.FULL: 1_000_000}
ROUNDS = {Effort.TRIAL: 1, Effort.QUICK: 1, Effort.NORMAL: 5, Effort.FULL: 5}
LINES, EACH, CHUNK = 5, 10, 50_000
"""Of a purchase; of a member; of one statement."""

BEGAN, YEAR = datetime(2025, 11, 22, 9, tzinfo=UTC), timedelta(days=365)


async def seconds_of_a_journey(effort: Effort) -> float:
    """How long the time machine takes over so many purchases of five lines, by a tenth as many members."""
    count = PURCHASES[effort]
    async with premises() as service:
        crowd = await gather_crowd(service, max(count // EACH, 1), devices=False)
        await _record(service, crowd, count)
        spare_collector()  # as `serve` does
        return median([await _travel(service, crowd, count) for _ in steps("journeys", ROUNDS[effort])])


async def _record(service: Service, crowd: Crowd, count: int) -> None:
    """Let the past have happened."""
    known = {
        "brand": crowd.brand,
        "programme": crowd.programme,
        "members": list(crowd.members),
        "places": PLACES,
        "wares": json.dumps(WARES),
        "kinds": len(WARES),
        "lines": LINES,
        "began": BEGAN,
        "step": YEAR / count,
    }
    with progress() as bar:
        for first in bar.track(range(0, count, CHUNK), description=f"{count:,} purchases"):
            async with service.database.begin() as tx:
                await tx.run(sql.RECORD, known | {"first": first, "last": min(first + CHUNK, count)})
    async with service.database.begin() as tx:
        await tx.run(sql.ANALYZE)


async def _travel(service: Service, crowd: Crowd, count: int) -> float:
    """Seconds of one journey. Raises `BenchImpossible` unless it met all of the past."""
    async with service.database.read() as tx:
        programme = await find_programme(tx, crowd.brand, crowd.programme)
    began = time.perf_counter()
    replay = await travel(service.database, replace(programme, time_zone="Europe/Berlin"), compile_rules(BOOK), Span())
    took = time.perf_counter() - began
    if replay.purchases != count:
        raise BenchImpossible(f"{count:,} purchases were recorded, and {replay.purchases:,} met.")
    return took
