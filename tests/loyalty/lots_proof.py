"""The long run of the model of lots: stories over an embedded Postgres of its own, until so many steps are taken."""

import asyncio
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings

from tests.loyalty.lot_days import LotShop, open_lot_shop
from tests.loyalty.lots_acts import STORIES, Act, steps
from tests.loyalty.lots_story import tell as tell_story
from wallet_service.loyalty.brands import Programme
from wallet_service.settings import Settings

CHAPTER = 100
"""Stories made from one seed."""


def run_lots(runs: int, seed: int, tell: Callable[[int], None] = lambda _done: None) -> None:
    """Hold grants, promises, spending, expiry, holds and reversals against a model, for so many steps."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:  # leaves a caller's own loop alone
        stack = AsyncExitStack()
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        try:
            shop = runner.run(stack.enter_async_context(open_lot_shop(Settings(data_dir=Path(folder, "data")))))
            free = runner.run(shop.another_programme(may_go_negative=True))
            taken = 0
            while taken < runs:
                taken = _tell_chapter(runner, shop, free, seed, taken, tell)
                seed += 1
            runner.run(shop.prove())
        finally:
            runner.run(stack.aclose())


def _tell_chapter(
    runner: asyncio.Runner, shop: LotShop, free: Programme, number: int, taken: int, tell: Callable[[int], None]
) -> int:
    @seed(number)
    @settings(max_examples=CHAPTER, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(story=STORIES)
    def prove(story: list[Act]) -> None:
        nonlocal taken
        runner.run(tell_story(shop, free, story))
        taken += steps(story)
        tell(taken)

    prove()
    return taken
