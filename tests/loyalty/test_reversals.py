"""Entries undone in the books: lots reopened, lapsed, called off; side by side; entries from before there were lots."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from tests.loyalty.lot_days import HOUR, LotShop
from tests.people import PASS_TYPE, open_brand
from wallet_service.amounts import MOST, Points
from wallet_service.app import open_service
from wallet_service.clock import SetClock, SystemClock
from wallet_service.loyalty.ledger.balances import BalanceOutOfRange
from wallet_service.loyalty.ledger.entry import Entry
from wallet_service.loyalty.ledger.proving import prove_members
from wallet_service.loyalty.ledger.reversals import EntryNotFound, Reversal, reverse
from wallet_service.loyalty.ledger.undoing import AlreadyReversed
from wallet_service.loyalty.people.members import Member
from wallet_service.loyalty.references import MemberRef
from wallet_service.settings import Settings

OLD_ENTRY = text("""
WITH old AS (
    INSERT INTO ledger_entry (id, brand_id, member_id, amount, balance_after, created_at)
    VALUES (nextval('ledger_entry_id'), :brand, :member, -20, -20, :now) RETURNING id
)
UPDATE member SET balance = -20 WHERE id = :member RETURNING (SELECT id FROM old) AS id
""")


@pytest.fixture
async def shop(settings: Settings) -> AsyncIterator[LotShop]:
    """Burger Heroes, whose clock is set by hand."""
    clock = SetClock(SystemClock().now())
    async with open_service(settings, clock=clock) as service:
        yield LotShop(service, await open_brand(service, "Burger Heroes", PASS_TYPE), clock)


async def undo(shop: LotShop, member: Member, entry: Entry | int, amount: int | None = None) -> Entry:
    """Undo an entry, or so many points of it."""
    number = entry if isinstance(entry, int) else entry.id
    points = None if amount is None else Points(amount)
    async with shop.database.begin() as tx:
        return await reverse(tx, Reversal(shop.brand.id, MemberRef("id", member.id), number, points))


async def prove(shop: LotShop) -> None:
    """Every balance, lot and digest follows from the entries."""
    await shop.prove()
    async for proofs in prove_members(shop.database, shop.brand.id):
        assert [proof.broken for proof in proofs] == [None] * len(proofs)


async def newest(shop: LotShop, member: Member) -> Entry:
    """The member's newest entry."""
    return (await shop.entries(member))[0]


async def test_lots_that_were_spent_are_open_again(shop: LotShop) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 30, life=HOUR)
    await shop.give(anna, 50)
    await shop.give(anna, -60)
    assert await shop.lots(anna) == [(0, "closed"), (20, "open")]

    await undo(shop, anna, await newest(shop, anna), 40)
    assert await shop.lots(anna) == [(10, "open"), (50, "open")]
    await undo(shop, anna, (await shop.entries(anna))[1])

    assert await shop.lots(anna) == [(30, "open"), (50, "open")]
    assert (await shop.story(anna))[2:] == [("posted", -60, 20), ("reversed", 40, 60), ("reversed", 20, 80)]
    await prove(shop)


async def test_points_that_come_back_to_a_lot_that_has_expired_meanwhile_lapse_at_once(shop: LotShop) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 30, life=HOUR)
    await shop.grant(anna, 50, life=2 * HOUR)
    await shop.give(anna, -20)
    spent = await newest(shop, anna)
    shop.clock.forward(HOUR)

    assert (await undo(shop, anna, spent)).balance == 90 - 20

    expected = [("expired", -10, 50), ("reversed", 20, 70), ("expired", -20, 50)]
    assert (await shop.story(anna))[3:] == expected
    assert await shop.lots(anna) == [(0, "closed"), (50, "open")]
    await prove(shop)


async def test_what_has_expired_unused_is_not_taken_back_again(shop: LotShop) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 30, life=HOUR)
    granted = await newest(shop, anna)
    await shop.give(anna, 100)
    await shop.give(anna, -10)
    shop.clock.forward(HOUR)  # nobody has let it go yet

    assert (await undo(shop, anna, granted)).amount == -10
    with pytest.raises(AlreadyReversed):
        await undo(shop, anna, granted)

    assert await shop.lots(anna) == [(0, "closed"), (90, "open")]
    await prove(shop)


