"""Points set aside: out of the balance at once, then kept, or back in exactly the lots they came from."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.loyalty.hold_desk import QUARTER, HoldDesk
from tests.loyalty.lot_days import HOUR
from tests.people import PASS_TYPE, open_brand
from wallet_service.amounts import MOST
from wallet_service.app import open_service
from wallet_service.clock import SetClock, SystemClock
from wallet_service.loyalty.ledger.balances import BalanceOutOfRange, InsufficientPoints
from wallet_service.loyalty.ledger.entry import Kind, LedgerBroken
from wallet_service.loyalty.ledger.holds import CaptureTooLarge, State
from wallet_service.loyalty.ledger.lapsing import IDLE, SOON
from wallet_service.settings import Settings

TICK = timedelta(microseconds=1)


@pytest.fixture
async def shop(settings: Settings) -> AsyncIterator[HoldDesk]:
    """Burger Heroes, whose clock is set by hand."""
    clock = SetClock(SystemClock().now())
    async with open_service(settings, clock=clock) as service:
        yield HoldDesk(service, await open_brand(service, "Burger Heroes", PASS_TYPE), clock)


async def test_points_set_aside_leave_the_balance_at_once_and_a_capture_keeps_them(shop: HoldDesk) -> None:
    anna = await shop.enrol()
    await shop.give(anna, 100)
    hold = await shop.hold(anna, 80)
    assert (hold.state, hold.amount, hold.balance) == (State.OPEN, 80, 20)
    assert (await shop.member(anna)).balance == 20
    assert await shop.capture(hold) == "captured 80, balance 20"
    assert await shop.story(anna) == [(Kind.POSTED, 100, 100), (Kind.HELD, -80, 20)]
    seen = await shop.seen(hold)
    assert (seen.state, seen.captured, seen.closed_at, seen.taken) == (
        State.CAPTURED,
        80,
        shop.clock.now(),
        hold.taken,
    )
    await shop.prove()


async def test_what_a_capture_does_not_keep_goes_back_to_the_lots_whose_turn_was_last(shop: HoldDesk) -> None:
    anna = await shop.enrol()
    for points, hours in ((10, 3), (20, 1), (30, 2)):
        await shop.grant(anna, points, life=hours * HOUR)
    hold = await shop.hold(anna, 55)
    assert await shop.lots(anna) == [(5, "open"), (0, "closed"), (0, "closed")]
    assert await shop.capture(hold, 25) == "captured 25, balance 35"
    assert await shop.lots(anna) == [(10, "open"), (0, "closed"), (25, "open")]
    (back, *_) = await shop.entries(anna)
    assert (back.kind, back.amount, back.undoes) == (Kind.RELEASED, 30, hold.taken.id)
    assert (back.reason, back.reference) == ("Lunch", "receipt 1")
    await shop.story(anna)
    await shop.prove()


async def test_a_release_leaves_every_lot_as_it_was(shop: HoldDesk) -> None:
    anna = await shop.enrol()
    for points in (10, 20, 30):
        await shop.grant(anna, points, life=HOUR)
    before = await shop.lots(anna)
    assert await shop.release(await shop.hold(anna, 45)) == "released 0, balance 60"
    assert await shop.lots(anna) == before
    await shop.prove()


async def test_what_came_back_to_a_lot_that_has_expired_lapses_at_once(shop: HoldDesk) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 30, life=HOUR)
    await shop.grant(anna, 50, life=4 * HOUR)
    hold = await shop.hold(anna, 40, 3 * HOUR)
    shop.clock.forward(2 * HOUR)
    assert await shop.release(hold) == "released 0, balance 50"
    story = await shop.story(anna)
    assert story[2:] == [(Kind.HELD, -40, 40), (Kind.RELEASED, 40, 80), (Kind.EXPIRED, -30, 50)]
    assert await shop.lots(anna) == [(0, "closed"), (50, "open")]
    await shop.prove()


async def test_points_that_expire_beside_a_hold_lapse_with_those_that_it_gives_back(shop: HoldDesk) -> None:
    anna = await shop.enrol()
    for points, hours in ((30, 1), (50, 2), (7, 9)):
        await shop.grant(anna, points, life=hours * HOUR)
    hold = await shop.hold(anna, 40, 3 * HOUR)
    shop.clock.forward(2 * HOUR)
    assert await shop.capture(hold, 35) == "captured 35, balance 7"
    assert (await shop.story(anna))[-2:] == [(Kind.RELEASED, 5, 52), (Kind.EXPIRED, -45, 7)]
    await shop.prove()


async def test_what_has_expired_cannot_be_set_aside(shop: HoldDesk) -> None:
    anna = await shop.enrol()
    await shop.grant(anna, 30, life=HOUR)
    shop.clock.forward(HOUR)
    with pytest.raises(InsufficientPoints):
        await shop.hold(anna, 1)


@pytest.mark.parametrize("first", ["capture", "release"])
async def test_a_hold_is_closed_once(shop: HoldDesk, first: str) -> None:
    anna = await shop.enrol()
    await shop.give(anna, 100)
    hold = await shop.hold(anna, 80)
    await getattr(shop, first)(hold)
    balance = (await shop.member(anna)).balance
    for again in (shop.capture, shop.release):
        assert await again(hold) == f"hold-closed {first}d"
    shop.clock.forward(HOUR)
    assert await shop.expire_all() == IDLE
    assert (await shop.member(anna)).balance == balance
    await shop.prove()


async def test_when_its_time_is_over_a_hold_gives_its_points_back_by_itself(shop: HoldDesk) -> None:
    anna, boris = await shop.enrol(), await shop.enrol()
    for member in (anna, boris):
        await shop.give(member, 100)
    holds = [await shop.hold(member, points) for member, points in ((anna, 10), (anna, 20), (boris, 30))]
    later = await shop.hold(anna, 40, HOUR)
    shop.clock.forward(QUARTER - TICK)
    assert await shop.expire_all() < 1
    assert (await shop.member(anna)).balance == 30
    shop.clock.forward(TICK)
    assert await shop.expire_all(portion=1) == (HOUR - QUARTER).total_seconds()
    assert [(await shop.seen(hold)).state for hold in (*holds, later)] == [State.EXPIRED] * 3 + [State.OPEN]
    assert [(await shop.member(member)).balance for member in (anna, boris)] == [60, 100]
    assert await shop.capture(holds[0]) == "hold-closed expired"
    await shop.prove()


async def test_holds_of_a_member_whose_lots_have_expired_all_lapse_in_one_look(shop: HoldDesk) -> None:
    anna = await shop.enrol()
    for _ in range(3):
        await shop.grant(anna, 10, life=HOUR)
    for _ in range(3):
        await shop.hold(anna, 10, 2 * HOUR)
    shop.clock.forward(2 * HOUR)
    await shop.expire_all()
    assert (await shop.story(anna))[-6:] == [(Kind.RELEASED, 10, 10), (Kind.EXPIRED, -10, 0)] * 3
    await shop.prove()


@pytest.mark.parametrize("act", ["capture", "release"])
async def test_a_till_that_comes_too_late_gives_the_points_back_and_is_told(shop: HoldDesk, act: str) -> None:
    anna = await shop.enrol()
    await shop.give(anna, 100)
    hold = await shop.hold(anna, 80)
    shop.clock.forward(QUARTER)
    assert await getattr(shop, act)(hold) == "hold-closed expired"
    assert (await shop.member(anna)).balance == 100
    await shop.prove()


async def test_no_more_is_captured_than_is_held(shop: HoldDesk) -> None:
    anna = await shop.enrol()
    await shop.give(anna, 100)
    hold = await shop.hold(anna, 80)
    with pytest.raises(CaptureTooLarge):
        await shop.capture(hold, 81)
    assert (await shop.seen(hold)).state is State.OPEN
    assert await shop.capture(hold, 80) == "captured 80, balance 20"


async def test_a_hold_may_become_a_debt_only_where_the_programme_allows_it(shop: HoldDesk) -> None:
    anna, greta = await shop.enrol(), await shop.enrol(await shop.another_programme(may_go_negative=True))
    for member in (anna, greta):
        await shop.give(member, 10)
    with pytest.raises(InsufficientPoints):
        await shop.hold(anna, 11)
    hold = await shop.hold(greta, 30)
    assert hold.balance == -20
    assert await shop.release(hold) == "released 0, balance 10"
    assert await shop.lots(greta) == [(10, "open")]
    with pytest.raises(BalanceOutOfRange):
        await shop.hold(greta, MOST + 11)
    await shop.prove()


async def test_a_debt_that_was_paid_meanwhile_comes_back_as_a_lot_of_its_own(shop: HoldDesk) -> None:
    greta = await shop.enrol(await shop.another_programme(may_go_negative=True))
    await shop.grant(greta, 10, life=HOUR)
    hold = await shop.hold(greta, 30)
    await shop.grant(greta, 100, life=HOUR)
    assert await shop.release(hold) == "released 0, balance 110"
    (back, *_) = await shop.entries(greta)
    assert back.moves[1:] == [(back.id, 20)]
    assert await shop.lots(greta) == [(10, "open"), (80, "open"), (20, "open")]
    await shop.story(greta)
    assert await shop.returned(greta) == 20
    await shop.prove()


async def test_what_comes_back_may_lead_beyond_the_range_and_can_be_spent_there(shop: HoldDesk) -> None:
    anna = await shop.enrol()
    await shop.give(anna, MOST)
    hold = await shop.hold(anna, MOST)
    await shop.give(anna, MOST)
    assert await shop.release(hold) == f"released 0, balance {2 * MOST}"
    assert await shop.post(shop.posting(anna, 1)) == ["balance-out-of-range"]
    assert await shop.post(shop.posting(anna, -1)) == [str(2 * MOST - 1)]
    await shop.prove()


async def test_a_member_whose_books_are_broken_keeps_nobody_else_waiting(shop: HoldDesk) -> None:
    anna, boris = await shop.enrol(), await shop.enrol()
    for member in (anna, boris):
        await shop.give(member, 100)
    holds = [await shop.hold(member, 80) for member in (anna, boris)]
    async with shop.database.begin() as tx:
        await tx.run(text("UPDATE bonus_lot SET remaining = 21 WHERE member_id = :member"), {"member": anna.id})
    shop.clock.forward(QUARTER)
    assert await shop.expire_all() == SOON
    assert [(await shop.seen(hold)).state for hold in holds] == [State.OPEN, State.EXPIRED]
    with pytest.raises(LedgerBroken):
        await shop.release(holds[0])
