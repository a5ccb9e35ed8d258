"""What the rules say stands in the ledger: exactly once, within budgets, and whatever a single mechanic does wrong."""

from collections.abc import AsyncIterator
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from tests.loyalty.club import DAY, Club, mechanic, open_club
from wallet_service.loyalty.awards.happenings import MembershipBelow, MembershipUnknown, buy_membership
from wallet_service.loyalty.awards.mechanic_states import MechanicNotFound, list_mechanics, resume_mechanic
from wallet_service.loyalty.awards.standings import standing_of
from wallet_service.loyalty.ledger.lot_list import LotState, list_lots
from wallet_service.loyalty.people.members import Member
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.rules.happening import Line, Trigger
from wallet_service.settings import Settings

PARK = text("""
INSERT INTO mechanic_state (programme_id, name, parked_at, parked_why) VALUES (:programme, :name, :now, 'it failed')
""")
SHOWN = text("SELECT shown FROM member_standing WHERE member_id = :member")
NOTED = text("SELECT name, occasion FROM happening WHERE member_id = :member AND trigger = 'message'")
GOLD = {"name": "gold", "title": {"en": "Gold"}, "reach": [{"purchases": 2, "within_days": 30}], "term_days": 10}
PRIME = {"name": "prime", "title": {"en": "Prime"}, "paid_days": 365}


@pytest.fixture
async def club(settings: Settings) -> AsyncIterator[Club]:
    async with open_club(settings) as opened:
        yield opened


async def shown(club: Club, member: Member) -> dict[str, object]:
    async with club.database.read() as tx:
        row = await tx.first(SHOWN, {"member": member.id})
    return dict(row.shown) if row else {}


async def test_a_newcomer_is_welcomed_with_bonuses_that_end_on_a_day_of_the_programme(club: Club) -> None:
    await club.live_in("Europe/Berlin")
    await club.rule(mechanic("welcome", "enrolled", {"points": 300, "live_days": 30}))
    anna = await club.enrol()
    assert await club.balance(anna) == 300
    async with club.database.read() as tx:
        (lot,) = await list_lots(tx, anna, LotState.OPEN, None, 10)
    assert lot.origin == "mechanic:welcome"
    assert lot.expires_at is not None
    assert (
        lot.expires_at.isoformat() == "2027-03-31T22:00:00+00:00"
    )  # the 1st of April begins in Berlin, in summer time
    await club.prove()


async def test_what_was_told_before_has_no_second_effect(club: Club) -> None:
    await club.rule(mechanic("visitor", "visit", {"points": 5}))
    anna = await club.enrol()
    first = await club.tell(anna, Trigger.VISIT, "gate-1")
    again = await club.tell(anna, Trigger.VISIT, "gate-1")
    other = await club.tell(anna, Trigger.VISIT, "gate-2")
    assert [(each.fresh, len(each.given), each.balance) for each in (first, again, other)] == [
        (True, 1, 5),
        (False, 0, 5),
        (True, 1, 10),
    ]


async def test_a_budget_is_shared_by_all_members_and_never_overspent(club: Club) -> None:
    await club.rule(mechanic("gift", "purchase", {"points": 40}, limits={"budget": 100}))
    people = [await club.enrol() for _ in range(4)]
    sold = await club.buy_all(*[(person, [Line("tea", "drink", 1, 500)]) for person in people[:2]])
    sold += [await club.buy(person) for person in people[2:]]
    assert [each.earned for each in sold] == [40, 40, 20, 0]
    async with club.database.read() as tx:
        (state,) = await list_mechanics(tx, club.rulebooks, club.brand.id)
    assert state.given == 100


async def test_a_parked_mechanic_gives_nothing_until_it_is_resumed_and_the_purchase_stands(club: Club) -> None:
    await club.rule(mechanic("back", "purchase", {"percent": 10}), mechanic("more", "purchase", {"points": 7}))
    anna = await club.enrol()
    async with club.database.begin() as tx:
        await tx.run(PARK, {"programme": club.brand.programme, "name": "back", "now": tx.now})
    assert (await club.buy(anna)).earned == 7
    async with club.database.begin() as tx:
        parked = [each.parked_why for each in await list_mechanics(tx, club.rulebooks, club.brand.id)]
        (resumed,) = await resume_mechanic(tx, club.rulebooks, club.brand.id, "back")
    assert parked == ["it failed", None]
    assert resumed.parked_at is None
    assert (await club.buy(anna)).earned == 107
    async with club.database.begin() as tx:
        with pytest.raises(MechanicNotFound):
            await resume_mechanic(tx, club.rulebooks, club.brand.id, "nobody")


async def test_a_mechanic_that_fails_is_parked_with_its_reason_and_the_others_give(club: Club) -> None:
    each_piece = {"quantity": {"categories": ["cars"], "every": 1}}
    await club.rule(
        mechanic("too-much", "purchase", {"points": 900_000_000}, when=[each_piece]),
        mechanic("more", "purchase", {"points": 7}),
    )
    anna = await club.enrol()
    assert (await club.buy(anna, Line("car", "cars", 2, 1))).earned == 7
    async with club.database.read() as tx:
        first, second = await list_mechanics(tx, club.rulebooks, club.brand.id)
    assert (first.parked_why or "") != ""
    assert second.parked_at is None
    assert (await club.buy(anna)).earned == 7


