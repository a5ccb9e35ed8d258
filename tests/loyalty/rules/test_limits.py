"""How far a mechanic goes, and where it stops."""

import pytest

from tests.loyalty.rules.play import buy, happening, line, mechanic, on, play, points, rules, take, tier
from wallet_service.amounts import MOST
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.mechanic import (
    Beneficiary,
    Effect,
    GiveOffer,
    GiveTier,
    Grant,
    Limits,
    Measure,
    Multiply,
    Percent,
    Period,
    SendMessage,
)
from wallet_service.loyalty.rules.rulebook import Reach
from wallet_service.loyalty.rules.standing import Done, Standing
from wallet_service.loyalty.rules.verdict import Trouble


def test_a_member_is_given_something_so_many_times_and_no_more():
    assert play(mechanic(limits=Limits(per_member=2)), buy(0), buy(1), buy(2)) == [1, 1, 0]


@pytest.mark.parametrize(
    ("period", "last", "next_"),
    [
        (Period.DAY, on(0, 23, 59), on(1, 0)),
        (Period.WEEK, on(6, 23), on(7, 0)),
        (Period.MONTH, on(28), on(29)),
        (Period.YEAR, on(59), on(60)),
    ],
)
def test_a_period_is_one_of_the_calendar(period: Period, last, next_):
    once = mechanic(limits=Limits(times=1, period=period))
    assert play(once, buy(at=on(0, 0)), buy(at=last), buy(at=next_), buy(at=next_, occasion="again")) == [1, 0, 1, 0]


def test_times_begin_anew_with_each_period():
    standing = Standing()
    twice = mechanic(limits=Limits(times=2, period=Period.WEEK))
    assert play(twice, buy(0), buy(1), buy(2), buy(7), buy(8), buy(9), standing=standing) == [1, 1, 0, 1, 1, 0]
    assert standing.done["it"] == Done(4, on(7).toordinal(), 2, buy(8).occasion)


def test_what_is_told_late_counts_in_the_present_period():
    assert play(mechanic(limits=Limits(times=1)), buy(5), buy(4), buy(5, occasion="again"), buy(6)) == [1, 0, 0, 1]
    assert play(mechanic(limits=Limits(times=2)), buy(5), buy(4), buy(5, occasion="again")) == [1, 1, 0]


def test_the_same_occasion_gives_nothing_again():
    assert play(mechanic(), buy(0, occasion="a"), buy(0, occasion="a"), buy(1, occasion="b")) == [1, 0, 1]
    yearly = mechanic(on=Trigger.BIRTHDAY, limits=Limits(times=1, period=Period.YEAR))
    assert play(
        yearly, happening(Trigger.BIRTHDAY, occasion="2026"), happening(Trigger.BIRTHDAY, 1, occasion="2026")
    ) == [1, 0]


def test_the_points_of_one_firing_are_cut_together():
    capped = mechanic(Multiply(20_000), Percent(1000), Grant(40), Grant(5), limits=Limits(most=60))
    verdict = take(rules(capped), Standing(), buy(0, line(price=150)))
    assert [each.points for each in verdict.points] == [15, 40, 5]


def test_a_budget_cuts_the_last_grant_and_then_the_mechanic_gives_nothing_at_all():
    left = {"it": 25, "other": 1}
    some, standing = rules(mechanic(Grant(10), GiveOffer("tea"), limits=Limits(budget=1000))), Standing()
    verdicts = [take(some, standing, buy(day), left) for day in range(4)]
    assert [points(each) for each in verdicts] == [10, 10, 5, 0]
    assert [len(each.gifts) for each in verdicts] == [1, 1, 1, 0]
    assert left == {"it": 0, "other": 1}
    assert standing.done["it"].times == 3


def test_a_budget_is_for_all_members_and_for_whoever_brought_them():
    left: dict[str, int] = {}
    both = rules(mechanic(Grant(10), Grant(10, to=Beneficiary.REFERRER), limits=Limits(budget=25)))
    given = [points(take(both, Standing(), buy(0, referred=True), left)) for _ in range(3)]
    assert given == [20, 5, 0]


@pytest.mark.parametrize("effect", [GiveOffer("tea"), SendMessage("hello"), GiveTier("gold")])
def test_whatever_is_no_points_counts_too(effect: Effect):
    standing = Standing()
    once = rules(mechanic(effect, limits=Limits(per_member=1)), tiers=[tier("gold", Reach(Measure.VISITS, 9))])
    verdicts = [take(once, standing, buy(day)) for day in range(2)]
    given = [len(each.gifts) + len(each.hooks) + len(each.reached) for each in verdicts]
    assert given == [1, 0]
    assert standing.done["it"].times == 1


def test_who_was_given_nothing_has_not_used_anything_up():
    standing = Standing()
    once = mechanic(Percent(100), limits=Limits(per_member=1))
    assert play(once, buy(0, line(price=99)), buy(1, line(price=100)), buy(2), standing=standing) == [0, 1, 0]


def test_more_than_an_entry_may_move_is_trouble_unless_it_is_cut():
    huge = mechanic(Grant(MOST), Grant(1), name="huge")
    standing = Standing()
    verdict = take(rules(huge, mechanic()), standing, buy(0))
    assert points(verdict) == 1
    assert verdict.troubles == [Trouble("huge", f"OverflowError: {MOST + 1} points at once are more than {MOST}")]
    assert list(standing.done) == ["it"]
    assert play(mechanic(Grant(MOST), Grant(1), limits=Limits(most=7)), buy(0)) == [7]


def test_a_multiple_that_is_too_much_is_trouble_too():
    greedy = mechanic(Percent(10_000), Multiply(10**12), name="greedy", limits=Limits(budget=10**12))
    left = {"greedy": 10**12}
    verdict = take(rules(greedy, mechanic()), Standing(), buy(0, line(price=10_000)), left)
    assert points(verdict) == 1
    assert [each.mechanic for each in verdict.troubles] == ["greedy"]
    assert left == {"greedy": 10**12}


def test_shares_of_a_mechanic_that_fails_are_not_multiplied():
    huge = mechanic(Percent(10_000), Grant(MOST), name="huge")
    double = mechanic(Multiply(20_000), name="double")
    verdict = take(rules(mechanic(Percent(1000), name="base"), huge, double), Standing(), buy(0, line(price=1000)))
    assert [(each.mechanic, each.points) for each in verdict.points] == [("base", 100), ("double", 100)]
