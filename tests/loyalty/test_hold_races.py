"""Sixteen tills at once: no point is set aside twice, and of all who would close a hold, one does."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from tests.loyalty.hold_desk import QUARTER, HoldDesk
from tests.loyalty.lot_days import drained
from tests.people import PASS_TYPE, open_brand
from wallet_service.app import open_service
from wallet_service.clock import SetClock, SystemClock
from wallet_service.loyalty.ledger.balances import InsufficientPoints
from wallet_service.loyalty.ledger.holds import Hold, HoldsExpiring, State
from wallet_service.settings import Settings

TILLS = 16

BY_ANSWER = {
    "captured 80, balance 20": (State.CAPTURED, 20),
    "hold-closed expired": (State.EXPIRED, 100),
}
"""What a till heard -> how its hold must have ended, and the balance then."""


@pytest.fixture
async def shop(settings: Settings) -> AsyncIterator[HoldDesk]:
    """Burger Heroes, with a connection for each till, and a clock set by hand."""
    clock = SetClock(SystemClock().now())
    async with open_service(settings.model_copy(update={"pool": TILLS}), clock=clock) as service:
        yield HoldDesk(service, await open_brand(service, "Burger Heroes", PASS_TYPE), clock)


async def test_no_point_is_set_aside_twice(shop: HoldDesk) -> None:
    anna = await shop.enrol()
    await shop.give(anna, 100)
    tried = await asyncio.gather(*(shop.hold(anna, 9) for _ in range(TILLS)), return_exceptions=True)
    assert Counter(type(each) for each in tried) == {Hold: 11, InsufficientPoints: 5}
    assert (await shop.member(anna)).balance == 1
    await shop.story(anna)
    await shop.prove()


async def test_of_captures_and_releases_at_once_exactly_one_wins(shop: HoldDesk) -> None:
    anna = await shop.enrol()
    await shop.give(anna, 100)
    hold = await shop.hold(anna, 80)
    tried = await asyncio.gather(
        *(shop.capture(hold, 50) for _ in range(TILLS // 2)), *(shop.release(hold) for _ in range(TILLS // 2))
    )
    (won,) = {answer for answer in tried if not answer.startswith("hold-closed")}
    state = (await shop.seen(hold)).state
    assert Counter(tried) == {won: 1, f"hold-closed {state}": TILLS - 1}
    assert won == {State.CAPTURED: "captured 50, balance 50", State.RELEASED: "released 0, balance 100"}[state]
    await shop.prove()


async def test_a_capture_and_the_end_of_its_time_never_both_have_the_points(shop: HoldDesk) -> None:
    """The holds are captured in time by one clock, while that of a drain elsewhere is already past it."""
    members = [await shop.enrol() for _ in range(5 * TILLS)]
    for member in members:
        await shop.give(member, 100)
    holds = [await shop.hold(member, 80) for member in members]
    async with shop.elsewhere(SetClock(shop.clock.now() + QUARTER)) as ahead:
        drain = HoldsExpiring(ahead, portion=5)
        captures = (shop.capture(hold) for hold in holds)
        answers, _ = await asyncio.gather(asyncio.gather(*captures), drained(drain))
        await drained(drain)
    for member, hold, answer in zip(members, holds, answers, strict=True):
        ended = (await shop.seen(hold)).state, (await shop.member(member)).balance
        assert ended == BY_ANSWER[answer]
    await shop.prove()


async def test_two_drains_give_each_hold_back_once(shop: HoldDesk) -> None:
    members = [await shop.enrol() for _ in range(TILLS)]
    for member in members:
        await shop.give(member, 100)
        await shop.hold(member, 60)
        await shop.hold(member, 40)
    shop.clock.forward(QUARTER)
    drains = [HoldsExpiring(shop.database, portion=5) for _ in range(4)]

    async def drain(one: HoldsExpiring) -> None:
        while await one.take() < 1:  # nothing due, or what is due is in the hands of the others
            pass

    await asyncio.gather(*(drain(one) for one in drains))
    assert [(await shop.member(member)).balance for member in members] == [100] * TILLS
    await shop.prove()