async def test_the_card_knows_the_tier_and_what_is_next(club: Club) -> None:
    await club.rule(tiers=[GOLD])
    anna = await club.enrol()
    await club.buy(anna)
    assert (await shown(club, anna))["goal"] == {
        "tier": "gold",
        "title": {"en": "Gold"},
        "measure": "purchases",
        "left": 1,
        "currency": "EUR",
    }
    await club.buy(anna)
    now = await shown(club, anna)
    assert now["tier"] == {"name": "gold", "title": {"en": "Gold"}, "until": "2027-03-10"}
    assert now["goal"] is None
    async with club.database.read() as tx:
        found = await standing_of(tx, club.rulebooks, club.brand.id, MemberRef("id", anna.id))
    assert (found.standing.tier, found.standing.tier_until, found.goal) == ("gold", date(2027, 3, 10), None)


async def test_a_membership_that_is_bought_lasts_its_term_and_is_prolonged_from_its_end(club: Club) -> None:
    await club.rule(mechanic("hello", "tier-reached", {"points": 50}, of="prime"), tiers=[PRIME])
    anna = await club.enrol()

    async def buy(number: str, tier: str = "prime") -> tuple[bool, int, date | None]:
        async with club.database.begin() as tx:
            ref = MemberRef("id", anna.id)
            bought = await buy_membership(tx, club.rulebooks, club.brand.id, ref, tier, number)
        async with club.database.read() as tx:
            found = await standing_of(tx, club.rulebooks, club.brand.id, ref)
        return bought.fresh, bought.balance, found.standing.tier_until

    assert await buy("1") == (True, 50, date(2028, 2, 28))
    assert await buy("1") == (False, 50, date(2028, 2, 28))
    assert await buy("2") == (True, 50, date(2029, 2, 27))
    with pytest.raises(MembershipUnknown):
        await buy("3", "silver")


async def test_a_membership_below_the_tier_that_somebody_has_is_not_sold(club: Club) -> None:
    reach = {"name": "gold", "title": {"en": "Gold"}, "reach": [{"purchases": 1, "within_days": 30}]}
    await club.rule(tiers=[PRIME, reach])
    anna = await club.enrol()
    await club.buy(anna)
    async with club.database.begin() as tx:
        with pytest.raises(MembershipBelow):
            await buy_membership(tx, club.rulebooks, club.brand.id, MemberRef("id", anna.id), "prime", "1")


async def test_rules_that_look_at_the_past_find_it_even_if_nobody_asked_before(club: Club) -> None:
    await club.rule()
    anna = await club.enrol()
    coffee = Line("latte", "coffee", 2, 400)
    whole = await club.buy(anna, coffee)
    part = await club.buy(anna, coffee)
    await club.buy(anna, coffee, Line("cake", "food", 1, 300))
    await club.give_back(whole)
    await club.give_back(part, (1, 1))
    await club.tell(anna, Trigger.VISIT, "v1")
    stamps = {"quantity": {"categories": ["coffee"], "every": 6}}
    await club.rule(mechanic("sixth", "purchase", {"points": 100}, when=[stamps]))
    assert (await club.buy(anna, coffee)).earned == 0  # 1 + 2 + 2 coffees
    assert (await club.buy(anna, Line("latte", "coffee", 1, 400))).earned == 100
    async with club.database.read() as tx:
        found = await standing_of(tx, club.rulebooks, club.brand.id, MemberRef("id", anna.id))
    assert (found.standing.purchases, found.standing.visits, found.standing.spent) == (4, 1, 400 + 1100 + 800 + 400)


async def test_a_message_that_a_mechanic_asks_for_is_noted(club: Club) -> None:
    await club.rule(mechanic("remind", "event", {"message": "come-back"}, of="cart-left"))
    anna = await club.enrol()
    await club.tell(anna, Trigger.EVENT, "cart-left 7", "cart-left")
    async with club.database.read() as tx:
        (noted,) = await tx.all(NOTED, {"member": anna.id})
    assert tuple(noted) == ("come-back", "remind cart-left 7")


async def test_whoever_brought_a_friend_is_given_points_once(club: Club) -> None:
    first = {"purchases": {"at_most": 1}}
    await club.rule(
        mechanic(
            "friends",
            "purchase",
            {"points": 100},
            {"points": 200, "to": "referrer"},
            when=[{"referred": True}, first],
            limits={"per_member": 1},
        )
    )
    anna = await club.enrol()
    boris = await club.enrol_friend_of(anna)
    bought = await club.buy(boris)
    assert await club.balance(anna) == 0
    await club.grant_what_is_owed()
    await club.grant_what_is_owed()
    await club.buy(boris)
    await club.grant_what_is_owed()
    assert (await club.balance(anna), await club.balance(boris)) == (200, 100)
    assert await club.why(anna) == [(bought.id, 200)]
    await club.prove()


async def test_a_grant_that_would_lead_out_of_range_is_left_out(club: Club) -> None:
    await club.rule(mechanic("gift", "visit", {"points": 10}))
    anna = await club.enrol()
    await club.give(anna, 1_000_000_000)
    outcome = await club.tell(anna, Trigger.VISIT, "v1")
    assert (outcome.given, outcome.balance) == ([], 1_000_000_000)


async def test_points_may_begin_to_count_later(club: Club) -> None:
    await club.rule(mechanic("later", "visit", {"points": 10, "delay_days": 2, "live_days": 1}))
    anna = await club.enrol()
    await club.tell(anna, Trigger.VISIT, "v1")
    assert await club.balance(anna) == 0
    club.clock.forward(2 * DAY)
    await club.activate_all()
    assert await club.balance(anna) == 10
    club.clock.forward(2 * DAY - timedelta(hours=12))
    await club.lapse_all()
    assert await club.balance(anna) == 0
