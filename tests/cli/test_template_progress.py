"""`wallet-service template progress`: how far the cards of a new design are, in words and in bars."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from io import StringIO

import pytest
from rich.console import Console
from rich.progress import Progress as Bar

from tests.cards.designs import REDDER, pacing, restyled
from tests.cards.desk import installed, publish, telling
from tests.loyalty.shop import Shop
from tests.people import PASS_TYPE, open_brand
from tests.processes import typed
from tests.wallets.memory_wallet import MemoryWallet
from wallet_service.app import work
from wallet_service.cards.progress import Fetched, Progress
from wallet_service.cli.refreshes import Bars, Lines, Look, line, rate
from wallet_service.loyalty.brands import BrandNotFound
from wallet_service.service import Service

RESTYLING = Progress(
    "tpl_1", "brand_1", "burger-heroes", 3, 1000, 250, 0, 0, 0, 50.0, datetime(2026, 11, 1, tzinfo=UTC), False, False
)
TELLING = replace(RESTYLING, moved=1000, passed=420, pushed=400, waiting=20, is_moved=True)
DONE = replace(TELLING, passed=1000, pushed=950, waiting=0, is_ended=True)
PHONES = Fetched(on_phones=900, fetched=380)


@pytest.fixture
async def shop(service: Service) -> Shop:
    """Burger Heroes."""
    return Shop(service, await open_brand(service, "Burger Heroes", PASS_TYPE))


@asynccontextmanager
async def worker(service: Service) -> AsyncIterator[None]:
    """Somebody who does what is due."""
    stop = asyncio.Event()
    working = asyncio.create_task(work(service, stop))
    yield
    stop.set()
    await working


def test_while_cards_are_restyled_the_pace_that_is_set_says_how_long_it_takes():
    assert line(Look(0.0, RESTYLING, PHONES), None) == (
        "burger-heroes 3: restyling; restyled 250 of 1,000, told 0, fetched 380 of 900 on phones; 50/s, 0:00:20 left."
    )


def test_while_phones_are_told_the_rate_is_the_one_observed():
    before = Look(10.0, replace(TELLING, passed=220), PHONES)
    assert line(Look(15.0, TELLING, PHONES), before) == (
        "burger-heroes 3: telling; restyled 1,000 of 1,000, told 400, fetched 380 of 900 on phones; 40/s, 0:00:15 left."
    )


def test_a_refresh_that_does_not_move_is_said_to_stand_still():
    look = Look(15.0, TELLING, PHONES)
    assert rate(look, replace(look, at=10.0)) == 0.0
    assert line(look, replace(look, at=10.0)).endswith("0/s, standing still.")


def test_a_refresh_that_is_done_has_no_time_left():
    assert line(Look(0.0, DONE, PHONES), None) == (
        "burger-heroes 3: done; restyled 1,000 of 1,000, told 1,000, fetched 380 of 900 on phones."
    )


def test_lines_are_printed_only_when_there_is_news():
    lines = Lines(Console(file=StringIO(), width=1000))
    for at, refresh in enumerate((RESTYLING, RESTYLING, TELLING, DONE, DONE)):
        lines.show([Look(float(at), refresh, PHONES)])
    assert isinstance(lines.console.file, StringIO)
    assert len(lines.console.file.getvalue().splitlines()) == 3


def test_bars_show_cards_restyled_phones_told_and_passes_fetched():
    bars = Bars(Bar(console=Console(file=StringIO())))
    bars.show([Look(0.0, RESTYLING, PHONES)])
    bars.show([Look(1.0, TELLING, PHONES)])
    assert [(task.description, task.completed, task.total) for task in bars.bars.tasks] == [
        ("burger-heroes 3 restyled", 1000, 1000),
        ("burger-heroes 3 told", 400, 1000),
        ("burger-heroes 3 fetched", 380, 900),
    ]


async def test_without_a_new_version_there_is_nothing_to_show(shop: Shop):
    said = await asyncio.to_thread(typed, shop.service.settings, "template", "progress", shop.brand.id)
    assert said == "No template has been published anew.\n"


async def test_a_brand_that_is_unknown_is_named(shop: Shop):
    with pytest.raises(BrandNotFound):
        await asyncio.to_thread(typed, shop.service.settings, "template", "progress", "brand_nobody")


async def test_it_says_how_far_each_refresh_is(shop: Shop):
    for name in ("Anna", "Boris", "Clara"):
        await installed(shop, name)
    await restyled(shop)
    await pacing(shop, 0.1).take()
    await telling(shop, MemoryWallet()).take()
    said = await asyncio.to_thread(typed, shop.service.settings, "template", "progress")
    assert said == (
        "burger-heroes 2: telling; restyled 3 of 3, told 1, fetched 0 of 3 on phones; 200/s, 0:00:00 left.\n"
    )


async def test_watching_ends_when_all_phones_have_been_told(shop: Shop):
    await shop.issue(await shop.enrol())
    await publish(shop, REDDER)
    async with worker(shop.service):
        said = await asyncio.to_thread(typed, shop.service.settings, "template", "progress", shop.brand.id, "--watch")
    assert said.splitlines()[-1] == ("burger-heroes 2: done; restyled 1 of 1, told 1, fetched 0 of 0 on phones.")
