"""Members who are one person stand as one who did what both did, and hold the offers of both; and the way back."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from tests.loyalty.club import Club, mechanic, open_club
from tests.loyalty.offer_stand import FREE_COFFEE, OfferStand
from tests.loyalty.test_merges import merge, part
from wallet_service.loyalty.awards.happenings import buy_membership
from wallet_service.loyalty.awards.standings import standing_of
from wallet_service.loyalty.people.members import Member
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.rules.happening import Line, Trigger
from wallet_service.loyalty.rules.standing import Standing
from wallet_service.loyalty.sales.purchases import list_purchases
from wallet_service.settings import Settings

COFFEE = Line("latte", "coffee", 1, 400)
SIXTH = mechanic(
    "sixth",
    "purchase",
    {"points": 100},
    when=[{"quantity": {"categories": ["coffee"], "every": 6}}, {"visits": {"at_least": 2}}],
)
ONCE = mechanic("hello", "visit", {"points": 10}, limits={"per_member": 1})
SILVER = {"name": "silver", "title": {"en": "Silver"}, "paid_days": 30}
GOLD = {"name": "gold", "title": {"en": "Gold"}, "paid_days": 365}
SHOWN = text("SELECT shown -> 'tier' ->> 'name' AS tier FROM member_standing WHERE member_id = :member")


@pytest.fixture
async def club(settings: Settings) -> AsyncIterator[Club]:
    async with open_club(settings) as opened:
        yield opened


@pytest.fixture
async def stand(club: Club) -> OfferStand:
    """What the club has on offer."""
    stand = OfferStand(club.service, club.brand, club.clock)
    await stand.define(FREE_COFFEE)
    return stand


async def standing(club: Club, member: Member) -> Standing:
    """How a member stands."""
    async with club.database.read() as tx:
        found = await standing_of(tx, club.rulebooks, club.brand.id, MemberRef("id", member.id))
    return found.standing


async def join_tier(club: Club, member: Member, tier: str) -> None:
    """A membership, bought."""
    async with club.database.begin() as tx:
        await buy_membership(tx, club.rulebooks, club.brand.id, MemberRef("id", member.id), tier, f"sale {tier}")


async def held(stand: OfferStand, member: Member) -> list[str]:
    """The occasions of the offers that a card shows, by their codes."""
    async with stand.database.read() as tx:
        rows = await tx.all(text("SELECT code, occasion FROM offer_code"))
    occasions = {row.code: row.occasion for row in rows}
    return sorted(occasions[each["code"]] for each in await stand.shown(member))


async def test_what_both_bought_counts_together_from_then_on_and_apart_afterwards(club: Club) -> None:
    await club.rule(SIXTH)
    anna, double = await club.enrol(), await club.enrol()
    for member, coffees in ((anna, 2), (double, 3)):
        for _ in range(coffees):
            await club.buy(member, COFFEE)
        await club.tell(member, Trigger.VISIT, "v1")

    merged = await merge(club, double, anna)

    both = await standing(club, anna)
    assert (both.purchases, both.visits, both.spent) == (5, 2, 2000)
    assert (await club.buy(anna, COFFEE)).earned == 100
    await part(club, merged)
    assert [(await standing(club, who)).purchases for who in (anna, double)] == [3, 3]
    await club.prove()


async def test_what_was_given_once_to_both_is_given_to_neither_again(club: Club) -> None:
    await club.rule(ONCE)
    anna, double, triple = [await club.enrol() for _ in range(3)]
    await club.tell(anna, Trigger.VISIT, "v1")
    await club.tell(double, Trigger.VISIT, "v2")
    outer, inner = await merge(club, double, anna), await merge(club, anna, triple)

    assert (await standing(club, triple)).done["hello"].times == 2
    assert [len((await club.tell(triple, Trigger.VISIT, number)).given) for number in ("v3", "v4")] == [0, 0]

    await part(club, inner)
    await part(club, outer)
    assert [(await standing(club, who)).done["hello"].times for who in (anna, double, triple)] == [2, 1, 2]


async def test_the_higher_tier_stays_with_its_own_end_and_the_card_shows_it(club: Club) -> None:
    await club.rule(tiers=[SILVER, GOLD])
    anna, double = await club.enrol(), await club.enrol()
    await join_tier(club, anna, "silver")
    await join_tier(club, double, "gold")
    golden = await standing(club, double)

    merged = await merge(club, double, anna)

    now = await standing(club, anna)
    assert (now.tier, now.tier_since, now.tier_until) == ("gold", golden.tier_since, golden.tier_until)
    async with club.database.read() as tx:
        row = await tx.first(SHOWN, {"member": anna.id})
    assert row is not None
    assert row.tier == "gold"
    await part(club, merged)
    assert [(await standing(club, who)).tier for who in (anna, double)] == ["gold", "gold"]


async def test_purchases_of_both_are_in_one_list_newest_first(club: Club) -> None:
    await club.rule()
    anna, double = await club.enrol(), await club.enrol()
    bought = [(await club.buy(member, COFFEE)).id for member in (anna, double, anna, double)]
    await merge(club, double, anna)
    async with club.database.read() as tx:
        first = await list_purchases(tx, anna.id, (club.clock.now(), "~"), 3)
        rest = await list_purchases(tx, anna.id, (first[-1].at, first[-1].id), 3)
    assert [each.id for each in (*first, *rest)] == sorted(bought, reverse=True)


async def test_offers_go_over_and_what_is_not_redeemed_comes_back(stand: OfferStand) -> None:
    anna, double, triple = [await stand.enrol() for _ in range(3)]
    for member, occasion in ((anna, "flood"), (double, "flood"), (double, "fire"), (triple, "storm"), (triple, "hail")):
        await stand.hand(member, occasion=occasion)
    inner = await merge(stand, triple, double)
    outer = await merge(stand, double, anna)

    assert await held(stand, anna) == ["fire", "flood", "hail", "storm"]
    await part(stand, outer)
    await part(stand, inner)

    assert [await held(stand, who) for who in (anna, double, triple)] == [
        ["flood"],
        ["fire", "flood"],
        ["hail", "storm"],
    ]


async def test_an_offer_that_went_over_is_redeemed_by_the_survivor_for_good(stand: OfferStand) -> None:
    anna, double = await stand.enrol(), await stand.enrol()
    offer = await stand.hand(double, occasion="fire")
    merged = await merge(stand, double, anna)
    await stand.redeem(offer.code, by=anna)
    await part(stand, merged)
    assert [await held(stand, who) for who in (anna, double)] == [[], []]


async def test_points_for_a_friend_who_was_brought_go_to_whoever_the_friend_is_by_now(club: Club) -> None:
    await club.rule(mechanic("friends", "purchase", {"points": 200, "to": "referrer"}, when=[{"referred": True}]))
    anna, double = await club.enrol(), await club.enrol()
    boris = await club.enrol_friend_of(double)
    await club.buy(boris)
    await merge(club, double, anna)
    await club.grant_what_is_owed()
    carl = await club.enrol_friend_of(double)
    await club.buy(carl)
    await club.grant_what_is_owed()
    assert [await club.balance(who) for who in (anna, boris, carl)] == [400, 0, 0]
    assert len(await club.entries(double)) == 0
    await club.prove()
