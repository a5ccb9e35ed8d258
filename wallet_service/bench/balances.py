"""`bench balances`: durable balance changes through the business verb, against four ordinary statements, and over HTTP."""

import asyncio
import gc
import random
import time
from collections.abc import Awaitable, Callable
from itertools import count

from wallet_service.amounts import Points
from wallet_service.bench import balances_http, sql
from wallet_service.bench.crowd import Crowd, gather_crowd
from wallet_service.bench.harness import ROUNDS, Effort, Figure, Figures, Goal, of_pairs, on_loop, steps
from wallet_service.bench.servers import premises
from wallet_service.database.seam import Database
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.ledger.balances import Posting
from wallet_service.loyalty.once import OnceKey
from wallet_service.loyalty.references import MemberRef
from wallet_service.serving import spare_collector
from wallet_service.web.render import render_posting
from wallet_service.web.render_purchases import render_purchase
from wallet_service.web.writes import Writes

FIGURES = (
    Figure("over_plain", "changes per second through the verb, over those by four ordinary statements", Goal(8)),
    Figure("per_s", "changes per second through the verb, 1,000 callers at once"),
    Figure("plain_per_s", "changes per second by ordinary statements, 16 connections at once"),
    *balances_http.FIGURES,
)

CALLERS = 1000
CONNECTIONS = 16
MEMBERS = {Effort.TRIAL: 1000, Effort.QUICK: 20_000, Effort.NORMAL: 100_000, Effort.FULL: 100_000}
SECONDS = {Effort.TRIAL: 0.1, Effort.QUICK: 0.8, Effort.NORMAL: 2.0, Effort.FULL: 5.0}
"""How long each side runs in one round."""

FINGERPRINT = bytes(32)

Change = Callable[[], Awaitable[object]]
"""Gives one point to some member, durably."""


def measure(effort: Effort) -> Figures:
    """The verb by turns with ordinary statements, then the doors."""
    return on_loop(lambda: _measure_verb(effort)) | on_loop(lambda: balances_http.measure_http(effort))


async def _measure_verb(effort: Effort) -> Figures:
    seconds = SECONDS[effort]
    async with premises(pool=CONNECTIONS) as service:
        crowd = await gather_crowd(service, MEMBERS[effort], devices=True)
        writes = Writes.to(service.database, service.settings.limits, Rulebooks(), render_posting, render_purchase)
        ours, theirs = by_the_verb(writes, crowd), by_four_statements(service.database, crowd)
        gc.collect()
        spare_collector()  # as `serve` does
        for change, callers in ((ours, CALLERS), (theirs, CONNECTIONS)):
            await _per_second(change, callers, seconds / 2)  # connections and statements get warm
        found = of_pairs(
            [
                (await _per_second(ours, CALLERS, seconds), await _per_second(theirs, CONNECTIONS, seconds))
                for _ in steps("the verb against four statements", ROUNDS)
            ]
        )
        await writes.aclose()
    return {"over_plain": found.ratio, "per_s": found.ours, "plain_per_s": found.theirs}


def by_the_verb(writes: Writes, crowd: Crowd) -> Change:
    """As the till's door does it."""
    numbers, chance = count(), random.Random(1)  # noqa: S311 - the same members in every run

    async def change() -> None:
        once = OnceKey(crowd.brand, f"verb/{next(numbers)}", FINGERPRINT)
        who = MemberRef("id", chance.choice(crowd.members))
        await writes.postings.submit(Posting(crowd.brand, who, amount=Points(1), reason="Lunch", once=once))

    return change


def by_four_statements(database: Database, crowd: Crowd) -> Change:
    """As it would be written at first: one transaction for each change; what it leaves out makes it faster only."""
    numbers, chance = count(), random.Random(2)  # noqa: S311 - the same members in every run

    async def change() -> None:
        async with database.begin() as tx:
            (found,) = await tx.all(sql.PLAIN_LOCK_MEMBER, {"id": chance.choice(crowd.members)})
            entry = {"brand": crowd.brand, "member": found.id, "balance": found.balance + 1, "now": tx.now}
            once = {"key": f"plain/{next(numbers)}", "fingerprint": FINGERPRINT, "body": bytes(200)}
            await tx.run(sql.PLAIN_INSERT_ENTRY, entry | once)
            await tx.run(sql.PLAIN_UPDATE_BALANCE, {"id": found.id, "balance": found.balance + 1})
            await tx.run(sql.PLAIN_CHANGE_CARD, {"card": found.card, "now": tx.now})

    return change


async def _per_second(change: Change, callers: int, seconds: float) -> float:
    done, began = 0, time.perf_counter()

    async def call() -> None:
        nonlocal done
        while time.perf_counter() - began < seconds:
            await change()
            done += 1

    await asyncio.gather(*(call() for _ in range(callers)))
    return done / (time.perf_counter() - began)
