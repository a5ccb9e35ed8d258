"""`bench growth`: what a purchase costs where a brand has very many members, against where it has few."""

import gc
from contextlib import AsyncExitStack

from wallet_service.bench.harness import ROUNDS, Effort, Figure, Figures, Goal, of_pairs, on_loop, steps
from wallet_service.bench.purchases import CALLERS, per_second
from wallet_service.bench.sales import Sale, open_shop, selling
from wallet_service.bench.servers import premises
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.serving import spare_collector
from wallet_service.web.render import render_posting
from wallet_service.web.render_purchases import render_purchase
from wallet_service.web.writes import Writes

FIGURES = (
    Figure(
        "cost_1m_over_10k",
        "time of a purchase by one of 1,000,000 members (--quick: 50,000), over that by one of 10,000; each has a card, "
        "points in lots and a purchase of the past",
        Goal(1.3, at_most=True),
    ),
    Figure("per_s_many", "purchases per second through the verb, by members at random of the many"),
    Figure("per_s_few", "the same, of the few"),
)

FEW = {Effort.TRIAL: 500, Effort.QUICK: 10_000, Effort.NORMAL: 10_000, Effort.FULL: 10_000}
MANY = {Effort.TRIAL: 1000, Effort.QUICK: 50_000, Effort.NORMAL: 1_000_000, Effort.FULL: 1_000_000}
SECONDS = {Effort.TRIAL: 0.1, Effort.QUICK: 0.8, Effort.NORMAL: 4.0, Effort.FULL: 10.0}
"""How long each side runs in one round."""


def measure(effort: Effort) -> Figures:
    """Two shops on databases of their own, by turns."""
    return on_loop(lambda: _measure(effort))


async def _measure(effort: Effort) -> Figures:
    seconds = SECONDS[effort]
    async with AsyncExitStack() as stack:
        many = await _open(stack, MANY[effort])
        few = await _open(stack, FEW[effort])
        gc.collect()
        spare_collector()  # as `serve` does
        for sell in (many, few):
            await per_second(sell, CALLERS, seconds)  # connections, statements and caches get warm
        found = of_pairs(
            [
                (await per_second(many, CALLERS, seconds), await per_second(few, CALLERS, seconds))
                for _ in steps("many against few", ROUNDS)
            ]
        )
    return {"cost_1m_over_10k": 1 / found.ratio, "per_s_many": found.ours, "per_s_few": found.theirs}


async def _open(stack: AsyncExitStack, members: int) -> Sale:
    service = await stack.enter_async_context(premises(pool=16))
    crowd = await open_shop(service, members, devices=False)
    writes = Writes.to(service.database, service.settings.limits, Rulebooks(), render_posting, render_purchase)
    stack.push_async_callback(writes.aclose)
    return selling(writes, crowd)
