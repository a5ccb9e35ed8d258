"""Promised points count from their moment on: once, after any debt is paid, and not if they have expired meanwhile."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from tests.loyalty.lot_days import HOUR, LotShop, open_lot_shop
from wallet_service.amounts import MOST
from wallet_service.loyalty.ledger.entry import Kind
from wallet_service.loyalty.ledger.lapsing import IDLE, SOON
from wallet_service.settings import Settings

TILLS = 16


@pytest.fixture
async def shop(settings: Settings) -> AsyncIterator[LotShop]:
    """Burger Heroes, whose clock is set by hand, and where members may owe points."""
    async with open_lot_shop(settings.model_copy(update={"pool": TILLS}), may_go_negative=True) as opened:
        yield opened


async def test_promised_points_count_from_their_moment_on(shop: LotShop) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 30, delay=HOUR, life=5 * HOUR)
    assert 3599 < await shop.activate_all() <= 3600
    assert await shop.lots(anna) == [(30, "pending")]
    shop.clock.forward(HOUR)
    assert await shop.activate_all() == IDLE
    assert await shop.lots(anna) == [(30, "open")]
    assert await shop.story(anna) == [(Kind.PROMISED, 0, 0), (Kind.ACTIVATED, 30, 30)]
    await shop.prove()


async def test_they_first_pay_what_is_owed(shop: LotShop) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 30, delay=HOUR, life=5 * HOUR)
    await shop.grant(anna, 10, delay=HOUR, life=5 * HOUR)
    await shop.give(anna, -35)
    shop.clock.forward(HOUR)
    await shop.activate_all()
    assert await shop.lots(anna) == [(0, "closed"), (5, "open")]
    assert (await shop.story(anna))[-2:] == [(Kind.ACTIVATED, 30, -5), (Kind.ACTIVATED, 10, 5)]
    await shop.prove()


async def test_what_has_expired_before_anybody_looked_lapses_at_once(shop: LotShop) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 7, life=2 * HOUR)
    for hours in (1, 2):
        await shop.grant(anna, 30, delay=hours * HOUR, life=3 * HOUR)
    shop.clock.forward(9 * HOUR)
    await shop.activate_all()
    kinds = [(Kind.ACTIVATED, 30, 37), (Kind.ACTIVATED, 30, 67), (Kind.EXPIRED, -67, 0)]
    assert (await shop.story(anna))[-3:] == kinds
    assert {state for _, state in await shop.lots(anna)} == {"closed"}
    await shop.prove()


async def test_a_card_follows_what_was_promised(shop: LotShop) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 30, delay=HOUR, life=5 * HOUR)
    card = await shop.issue(anna)
    shop.clock.forward(HOUR)
    await shop.activate_all()
    assert (await shop.card(card)).version == card.version + 1


async def test_a_promise_that_would_lead_out_of_range_waits_until_it_does_not(shop: LotShop) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 30, delay=HOUR, life=5 * HOUR)
    await shop.give(anna, MOST)
    shop.clock.forward(HOUR)
    assert await shop.activate_all() == SOON
    assert (await shop.member(anna)).balance == MOST
    await shop.give(anna, -30)
    assert await shop.activate_all() == IDLE
    assert (await shop.member(anna)).balance == MOST
    await shop.prove()


async def test_whom_another_has_in_hand_is_left_for_the_next_look(shop: LotShop) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 30, delay=HOUR, life=5 * HOUR)
    shop.clock.forward(HOUR)
    async with shop.second_database() as other, other.begin() as tx:
        await tx.run(HAVE_IN_HAND, {"member": anna.id})
        assert await shop.activate_all() == SOON
    await shop.activate_all()
    assert (await shop.member(anna)).balance == 30


HAVE_IN_HAND = text("SELECT FROM member WHERE id = :member FOR NO KEY UPDATE")


async def test_each_promise_is_kept_once_by_any_number_of_workers_while_tills_spend(shop: LotShop) -> None:
    members = [await shop.enrol() for _ in range(4)]
    for member in members:
        for _ in range(5):
            await shop.grant(member, 3, delay=HOUR, life=5 * HOUR)
    shop.clock.forward(HOUR)
    spends = [shop.post(shop.posting(members[till % 4], -1)) for till in range(TILLS)]
    await asyncio.gather(*(shop.activate_all(portion=2) for _ in range(3)), *spends)
    await shop.activate_all()
    for member in members:
        story = await shop.story(member)
        assert [amount for kind, amount, _ in story if kind == Kind.ACTIVATED] == [3] * 5
        assert story[-1][2] == 15 - 4
    await shop.prove()


async def test_a_clock_that_leaps_back_keeps_no_promise_twice(shop: LotShop) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 30, delay=HOUR, life=5 * HOUR)
    shop.clock.forward(HOUR)
    await shop.activate_all()
    shop.clock.forward(-2 * HOUR)
    await shop.activate_all()
    shop.clock.forward(2 * HOUR)
    await shop.activate_all()
    assert (await shop.member(anna)).balance == 30
