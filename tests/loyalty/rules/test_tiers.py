"""Rising, keeping, losing a tier, buying one, and what is missing for the next."""

from datetime import date, timedelta

import pytest

from tests.loyalty.rules.play import MONDAY, buy, happening, line, mechanic, play, points, rules, take, tier, visit
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.mechanic import Counted, GiveTier, Grant, InTier, Measure
from wallet_service.loyalty.rules.rulebook import Reach, Rulebook
from wallet_service.loyalty.rules.standing import Standing
from wallet_service.loyalty.rules.tiers import Goal, give, goal_of, join, rise, settle, stairs_of
from wallet_service.loyalty.rules.verdict import Verdict

TODAY = MONDAY.date()
BRONZE = tier("bronze")
SILVER = tier("silver", Reach(Measure.SPENT, 1000, 30), Reach(Measure.VISITS, 3), term=100, grace=10)
GOLD = tier("gold", Reach(Measure.SPENT, 5000, 30), term=200)
PRIME = tier("prime", paid_days=365)
BOOK = Rulebook(tiers=(BRONZE, SILVER, GOLD, PRIME))


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


def after(*told, tiers=BOOK.tiers, mechanics=()) -> tuple[Standing, Verdict]:
    some, standing, verdict = rules(*mechanics, tiers=tiers), Standing(), Verdict()
    for each in told:
        verdict = take(some, standing, each)
    return standing, verdict


def test_everybody_has_a_tier_that_asks_for_nothing_and_never_loses_it():
    standing, verdict = after(happening(Trigger.ENROLLED))
    assert (standing.tier, standing.tier_since, standing.tier_until) == ("bronze", TODAY, None)
    assert verdict.reached == ["bronze"]
    assert settle(BOOK, standing, day(9999)) is None


def test_a_member_rises_at_once_to_the_highest_tier_that_is_reached():
    standing, verdict = after(buy(0, line(price=5000)))
    assert verdict.reached == ["gold"]
    assert (standing.tier, standing.tier_since, standing.tier_until) == ("gold", TODAY, day(199))


def test_any_of_the_ways_is_enough():
    standing, _ = after(visit(0), visit(1), visit(2))
    assert standing.tier == "silver"


def test_a_purchase_told_late_lets_rise_by_what_is_known_by_now():
    standing, _ = after(buy(20, line(price=600)), buy(1, line(price=400)))
    assert (standing.tier, standing.tier_since) == ("silver", day(20))


def test_nobody_rises_to_the_tier_that_they_have_or_to_one_below():
    standing = Standing(tier="gold", spent=9999, visits=9)
    assert rise(stairs_of(BOOK), standing, TODAY.toordinal()) == []
    assert standing.tier == "gold"


def test_who_has_a_tier_that_there_is_no_longer_rises_to_whatever_is_reached():
    standing = Standing(tier="pearl")
    assert rise(stairs_of(BOOK), standing, TODAY.toordinal()) == ["bronze"]


def test_a_reached_tier_is_a_happening_of_its_own_in_the_same_step():
    welcome = mechanic(Grant(50), on=Trigger.TIER_REACHED, of="gold", name="welcome")
    any_tier = mechanic(Grant(1), on=Trigger.TIER_REACHED, name="any", when=[Counted(Measure.POINTS, at_least=7)])
    shopping = mechanic(Grant(7), name="shopping", when=[InTier(frozenset({"", "bronze"}))])
    standing, verdict = after(buy(0, line(price=5000)), mechanics=(welcome, any_tier, shopping))
    assert [(each.mechanic, each.points) for each in verdict.points] == [("shopping", 7), ("welcome", 50), ("any", 1)]
    assert standing.points == 7
    assert standing.done["welcome"].occasion == f"{buy(0).occasion} gold"


def test_a_tier_that_is_given_leads_on_each_tier_once():
    given = mechanic(GiveTier("bronze"), GiveTier("silver"), on=Trigger.EVENT, name="given")
    led_on = mechanic(GiveTier("gold"), GiveTier("silver"), on=Trigger.TIER_REACHED, name="led on")
    gift = mechanic(Grant(1), on=Trigger.TIER_REACHED, name="gift")
    standing, verdict = after(happening(Trigger.EVENT), mechanics=(given, led_on, gift))
    assert verdict.reached == ["bronze", "silver", "gold"]
    assert (standing.tier, points(verdict)) == ("gold", 3)


def test_no_mechanic_sees_the_tier_that_another_gives_to_the_same_happening():
    gift, sees = mechanic(GiveTier("gold"), name="gift"), mechanic(when=[InTier(frozenset({"gold"}))])
    assert play(rules(gift, sees, tiers=BOOK.tiers), buy(0), buy(1)) == [0, 1]


def test_giving_the_present_tier_makes_it_sure_for_another_term_and_a_lower_one_does_nothing():
    standing = Standing(tier="silver", tier_since=TODAY, tier_until=day(5))
    assert give(BOOK, standing, "silver", day(3)) == []
    assert standing.tier_until == day(102)
    assert give(BOOK, standing, "silver", TODAY) == []
    assert standing.tier_until == day(102)
    assert give(BOOK, standing, "bronze", TODAY) == []
    assert (standing.tier, standing.tier_until) == ("silver", day(102))
    free = Standing(tier="bronze")
    assert give(BOOK, free, "bronze", TODAY) == []
    assert free.tier_until is None
    with pytest.raises(KeyError):
        give(BOOK, standing, "pearl", TODAY)


