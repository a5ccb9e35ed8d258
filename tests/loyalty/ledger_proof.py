"""The long run of the ledger's model: thousands of stories over an embedded Postgres of its own."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, given, seed, settings

from tests.loyalty.ledger_story import STORIES, Step
from tests.loyalty.ledger_story import tell as tell_story
from tests.loyalty.shop import Shop
from tests.people import PASS_TYPE, open_brand
from wallet_service.app import open_service
from wallet_service.loyalty.brands import Programme
from wallet_service.settings import Settings


def run_model(runs: int, seed: int, tell: Callable[[int], None] = lambda _done: None) -> None:
    """Tell so many stories made from this seed, `tell` how many were told. Fails where ledger and model part."""
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:  # leaves a caller's own loop alone
        stack = AsyncExitStack()
        shop, other = runner.run(stack.enter_async_context(_shop()))
        try:
            _tell_all(runner, shop, other, runs, seed, tell)
            runner.run(shop.prove())
        finally:
            runner.run(stack.aclose())


def _tell_all(
    runner: asyncio.Runner, shop: Shop, other: Programme, runs: int, number: int, tell: Callable[[int], None]
) -> None:
    told = count(1)

    @seed(number)
    @settings(max_examples=runs, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(story=STORIES)
    def prove(story: list[Step]) -> None:
        runner.run(tell_story(shop, other, story, may_go_negative=False))
        tell(next(told))

    prove()


@asynccontextmanager
async def _shop() -> AsyncIterator[tuple[Shop, Programme]]:
    with tempfile.TemporaryDirectory() as folder:
        async with open_service(Settings(data_dir=Path(folder, "data"))) as service:
            shop = Shop(service, await open_brand(service, "Model", PASS_TYPE))
            yield shop, await shop.another_programme()
