"""What a journey of the time machine counts."""

from datetime import date

from tests.loyalty.rules.play import MONDAY, buy, goods, line, mechanic, rules, tier
from wallet_service.loyalty.rules.mechanic import (
    Beneficiary,
    GiveOffer,
    Grant,
    Life,
    Limits,
    Measure,
    SendMessage,
)
from wallet_service.loyalty.rules.replay import Replay, last_day
from wallet_service.loyalty.rules.replay_report import report
from wallet_service.loyalty.rules.rulebook import Reach

GOLD = tier("gold", Reach(Measure.PURCHASES, 2, 5), term=3, grace=2)
PRIME = tier("prime", paid_days=2)


def day(number: int) -> date:
    return date.fromordinal(MONDAY.toordinal() + number)


def test_offers_messages_and_points_for_others_are_counted_beside_points():
    gives = (Grant(5), Grant(7, to=Beneficiary.REFERRER), GiveOffer("tea"), SendMessage("hello"))
    replay = Replay(rules(mechanic(*gives, name="all"), offers=frozenset({"tea"})))
    replay.step("anna", buy(referred=True))
    tally = replay.tallies["all"]
    assert (tally.times, tally.points, tally.gifts, tally.hooks, tally.members) == (1, 12, 1, 1, {"anna"})
    assert dict(replay.by_member) == {"anna": 5}


def test_what_strangers_buy_and_return_is_revenue_only():
    replay = Replay(rules(mechanic(name="one")))
    assert replay.step(None, buy(0, line(price=500))) is None
    replay.back(None, buy(0, line(price=200)), {}, whole=False)
    found = report(replay)
    assert (found["revenue"], found["members"], found["points"]) == (300, 0, 0)


def test_a_tier_in_grace_is_looked_at_every_day_until_it_is_lost():
    replay = Replay(rules(tiers=(GOLD,)))
    replay.step("anna", buy(0))
    replay.step("anna", buy(0, line(), occasion="second"))
    standing, seen = replay.standings["anna"], []
    for number in range(1, 9):
        replay.settle(day(number))
        seen.append(standing.tier)
    assert seen == ["gold"] * 7 + [""]  # prolonged on the 3rd, in grace on the 6th
    assert replay.sure_until == {}


def test_a_membership_is_joined_only_where_the_rules_have_it():
    replay = Replay(rules(tiers=(PRIME,)))
    replay.join("anna", "prime", day(0))
    replay.join("boris", "gold", day(0))
    assert set(replay.standings) == {"anna"}
    replay.settle(day(2))
    assert replay.standings["anna"].tier == ""


def test_a_budget_that_is_used_up_says_when():
    replay = Replay(rules(mechanic(Grant(5), name="gift", limits=Limits(budget=8)), mechanic(name="free")))
    for number in range(3):
        replay.step("anna", buy(number))
    assert (replay.tallies["gift"].points, replay.tallies["gift"].spent_on) == (8, day(1))
    assert replay.tallies["free"].spent_on is None


def test_points_end_on_their_last_day():
    assert last_day(Life(), day(0)) is None
    assert last_day(Life(30, 2), day(0)) == day(32).toordinal()


def test_what_has_ended_by_the_end_is_no_liability():
    replay = Replay(rules(mechanic(Grant(10, Life(2)), Grant(3), name="gift", when=[]), unearning=goods("x")))
    replay.step("anna", buy(0))
    replay.step("anna", buy(10))
    assert report(replay)["liability"] == 10 + 3 + 3
