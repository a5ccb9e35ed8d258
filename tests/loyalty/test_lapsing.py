"""What has expired lapses: once, in its moment, with an entry that is sealed as any other."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.loyalty.lot_days import HOUR, LotShop, expiries, open_lot_shop
from wallet_service.loyalty.ledger.entry import Kind
from wallet_service.loyalty.ledger.lapsing import IDLE, SOON, Lapsing, until
from wallet_service.loyalty.people.members import Member
from wallet_service.settings import Settings

TILLS = 16
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
async def shop(settings: Settings) -> AsyncIterator[LotShop]:
    """Burger Heroes, whose clock is set by hand."""
    async with open_lot_shop(settings.model_copy(update={"pool": TILLS})) as opened:
        yield opened


@pytest.mark.parametrize(("seconds", "wait"), [(None, IDLE), (-5.0, SOON), (0.0, SOON), (7.5, 7.5)])
def test_it_looks_again_when_the_next_moment_has_come(seconds: float | None, wait: float) -> None:
    assert until(seconds) == wait


async def test_a_lot_lapses_at_the_moment_it_expires_and_not_before(shop: LotShop) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 30, life=HOUR)
    shop.clock.forward(HOUR - MICROSECOND)
    assert await shop.lapse_all() == SOON
    assert (await shop.member(anna)).balance == 30
    shop.clock.forward(MICROSECOND)
    assert await shop.lapse_all() == IDLE
    assert await shop.story(anna) == [(Kind.POSTED, 30, 30), (Kind.EXPIRED, -30, 0)]
    await shop.prove()


async def test_several_lots_of_a_member_lapse_in_one_entry_that_names_each(shop: LotShop) -> None:
    anna = await shop.enrol()
    for points, hours in ((5, 1), (7, 9), (11, 2)):
        await shop.grant(anna, points, life=hours * HOUR)
    await shop.give(anna, -2)  # from the first
    shop.clock.forward(3 * HOUR)
    assert 6 * 3600 - 1 < await shop.lapse_all() <= 6 * 3600
    assert await shop.lots(anna) == [(0, "closed"), (7, "open"), (0, "closed")]
    (newest, *older) = await shop.entries(anna)
    first, _, third = (entry.id for entry in reversed(older[1:]))
    assert newest.moves == [(first, -3), (third, -11)]
    assert expiries(await shop.story(anna)) == [14]
    await shop.prove()


@pytest.mark.parametrize("chain", ["no digest yet", "a digest"])
async def test_an_entry_is_sealed_in_the_database_as_it_would_be_by_us(shop: LotShop, chain: str) -> None:
    anna = await shop.enrol()
    if chain == "a digest":
        await shop.grant(anna, 30, life=HOUR)
    else:  # as it was when there were no lots
        async with shop.database.begin() as tx:
            opening = {"member": anna.id, "brand": shop.brand.id, "now": tx.now}
            await tx.run(OPENING_LOT, opening)
            await tx.run(OPENING_BALANCE, opening)
    shop.clock.forward(2 * HOUR)
    await shop.lapse_all()
    assert expiries(await shop.story(anna)) == [30]
    await shop.give(anna, 1)  # a later entry goes on from it
    await shop.story(anna)


OPENING_LOT = text("""
INSERT INTO bonus_lot (id, brand_id, member_id, amount, remaining, state, expires_at, origin, created_at)
VALUES (nextval('ledger_entry_id'), :brand, :member, 30, 30, 'open', CAST(:now AS timestamptz) + interval '1 hour',
    'opening', :now)
