"""Sixteen tills at once: no code is redeemed more often than it can be."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from tests.loyalty.offer_stand import BONUS, FLYER, FREE_COFFEE, SUMMER, OfferStand, open_stand
from wallet_service.loyalty.offers.offers_given import Present
from wallet_service.loyalty.offers.offers_judged import OfferRefused, Redemption
from wallet_service.settings import Settings

TILLS = 16


@pytest.fixture
async def stand(settings: Settings) -> AsyncIterator[OfferStand]:
    """Burger Heroes, with a connection for each till."""
    async with open_stand(settings, TILLS) as opened:
        yield opened


def ended(tried: list[Redemption | BaseException]) -> Counter[str]:
    """How it ended for each till."""
    return Counter(each.reason if isinstance(each, OfferRefused) else type(each).__name__ for each in tried)


async def test_of_sixteen_tills_one_redeems_a_code_that_is_good_once(stand: OfferStand) -> None:
    (code,) = await stand.codes(await stand.define(FLYER), 1)
    tried = await asyncio.gather(*(stand.redeem(code) for _ in range(TILLS)), return_exceptions=True)
    assert ended(tried) == {"Redemption": 1, "used": TILLS - 1}


async def test_a_shared_code_is_redeemed_exactly_as_often_as_it_can_be(stand: OfferStand) -> None:
    await stand.define(SUMMER, limits={"total": 5})
    tried = await asyncio.gather(*(stand.redeem("SUMMER-26") for _ in range(TILLS)), return_exceptions=True)
    assert ended(tried) == {"Redemption": 5, "all-redeemed": TILLS - 5}
    (one, *_) = [each for each in tried if isinstance(each, Redemption)]
    undone = await asyncio.gather(*(stand.undo(one) for _ in range(TILLS)))
    assert len({each.undone_at for each in undone}) == 1
    again = await asyncio.gather(*(stand.redeem("SUMMER-26") for _ in range(TILLS)), return_exceptions=True)
    assert ended(again) == {"Redemption": 1, "all-redeemed": TILLS - 1}


async def test_codes_of_one_offer_stay_within_its_total(stand: OfferStand) -> None:
    codes = await stand.codes(await stand.define(FLYER, limits={"total": 5}), TILLS)
    tried = await asyncio.gather(*map(stand.redeem, codes), return_exceptions=True)
    assert ended(tried) == {"Redemption": 5, "all-redeemed": TILLS - 5}


async def test_a_member_is_given_points_once_by_a_code_that_a_member_can_redeem_once(stand: OfferStand) -> None:
    await stand.define(BONUS, limits={"per_member": 1})
    anna = await stand.enrol()
    tried = await asyncio.gather(*(stand.redeem("PLUS100", by=anna) for _ in range(TILLS)), return_exceptions=True)
    assert ended(tried) == {"Redemption": 1, "member-had-enough": TILLS - 1}
    assert (await stand.member(anna)).balance == 100
    (one,) = [each for each in tried if isinstance(each, Redemption)]
    await asyncio.gather(*(stand.undo(one) for _ in range(TILLS)))
    assert (await stand.member(anna)).balance == 0
    await stand.prove()


async def test_purchases_with_the_same_codes_in_any_order_wait_for_each_other_and_end(stand: OfferStand) -> None:
    await stand.define(SUMMER)
    await stand.define(SUMMER, name="more", code="MORE")
    wishes = [
        stand.wish(*order, purchase=f"pur_{n}")
        for n, order in enumerate([("MORE", "SUMMER-26"), ("SUMMER-26", "MORE")] * 8)
    ]
    answers = await asyncio.gather(*map(stand.redeem_all, wishes))
    assert answers == [[[120, 108]]] * TILLS


async def test_one_occasion_told_by_many_gives_one_offer(stand: OfferStand) -> None:
    await stand.define(FREE_COFFEE)
    anna = await stand.enrol()
    given = await asyncio.gather(*(stand.hand(anna) for _ in range(TILLS)))
    assert len({each.code for each in given}) == 1
    assert len(await stand.shown(anna)) == 1


async def test_drains_side_by_side_take_every_offer_off_its_card(stand: OfferStand) -> None:
    await stand.define(FREE_COFFEE)
    members = [await stand.enrol() for _ in range(9)]
    await stand.give_all(*(Present(member.id, "free-coffee", "x") for member in members))
    stand.clock.instant = stand.clock.instant.replace(year=2027)
    await asyncio.gather(*(stand.pass_moments() for _ in range(4)))
    await stand.pass_moments()
    assert [await stand.shown(member) for member in members] == [[]] * 9
