"""Offers in the books: defined, given, brought back to mind, redeemed, given back, and gone in the end."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.loyalty.offer_stand import BONUS, FLYER, FREE_COFFEE, SUMMER, OfferStand, open_stand
from wallet_service.loyalty.offers.offers import CodesUnfit, CodeTaken, OfferFixed
from wallet_service.loyalty.offers.offers_given import NotGivable, Present
from wallet_service.loyalty.offers.offers_judged import CodeNotFound, OfferRefused
from wallet_service.loyalty.offers.offers_redeemed import RedemptionBound, keep_redemptions, lay_out
from wallet_service.loyalty.rules.offer import Check, Reason
from wallet_service.settings import Settings

DAY = timedelta(days=1)


@pytest.fixture
async def stand(settings: Settings) -> AsyncIterator[OfferStand]:
    """Burger Heroes, on the morning of 2 November 2026."""
    async with open_stand(settings) as opened:
        yield opened


async def test_the_life_of_a_personal_offer(stand: OfferStand) -> None:
    await stand.define(FREE_COFFEE)
    anna = await stand.enrol(name="Anna")
    given = await stand.hand(anna)
    on_the_card = {
        "name": "free-coffee",
        "title": FREE_COFFEE["title"],
        "benefit": {"gift": "coffee-s"},
        "currency": "EUR",
        "code": given.code,
        "until": "2026-11-16",
        "ending": False,
    }
    assert await stand.shown(anna) == [on_the_card]

    redemption = await stand.redeem(given.code.lower(), by=anna)
    assert (redemption.granted.gift, await stand.shown(anna)) == ("coffee-s", [])
    with pytest.raises(OfferRefused, match="has been redeemed"):
        await stand.redeem(given.code, by=anna)
    undone = await stand.undo(redemption)
    assert undone.undone_at == stand.clock.now()
    assert await stand.undo(redemption) == undone
    assert await stand.shown(anna) == [on_the_card]

    stand.clock.forward(11 * DAY)  # the 13th
    await stand.pass_moments()
    assert await stand.shown(anna) == [on_the_card | {"ending": True}]
    stand.clock.forward(3 * DAY)  # the 16th
    await stand.pass_moments()
    assert len(await stand.shown(anna)) == 1
    stand.clock.forward(timedelta(hours=14, minutes=59, seconds=59))
    assert 0 < await stand.pass_moments() <= 1
    assert len(await stand.shown(anna)) == 1
    stand.clock.forward(timedelta(seconds=1))  # the 17th
    await stand.pass_moments()
    assert await stand.shown(anna) == []
    with pytest.raises(OfferRefused) as refused:
        await stand.redeem(given.code, by=anna)
    assert refused.value.reason is Reason.ENDED


async def test_a_code_is_over_at_its_end_even_before_anybody_has_looked(stand: OfferStand) -> None:
    await stand.define(FREE_COFFEE)
    anna = await stand.enrol()
    given = await stand.hand(anna)
    redemption = await stand.redeem(given.code, by=anna)
    stand.clock.forward(15 * DAY)
    await stand.undo(redemption)
    assert await stand.shown(anna) == []
    assert await stand.try_all(stand.wish(given.code, by=anna)) == ["ended"]


async def test_an_occasion_gives_an_offer_once(stand: OfferStand) -> None:
    await stand.define(FREE_COFFEE)
    anna, boris = await stand.enrol(), await stand.enrol()
    birthday = Present(anna.id, "free-coffee", "birthday 2026")
    once = await stand.give_all(birthday, birthday, Present(boris.id, "free-coffee", "birthday 2026"))
    again = await stand.give_all(birthday, Present(anna.id, "free-coffee", "birthday 2027"))
    codes = [each.code for each in (*once, *again) if each]
    assert codes[0] == codes[1] == codes[3]
    assert len(set(codes)) == 3
    assert len(await stand.shown(anna)) == 2


async def test_what_is_no_personal_offer_in_force_is_not_given(stand: OfferStand) -> None:
    await stand.define(SUMMER)
    await stand.define(FREE_COFFEE, until="2026-11-01")
    anna = await stand.enrol()
    for name in ("summer", "free-coffee", "nothing"):
        with pytest.raises(NotGivable):
            await stand.hand(anna, name)
        assert await stand.give_all(Present(anna.id, name, "x")) == [None]
    await stand.archive(await stand.define(FREE_COFFEE))
    assert await stand.give_all(Present(anna.id, "free-coffee", "x")) == [None]
    assert await stand.shown(anna) == []


async def test_an_offer_can_be_narrowed_to_what_somebody_left_in_a_basket(stand: OfferStand) -> None:
    await stand.define(FREE_COFFEE, benefit={"percent": 20})
    anna = await stand.enrol()
    given = await stand.hand(anna, skus=["cake"])
    assert await stand.try_all(stand.wish(given.code, by=anna)) == [[100]]


async def test_a_card_shows_the_five_offers_that_end_first(stand: OfferStand) -> None:
    names = [f"offer-{number}" for number in range(6)]
    for days, name in enumerate(reversed(names)):
        await stand.define(FREE_COFFEE, name=name, valid_days=20 + days)
    anna = await stand.enrol()
    await stand.give_all(*(Present(anna.id, name, "x") for name in names))
    assert [offer["name"] for offer in await stand.shown(anna)] == names[:0:-1]


async def test_another_member_cannot_use_a_personal_code_nor_can_nobody(stand: OfferStand) -> None:
    await stand.define(FREE_COFFEE)
    anna, boris = await stand.enrol(), await stand.enrol()
    given = await stand.hand(anna)
    abroad = await stand.enrol(await stand.another_programme())
    wishes = [stand.wish(given.code, by=who) for who in (boris, abroad, None)]
    assert await stand.try_all(*wishes) == ["another-members", "another-members", "member-needed"]


async def test_points_are_granted_and_taken_back(stand: OfferStand) -> None:
    await stand.define(BONUS, limits={"per_member": 1})
    anna = await stand.enrol()
    redemption = await stand.redeem("plus 100", by=anna)
    assert (await stand.member(anna)).balance == 100
    assert await stand.try_all(stand.wish("PLUS100", by=anna)) == ["member-had-enough"]
    assert [await stand.undo(redemption), await stand.undo(redemption)][0].undone_at
    assert [(entry.kind, entry.amount) for entry in await stand.entries(anna)] == [("reversed", -100), ("posted", 100)]
    assert (await stand.redeem("PLUS100", by=anna)).granted.points == 100
    await stand.prove()


async def test_a_purchase_redeems_all_its_codes_or_none_and_its_refund_gives_them_back(stand: OfferStand) -> None:
    await stand.define(SUMMER, limits={"total": 2})
    first, second = await stand.codes(await stand.define(FLYER), 2)
    wishes = [
        stand.wish("SUMMER-26", first, purchase="pur_1"),
        stand.wish(first, purchase="pur_2"),
        stand.wish("SUMMER-26", "WRONG", purchase="pur_3"),
        stand.wish("SUMMER-26", second, purchase="pur_4"),
        stand.wish("SUMMER-26", purchase="pur_5"),
        stand.wish(purchase="pur_6"),
        stand.wish(second, second, purchase="pur_7"),
    ]
    answers = [[120, 200], "used", "code-not-found", [120, 200], "all-redeemed", [], "used"]
    assert await stand.try_all(*wishes) == answers
    assert await stand.redeem_all(*wishes) == answers
    assert [await stand.refund(f"pur_{number}") for number in (1, 1, 2)] == [2, 0, 0]
    assert await stand.redeem_all(stand.wish("SUMMER-26", first)) == [[120, 200]]


async def test_the_second_code_is_for_what_the_first_leaves(stand: OfferStand) -> None:
    await stand.define(SUMMER, benefit={"percent": 50})
    await stand.define(SUMMER, name="more", code="MORE", benefit={"percent": 50})
    assert await stand.try_all(stand.wish("SUMMER-26", "MORE")) == [[600, 300]]


async def test_what_a_purchase_redeemed_is_given_back_by_its_refund_only(stand: OfferStand) -> None:
    await stand.define(SUMMER)
    wish = stand.wish("SUMMER-26", purchase="pur_1")
    async with stand.database.begin() as tx:
        taken = (await lay_out(tx, [wish])).take(wish)
        await keep_redemptions(tx, taken)
    with pytest.raises(RedemptionBound):
        await stand.undo(taken[0])


async def test_new_terms_are_true_at_once_and_the_old_code_is_over(stand: OfferStand) -> None:
    before = await stand.define(SUMMER)
    after = await stand.define(SUMMER, code="AUTUMN-26", benefit={"percent": 20})
    assert (after.id, after.redeemed) == (before.id, 0)
    assert await stand.try_all(stand.wish("SUMMER-26"), stand.wish("AUTUMN-26")) == ["ended", [240]]
    await stand.archive(after)
    assert await stand.try_all(stand.wish("AUTUMN-26")) == ["ended"]
    await stand.define(SUMMER)
    assert await stand.try_all(stand.wish("SUMMER-26"), stand.wish("AUTUMN-26")) == [[120], "ended"]


async def test_an_offer_stays_of_its_kind_and_a_code_leads_to_one_offer(stand: OfferStand) -> None:
    summer = await stand.define(SUMMER)
    with pytest.raises(OfferFixed):
        await stand.define(FLYER, name="summer")
    with pytest.raises(CodeTaken):
        await stand.define(SUMMER, name="winter")
    with pytest.raises(CodesUnfit):
        await stand.codes(summer, 1)
    assert (await stand.define(SUMMER)).id == summer.id


async def test_an_archived_offer_leaves_the_cards(stand: OfferStand) -> None:
    coffee = await stand.define(FREE_COFFEE)
    anna = await stand.enrol()
    given = await stand.hand(anna)
    await stand.archive(coffee)
    assert await stand.try_all(stand.wish(given.code, by=anna)) == ["ended"]
    await stand.pass_moments()
    assert await stand.shown(anna) == []


async def test_a_code_that_does_not_exist_is_not_found(stand: OfferStand) -> None:
    for code in ("NOTHING", "", "-", "\x00", "A" * 100):
        with pytest.raises(CodeNotFound):
            await stand.redeem(code, check=Check())
