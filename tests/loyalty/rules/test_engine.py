"""One step as a whole: troubles, parked mechanics, what is noted, and how much there may be of it."""

import pytest

from tests.loyalty.rules.play import buy, happening, line, mechanic, play, points, rules, take, tier, visit
from wallet_service.loyalty.rules.engine import compile_rules
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.mechanic import AtPlace, GiveOffer, Grant, Measure, Multiply, Percent, SendMessage
from wallet_service.loyalty.rules.rulebook import EMPTY, Reach
from wallet_service.loyalty.rules.standing import Standing
from wallet_service.loyalty.rules.verdict import Verdict

BROKEN = mechanic(when=[AtPlace(None)], name="broken")  # type: ignore[arg-type]  # no reader lets this through


def test_a_mechanic_that_fails_is_trouble_of_its_own():
    standing = Standing()
    verdict = take(rules(BROKEN, mechanic()), standing, buy(place="mitte"))
    assert [(each.mechanic, each.why.partition(":")[0]) for each in verdict.troubles] == [("broken", "TypeError")]
    assert points(verdict) == 1
    assert list(standing.done) == ["it"]
    assert standing.purchases == 1


def test_a_parked_mechanic_gives_nothing_and_does_not_fail_again():
    verdict = take(rules(mechanic(), mechanic(name="parked")), Standing(), buy(), parked={"parked"})
    assert [each.mechanic for each in verdict.points] == ["it"]
    assert take(rules(BROKEN), Standing(), buy(), parked={"broken"}).troubles == []


def test_without_rules_a_purchase_is_noted_and_gives_nothing():
    standing = Standing()
    assert take(compile_rules(EMPTY), standing, buy()) == Verdict()
    assert (standing.purchases, standing.spent) == (1, 100)


def test_points_count_as_earned_where_a_purchase_gave_them():
    welcome, gold = mechanic(Grant(300), on=Trigger.ENROLLED), mechanic(Grant(9), on=Trigger.TIER_REACHED, name="gold")
    some = rules(welcome, mechanic(Grant(5), name="buy"), gold, tiers=[tier("gold", Reach(Measure.POINTS, 10))])
    standing = Standing()
    assert play(some, happening(Trigger.ENROLLED), buy(0), visit(1), buy(1), standing=standing) == [300, 5, 0, 14]
    assert (standing.points, standing.tier) == (10, "gold")


def test_points_of_a_purchase_told_late_count_on_its_day():
    some, standing = rules(mechanic(Grant(5))), Standing()
    play(some, buy(0), buy(3), buy(1), standing=standing)
    assert [each.points for each in standing.days] == [10]
    assert standing.points == 15


def test_there_is_a_bound_to_what_one_happening_can_lead_to():
    some = rules(
        mechanic(Percent(100), Grant(1), GiveOffer("tea"), SendMessage("hello")),
        mechanic(Multiply(20_000), name="more"),
        mechanic(Grant(1), name="off", active=False),
        mechanic(Grant(1), Grant(2), on=Trigger.TIER_REACHED, name="any"),
        mechanic(Grant(1), on=Trigger.TIER_REACHED, of="gold", name="one"),
        tiers=[tier("silver"), tier("gold", Reach(Measure.SPENT, 1))],
    )
    assert some.most(Trigger.PURCHASE) == 3 + 2 * 2 + 1
    assert some.most(Trigger.VISIT) == 5
    assert rules(mechanic()).most(Trigger.PURCHASE) == 1


@pytest.mark.parametrize("trigger", Trigger)
def test_whatever_happens_the_rules_have_an_answer(trigger: Trigger):
    assert play(mechanic(on=trigger), happening(trigger, lines=[line()], paid=100)) == [1]
