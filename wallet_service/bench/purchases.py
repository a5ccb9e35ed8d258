"""`bench purchases`: durable purchases through the business verb, against bare rows, and over HTTP; and quotes."""

import asyncio
import gc
import json
import random
import time
from itertools import count

from wallet_service.bench import sales_http
from wallet_service.bench import sales_sql as sql
from wallet_service.bench.crowd import Crowd
from wallet_service.bench.harness import ROUNDS, Effort, Figure, Figures, Goal, of_pairs, on_loop, steps
from wallet_service.bench.sales import LINES, Sale, open_shop, past, selling
from wallet_service.bench.servers import premises
from wallet_service.clock import SystemClock
from wallet_service.database.seam import Database
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.serving import spare_collector
from wallet_service.web.render import render_posting
from wallet_service.web.render_purchases import render_purchase
from wallet_service.web.writes import FULL, POSTING_FLIGHTS, Writes

FIGURES = (
    Figure(
        "per_s",
        "purchases of 5 lines per second through the verb, 1,000 callers at once: 6 mechanics asked, lots opened, every "
        "other paid with points, cards changed",
        Goal(2500),
    ),
    Figure("bare_per_s", "the same rows per second, as bare statements: nothing locked before, read or decided"),
    Figure("of_bare", "purchases for each whose bare rows the same time has room for"),
    Figure("entries", "ledger entries by which mechanics gave, for each purchase"),
    *sales_http.FIGURES,
)

CALLERS = 1000
MEMBERS = {Effort.TRIAL: 1000, Effort.QUICK: 20_000, Effort.NORMAL: 100_000, Effort.FULL: 100_000}
SECONDS = {Effort.TRIAL: 0.1, Effort.QUICK: 0.8, Effort.NORMAL: 2.0, Effort.FULL: 5.0}
"""How long each side runs in one round."""

PLAIN_ENTRIES = 3
"""Of each purchase in the bare statements: about as many as mechanics give, and one that pays."""


def measure(effort: Effort) -> Figures:
    """The verb by turns with bare rows, then the doors."""
    return on_loop(lambda: _measure_verb(effort)) | on_loop(lambda: sales_http.measure_http(effort))


async def _measure_verb(effort: Effort) -> Figures:
    seconds = SECONDS[effort]
    async with premises(pool=16) as service:
        crowd = await open_shop(service, MEMBERS[effort], devices=True)
        writes = Writes.to(service.database, service.settings.limits, Rulebooks(), render_posting, render_purchase)
        sell, write = selling(writes, crowd), Bare(service.database, crowd)
        gc.collect()
        spare_collector()  # as `serve` does
        await per_second(sell, CALLERS, seconds / 2)  # connections and statements get warm
        await write.per_second(seconds / 2)
        pairs = []
        for _ in steps("the verb against bare rows", ROUNDS):
            rate = await per_second(sell, CALLERS, seconds)
            pairs.append((rate, await write.per_second(seconds)))
        found = of_pairs(pairs)
        entries = await _entries(service.database)
        await writes.aclose()
    return {"per_s": found.ours, "bare_per_s": found.theirs, "of_bare": found.ratio, "entries": entries}


async def per_second(sell: Sale, callers: int, seconds: float) -> float:
    """Purchases per second, with so many callers at once."""
    done, began = 0, time.perf_counter()

    async def call() -> None:
        nonlocal done
        while time.perf_counter() - began < seconds:
            await sell()
            done += 1

    await asyncio.gather(*(call() for _ in range(callers)))
    return done / (time.perf_counter() - began)


class Bare:
    """Writes what a batch of purchases writes, with one statement and a commit."""

    def __init__(self, database: Database, crowd: Crowd) -> None:
        """Each flight has members of its own, so that none waits for another."""
        self._database = database
        self._shares = [crowd.members[flight::POSTING_FLIGHTS] for flight in range(POSTING_FLIGHTS)]
        self._lines, self._document = json.dumps(LINES), past(SystemClock().now())
        self._numbers, self._chance = count(), random.Random(2)  # noqa: S311 - the same members in every run

    async def per_second(self, seconds: float) -> float:
        """Purchases per second."""
        began = time.perf_counter()
        done = await asyncio.gather(*(self._fly(share, began + seconds) for share in self._shares))
        return sum(done) / (time.perf_counter() - began)

    async def _fly(self, members: tuple[str, ...], end: float) -> int:
        size = min(FULL, len(members))
        done = 0
        while time.perf_counter() < end:
            async with self._database.begin() as tx:
                who = {"members": json.dumps(self._chance.sample(members, size)), "now": tx.now, "at": tx.now}
                rows = {"head": f"bare/{next(self._numbers)}/", "lines": self._lines, "entries": PLAIN_ENTRIES}
                await tx.run(sql.BARE, who | rows | {"document": self._document})
            done += size
        return done


async def _entries(database: Database) -> float:
    async with database.read() as tx:
        row = await tx.first(sql.GRANTS)
    return float(row.entries / row.purchases) if row and row.purchases else 0.0