async def test_a_promise_called_off_in_part_counts_for_the_rest_and_is_then_taken_back(shop: LotShop) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 100, life=9 * HOUR, delay=HOUR)
    promised = await newest(shop, anna)

    await undo(shop, anna, promised, 40)
    assert await shop.lots(anna) == [(60, "pending")]
    shop.clock.forward(HOUR)
    await shop.activate_all()
    await undo(shop, anna, promised, 25)
    with pytest.raises(AlreadyReversed, match="35 points are left"):
        await undo(shop, anna, promised, 36)

    moved = [("reversed", 0, 0), ("activated", 60, 60), ("reversed", -25, 35)]
    assert (await shop.story(anna))[1:] == moved
    assert await shop.lots(anna) == [(35, "open")]
    await prove(shop)


async def test_a_promise_called_off_never_counts(shop: LotShop) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 100, life=9 * HOUR, delay=HOUR)

    await undo(shop, anna, await newest(shop, anna))
    shop.clock.forward(HOUR)
    await shop.activate_all()

    assert await shop.lots(anna) == [(0, "closed")]
    assert (await shop.member(anna)).balance == 0
    await prove(shop)


async def test_an_entry_from_before_there_were_lots_is_undone_too(shop: LotShop) -> None:
    anna = await shop.enrol()
    async with shop.database.begin() as tx:
        row = await tx.first(OLD_ENTRY, {"brand": shop.brand.id, "member": anna.id, "now": tx.now})
    assert row is not None
    await shop.give(anna, 50)

    entry = await undo(shop, anna, row.id)

    assert (entry.balance, entry.moves) == (50, [(entry.id, 20)])
    assert await shop.lots(anna) == [(30, "open"), (20, "open")]
    await prove(shop)


async def test_a_balance_out_of_range_is_refused_and_nothing_is_written(shop: LotShop) -> None:
    anna = await shop.enrol()
    await shop.give(anna, MOST)
    granted = await newest(shop, anna)
    await shop.give(anna, -MOST)
    spent = await newest(shop, anna)
    await shop.give(anna, 1)

    with pytest.raises(BalanceOutOfRange):
        await undo(shop, anna, spent)
    assert (await undo(shop, anna, spent, MOST - 1)).balance == MOST
    assert (await undo(shop, anna, granted)).balance == 0
    assert len(await shop.entries(anna)) == 5


async def test_the_card_shows_what_came_back(shop: LotShop) -> None:
    anna = await shop.enrol()
    card = await shop.issue(anna)
    await shop.give(anna, 30)
    before = (await shop.card(card)).version

    await undo(shop, anna, await newest(shop, anna))

    assert (await shop.card(card)).version == before + 1


async def test_reversals_and_purchases_at_once_lose_no_point(shop: LotShop) -> None:
    anna = await shop.enrol()
    for _ in range(4):
        await shop.grant(anna, 40, life=HOUR)
    await shop.give(anna, -100)
    first, spent = (await shop.entries(anna))[-1], await newest(shop, anna)

    async def attempt(entry: Entry, amount: int) -> int:
        try:
            return (await undo(shop, anna, entry, amount)).amount
        except AlreadyReversed:
            return 0

    async def buy() -> int:
        return -7 if await shop.post(shop.posting(anna, -7)) != ["insufficient-points"] else 0

    wishes = [attempt(spent, 15) for _ in range(9)] + [attempt(first, 15) for _ in range(4)]
    came = await asyncio.gather(*wishes, *(buy() for _ in range(12)))

    assert (came.count(15), came.count(-15)) == (6, 2)
    assert (await shop.member(anna)).balance == 60 + sum(came)
    await shop.story(anna)
    await prove(shop)


async def test_another_members_entry_is_not_there(shop: LotShop) -> None:
    anna, boris = await shop.enrol(), await shop.enrol()
    await shop.give(anna, 30)
    with pytest.raises(EntryNotFound):
        await undo(shop, boris, await newest(shop, anna))