def test_a_tier_that_there_is_not_is_trouble_of_its_mechanic_alone():
    standing, verdict = after(
        buy(0), tiers=(BRONZE,), mechanics=(mechanic(GiveTier("pearl"), name="pearl"), mechanic())
    )
    assert [(each.mechanic, each.why) for each in verdict.troubles] == [("pearl", "KeyError: 'pearl'")]
    assert points(verdict) == 1
    assert "pearl" not in standing.done


def test_a_tier_is_looked_at_again_when_its_term_is_over_and_kept_by_whoever_still_reaches_it():
    standing, _ = after(buy(0, line(price=1000)))
    take(rules(tiers=BOOK.tiers), standing, buy(90, line(price=1000)))
    assert standing.tier_until == day(99)
    assert settle(BOOK, standing, day(99)) is None
    assert standing.tier_until == day(99)
    assert settle(BOOK, standing, day(100)) is None
    assert standing.tier_until == day(199)


def test_whoever_does_not_reach_it_has_days_of_grace_and_then_what_is_still_reached():
    standing, _ = after(buy(0, line(price=1000)))
    assert settle(BOOK, standing, day(109)) is None
    assert (standing.tier, standing.tier_until) == ("silver", day(99))
    assert settle(BOOK, standing, day(110)) == "bronze"
    assert (standing.tier, standing.tier_since, standing.tier_until) == ("bronze", day(110), None)
    assert settle(BOOK, standing, day(110)) is None


def test_a_tier_won_again_in_the_days_of_grace_is_kept():
    standing, _ = after(buy(0, line(price=1000)))
    take(rules(tiers=BOOK.tiers), standing, buy(105, line(price=1000)))
    assert settle(BOOK, standing, day(106)) is None
    assert standing.tier_until == day(205)


def test_below_the_lowest_tier_there_is_none():
    standing = Standing(tier="gold", tier_since=TODAY, tier_until=TODAY)
    assert settle(Rulebook(tiers=(SILVER, GOLD)), standing, day(1)) == ""
    assert (standing.tier, standing.tier_since, standing.tier_until) == ("", None, None)


def test_a_tier_that_there_is_no_longer_is_lost_when_its_days_are_over():
    standing = Standing(tier="pearl", tier_until=TODAY)
    assert settle(BOOK, standing, TODAY) is None
    assert settle(BOOK, standing, day(1)) == "bronze"


def test_a_membership_that_is_bought_lasts_its_days_and_another_begins_where_it_ends():
    standing = Standing(tier="bronze")
    assert join(BOOK, standing, "prime", TODAY) == ["prime"]
    assert (standing.tier, standing.tier_until) == ("prime", day(364))
    assert join(BOOK, standing, "prime", day(10)) == []
    assert standing.tier_until == day(729)
    assert settle(BOOK, standing, day(730)) == "bronze"
    late = Standing(tier="prime", tier_until=day(-9))
    assert join(BOOK, late, "prime", TODAY) == []
    assert late.tier_until == day(364)


def test_a_membership_that_was_given_for_ever_ends_when_it_is_bought():
    standing = Standing(tier="prime")
    assert join(BOOK, standing, "prime", TODAY) == []
    assert standing.tier_until == day(365)


def test_a_membership_below_the_present_tier_changes_nothing_and_not_every_tier_can_be_bought():
    book = Rulebook(tiers=(PRIME, GOLD))
    standing = Standing(tier="gold", tier_until=day(3))
    assert join(book, standing, "prime", TODAY) == []
    assert (standing.tier, standing.tier_until) == ("gold", day(3))
    for name in ("gold", "pearl"):
        with pytest.raises(KeyError):
            join(book, standing, name, TODAY)


def test_a_membership_that_is_given_lasts_as_one_that_is_bought():
    standing = Standing()
    assert give(BOOK, standing, "prime", TODAY) == ["prime"]
    assert standing.tier_until == day(364)


def test_the_goal_is_the_next_tier_by_the_measure_of_which_least_is_missing():
    standing, _ = after(buy(0, line(price=100)), visit(0), visit(1))
    assert goal_of(BOOK, standing, day(1)) == Goal("silver", Measure.VISITS, 1)
    take(rules(tiers=BOOK.tiers), standing, buy(1, line(price=600)))
    assert goal_of(BOOK, standing, day(1)) == Goal("silver", Measure.SPENT, 300)
    assert goal_of(BOOK, standing, day(30)) == Goal("silver", Measure.VISITS, 1)


def test_a_tier_that_is_reached_already_or_only_paid_for_is_no_goal():
    assert goal_of(BOOK, Standing(visits=3, tier="bronze"), TODAY) == Goal("gold", Measure.SPENT, 5000)
    assert goal_of(BOOK, Standing(tier="gold"), TODAY) is None
    assert goal_of(Rulebook(), Standing(), TODAY) is None
