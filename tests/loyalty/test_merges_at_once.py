"""Members who are merged while somebody else is at them: whoever waits finds the survivor, and no point is lost."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import TypeVar

import pytest
from sqlalchemy import text

from tests.loyalty.hold_desk import HoldDesk
from tests.loyalty.test_merges import merge, open_desk, part, total
from wallet_service.database.postgres import DatabaseUnavailable
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.unions.merges import merge_members
from wallet_service.settings import Settings

WAITING = text("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")

Told = TypeVar("Told")


@pytest.fixture
async def shop(settings: Settings) -> AsyncIterator[HoldDesk]:
    async with open_desk(settings) as desk:
        yield desk


async def somebody_waits(shop: HoldDesk) -> bool:
    """Whether a transaction waits for another."""
    async with shop.database.read() as tx:
        return await tx.first(WAITING) is not None


async def insist(act: Callable[[], Awaitable[Told]]) -> Told:
    """Repeat what two at once have kept each other from, as callers are told to."""
    while True:
        try:
            return await act()
        except DatabaseUnavailable:
            pass


async def test_whoever_waits_for_somebody_who_is_being_merged_finds_the_survivor(shop: HoldDesk) -> None:
    anna, double = await shop.enrol(), await shop.enrol()
    async with shop.database.begin() as tx:
        await merge_members(tx, Rulebooks(), shop.brand.id, MemberRef("id", anna.id), MemberRef("id", double.id))
        posted = asyncio.create_task(shop.post(shop.posting(double, 5)))
        while not await somebody_waits(shop):
            pass
    assert await posted == ["5"]
    assert [len(await shop.entries(who)) for who in (anna, double)] == [1, 0]
    await shop.prove()


async def test_merges_and_purchases_at_once_lose_no_point(shop: HoldDesk) -> None:
    anna, double = await shop.enrol(), await shop.enrol()
    await shop.give(double, 100)

    async def pair() -> None:
        for _ in range(4):
            merged = await insist(lambda: merge(shop, double, anna))
            await insist(partial(part, shop, merged))

    async def buy(amount: int) -> list[str]:
        return await insist(lambda: shop.post(shop.posting(double, amount)))

    heard, _ = await asyncio.gather(asyncio.gather(*(buy(amount) for amount in (3, -7) * 8)), pair())

    spent = sum(-7 for (answer,), amount in zip(heard, (3, -7) * 8, strict=True) if amount < 0 and answer.isdigit())
    assert await total(shop) == 100 + 24 + spent
    await shop.prove()
