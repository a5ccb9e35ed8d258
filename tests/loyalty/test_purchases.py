"""Purchases of one batch: in which order they are recorded, and what a card shows of the last."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.loyalty.club import BUYS_BURGERS, Club, mechanic, open_club
from wallet_service.settings import Settings

SHOWN = text("SELECT shown -> 'purchase' AS purchase FROM member_standing WHERE member_id = :member")


@pytest.fixture
async def club(settings: Settings) -> AsyncIterator[Club]:
    async with open_club(settings) as opened:
        yield opened


async def shown(club: Club, member: str) -> Any:
    """The purchase that the member's card shows."""
    async with club.database.read() as tx:
        row = await tx.first(SHOWN, {"member": member})
    return row.purchase if row else None


async def test_ids_of_a_batch_ascend_in_the_order_in_which_it_was_decided(club: Club) -> None:
    await club.rule(mechanic("first", "purchase", {"points": 7}, limits={"per_member": 1}))
    anna, boris = await club.enrol(), await club.enrol()
    bought = await club.buy_all(*((who, BUYS_BURGERS) for who in [anna, None, boris, anna] * 5))
    assert [each.id for each in bought] == sorted({each.id for each in bought})
    assert [each.earned for each in bought] == [7, 0, 7] + [0] * 17


async def test_a_card_shows_the_last_purchase_by_the_clock_of_its_programme(club: Club) -> None:
    await club.live_in("Asia/Tokyo")
    anna = await club.enrol()
    await club.buy(anna)
    assert (await shown(club, anna.id))["at"] == "2027-03-01T21:00:00+09:00"
    await club.buy(anna, at=club.clock.now() - timedelta(hours=1))
    assert (await shown(club, anna.id))["at"] == "2027-03-01T21:00:00+09:00"