""")
OPENING_BALANCE = text("UPDATE member SET balance = 30 WHERE id = :member")


async def test_a_lapse_in_the_drain_and_one_before_a_spend_say_the_same(shop: LotShop) -> None:
    by_drain, at_till = await shop.enrol(), await shop.enrol()
    for member in (by_drain, at_till):
        await shop.grant(member, 30, life=HOUR)
        await shop.grant(member, 5, life=3 * HOUR)
    shop.clock.forward(2 * HOUR)
    await shop.give(at_till, -1)
    await shop.lapse_all()
    await shop.give(by_drain, -1)
    assert await shop.story(by_drain) == await shop.story(at_till)


async def test_a_card_follows_its_balance(shop: LotShop) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 30, life=HOUR)
    card = await shop.issue(anna)
    shop.clock.forward(2 * HOUR)
    await shop.lapse_all()
    assert (await shop.card(card)).version == card.version + 1


async def test_a_clock_that_leaps_back_makes_nothing_early_and_nothing_twice(shop: LotShop) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 30, life=HOUR)
    shop.clock.forward(2 * HOUR)
    await shop.lapse_all()
    shop.clock.forward(-2 * HOUR)
    await shop.grant(anna, 7, life=HOUR)
    await shop.lapse_all()
    assert (await shop.member(anna)).balance == 7
    shop.clock.forward(2 * HOUR)
    await shop.lapse_all()
    await shop.lapse_all()
    assert expiries(await shop.story(anna)) == [30, 7]


async def test_two_workers_let_go_of_each_lot_once(shop: LotShop) -> None:
    members = [await shop.enrol() for _ in range(12)]
    for member in members:
        await shop.grant(member, 10, life=HOUR)
    shop.clock.forward(2 * HOUR)
    await asyncio.gather(*(shop.lapse_all(portion=1) for _ in range(4)))
    await shop.lapse_all()  # whoever was in another's hands at the last look
    for member in members:
        assert expiries(await shop.story(member)) == [10]
    await shop.prove()


async def test_whom_another_has_in_hand_is_left_for_the_next_look(shop: LotShop) -> None:
    anna, boris = await shop.enrol(), await shop.enrol()
    for member in (anna, boris):
        await shop.grant(member, 10, life=HOUR)
    shop.clock.forward(2 * HOUR)
    async with shop.second_database() as other, other.begin() as tx:
        await tx.run(HAVE_IN_HAND, {"member": anna.id})
        assert await shop.lapse_all() == SOON
        assert [(await shop.member(member)).balance for member in (anna, boris)] == [10, 0]
    assert await shop.lapse_all() == IDLE
    assert (await shop.member(anna)).balance == 0


HAVE_IN_HAND = text("SELECT FROM member WHERE id = :member FOR NO KEY UPDATE")


async def test_a_member_whose_books_contradict_themselves_holds_nobody_else_up(shop: LotShop) -> None:
    anna, boris = await shop.enrol(), await shop.enrol()
    for member in (anna, boris):
        await shop.grant(member, 10, life=HOUR)
    async with shop.database.begin() as tx:
        await tx.run(FALSIFY, {"member": anna.id})
    shop.clock.forward(2 * HOUR)
    assert await shop.lapse_all() == SOON
    assert [(await shop.member(member)).balance for member in (anna, boris)] == [11, 0]
    assert [entry.kind for entry in await shop.entries(anna)] == [Kind.POSTED]


FALSIFY = text("UPDATE member SET balance = balance + 1 WHERE id = :member")


async def test_points_spent_by_sixteen_tills_while_they_lapse_go_once_and_never_below_zero(shop: LotShop) -> None:
    members = [await shop.enrol() for _ in range(4)]
    for member in members:
        for n in range(20):  # one after the other
            await shop.grant(member, 1, life=HOUR + n * MICROSECOND)
        await shop.grant(member, 8, life=3 * HOUR)
    shop.clock.forward(HOUR)
    said = await asyncio.gather(*(spend(shop, members, till) for till in range(TILLS)), lapse_slowly(shop))
    stories = [await shop.story(member) for member in members]
    spent = sum(answer != "insufficient-points" for answers in said for answer in answers)
    assert sum(28 - sum(expiries(story)) - story[-1][2] for story in stories) == spent > 0
    assert all(balance >= 0 for story in stories for _, _, balance in story)
    await shop.prove()


async def spend(shop: LotShop, members: Sequence[Member], till: int) -> list[str]:
    """One till serves everybody twice, a point each; what it hears."""
    turns = [members[(till + turn) % len(members)] for turn in range(2 * len(members))]
    return [answer for member in turns for answer in await shop.post(shop.posting(member, -1))]


async def lapse_slowly(shop: LotShop) -> list[str]:
    """Time goes on, and whatever expires lapses."""
    for _ in range(20):
        await Lapsing(shop.database, 3).take()
        shop.clock.forward(MICROSECOND)
    return []
