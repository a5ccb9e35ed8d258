"""What has to hold before a mechanic gives anything."""

from datetime import date, time
from typing import Any

import pytest

from tests.loyalty.rules.play import buy, goods, happening, line, mechanic, on, play, rules, visit
from wallet_service.loyalty.rules.happening import Happening, Trigger
from wallet_service.loyalty.rules.mechanic import (
    AtPlace,
    Basket,
    Condition,
    Counted,
    During,
    InTier,
    Measure,
    Recency,
    Referred,
)
from wallet_service.loyalty.rules.standing import Standing


def test_a_count_includes_the_purchase_that_is_being_made():
    assert play(mechanic(when=[Counted(Measure.PURCHASES, at_least=2)]), buy(0), buy(1)) == [0, 1]


def test_a_window_is_of_days_of_the_calendar_today_included():
    within = mechanic(when=[Counted(Measure.PURCHASES, within=30, at_least=2)])
    assert play(within, buy(at=on(0, 0)), buy(at=on(29, 23, 59))) == [0, 1]
    assert play(within, buy(at=on(0, 23, 59)), buy(at=on(30, 0))) == [0, 0]


def test_money_and_visits_and_points_are_counted_too():
    spent = mechanic(when=[Counted(Measure.SPENT, within=7, at_least=250)])
    assert play(spent, buy(0, line(price=100)), buy(7, line(price=200)), buy(8, line(price=50))) == [0, 0, 1]
    visits = mechanic(on=Trigger.VISIT, when=[Counted(Measure.VISITS, at_least=2, at_most=2)])
    assert play(visits, visit(0), visit(0, occasion="again"), visit(1)) == [0, 1, 0]
    earned = mechanic(name="more", when=[Counted(Measure.POINTS, at_least=2)])
    assert play(rules(mechanic(), earned), buy(0), buy(1), buy(2)) == [1, 1, 2]


def test_pieces_of_some_goods_are_counted_ever_or_within_days():
    coffee = goods("coffee", skus=["tea-1"])
    ever = mechanic(when=[Counted(Measure.QUANTITY, coffee, at_least=4)])
    lately = mechanic(when=[Counted(Measure.QUANTITY, coffee, within=2, at_least=4)])
    both = line("coffee", 2), line("tea", 9)
    told = [buy(0, *both), buy(1), buy(2, line("tea", 2, sku="tea-1")), buy(3, line("coffee", 2))]
    assert play(ever, *told) == [0, 0, 1, 1]
    assert play(lately, *told) == [0, 0, 0, 1]
    assert play(lately, buy(0)) == [0]


def test_every_multiple_that_is_come_to_counts_and_none_twice():
    sixth = mechanic(when=[Counted(Measure.QUANTITY, goods("coffee"), every=6)])
    told = [buy(day, line("coffee", pieces)) for day, pieces in enumerate([5, 1, 5, 13])]
    assert play(sixth, *told, buy(9)) == [0, 1, 0, 3, 0]


@pytest.mark.parametrize(
    ("measure", "given"),
    [
        (Measure.PURCHASES, [0, 0, 1, 0]),
        (Measure.VISITS, [0, 0, 0, 0]),
        (Measure.SPENT, [0, 0, 1, 0]),
        (Measure.POINTS, [0, 0, 0, 0]),
    ],
)
def test_a_happening_comes_to_a_multiple_only_of_what_it_adds_itself(measure: Measure, given: list[int]):
    second = mechanic(when=[Counted(measure, every=2)])
    assert play(second, buy(0, line(price=1)), visit(0), buy(1, line(price=1)), visit(1)) == given


def test_every_second_visit_counts_visits_alone():
    second = mechanic(on=Trigger.VISIT, when=[Counted(Measure.VISITS, every=2)])
    assert play(second, visit(0), buy(0), visit(1)) == [0, 0, 1]


def test_where_several_multiples_are_asked_for_the_scarcest_decides():
    both = mechanic(when=[Counted(Measure.QUANTITY, every=2), Counted(Measure.SPENT, every=300)])
    assert play(both, buy(0, line(quantity=6))) == [2]


def test_a_basket_needs_pieces_and_worth():
    basket = mechanic(when=[Basket(goods("coffee"), quantity=2, worth=500)])
    assert play(basket, buy(0, line("coffee", 2, 250), line("tea", 5))) == [1]
    one, cheap, none = line("coffee", 1, 900), line("coffee", 3, 100), line("tea", 9)
    assert play(basket, buy(0, one), buy(1, cheap), buy(2, none)) == [0, 0, 0]


def test_recency_asks_for_the_purchase_before_and_whoever_has_none_does_not_meet_it():
    assert play(mechanic(when=[Recency(at_least=30)]), buy(0), buy(29), buy(59)) == [0, 0, 1]
    assert play(mechanic(when=[Recency(at_most=0)]), buy(0), buy(0, occasion="again"), buy(1)) == [0, 1, 0]


def test_recency_of_a_purchase_told_late_asks_for_what_was_before_it():
    away = mechanic(when=[Recency(at_least=3, at_most=30)])
    assert play(away, buy(0), visit(1), buy(20), buy(4), buy(5)) == [0, 0, 1, 1, 0]
    assert play(away, buy(20), buy(4)) == [0, 0]


def test_a_place_is_one_of_those_that_are_named():
    mitte = mechanic(when=[AtPlace(frozenset({"mitte"}))])
    assert play(mitte, buy(0, place="mitte"), buy(1, place="x"), buy(2)) == [1, 0, 0]


def test_who_was_brought_by_another_member_is_referred():
    assert play(mechanic(when=[Referred()]), buy(0, referred=True), buy(1)) == [1, 0]


def test_a_tier_is_one_of_those_that_are_named():
    gold = mechanic(when=[InTier(frozenset({"gold"}))])
    assert play(gold, buy(), standing=Standing(tier="gold")) == [1]
    assert play(gold, buy()) == [0]


NIGHT = During(frozenset({4}), time(22), time(2))


@pytest.mark.parametrize(
    ("during", "day", "hour", "holds"),
    [
        (During(frozenset({0, 1})), 0, 12, True),
        (During(frozenset({0, 1})), 2, 12, False),
        (During(begins=time(14), ends=time(17)), 0, 14, True),
        (During(begins=time(14), ends=time(17)), 0, 13, False),
        (During(begins=time(14), ends=time(17)), 0, 17, False),
        (During(begins=time(14)), 0, 23, True),
        (During(ends=time(9)), 0, 8, True),
        (During(ends=time(9)), 0, 9, False),
        (NIGHT, 4, 23, True),
        (NIGHT, 5, 1, True),
        (NIGHT, 4, 1, False),
        (NIGHT, 5, 23, False),
        (NIGHT, 4, 12, False),
        (During(since=date(2026, 11, 3)), 0, 12, False),
        (During(since=date(2026, 11, 3)), 1, 12, True),
        (During(until=date(2026, 11, 3)), 1, 12, True),
        (During(until=date(2026, 11, 3)), 2, 12, False),
    ],
)
def test_hours_are_those_of_the_programme_and_a_night_belongs_to_the_day_on_which_it_begins(
    during: During, day: int, hour: int, holds: bool
):
    assert play(mechanic(when=[during]), buy(at=on(day, hour))) == [int(holds)]


@pytest.mark.parametrize(
    ("asked", "told", "heard"),
    [
        ({"on": Trigger.EVENT, "of": "review"}, happening(Trigger.EVENT, name="review"), True),
        ({"on": Trigger.EVENT, "of": "review"}, happening(Trigger.EVENT, name="other"), False),
        ({"on": Trigger.SEGMENT}, happening(Trigger.SEGMENT, name="any"), True),
        ({"on": Trigger.INACTIVE, "days": 60}, happening(Trigger.INACTIVE, days=60), True),
        ({"on": Trigger.INACTIVE, "days": 60}, happening(Trigger.INACTIVE, days=90), False),
        ({"on": Trigger.EXPIRING, "days": 7}, happening(Trigger.EXPIRING, days=7), True),
        ({"on": Trigger.ENROLLED}, happening(Trigger.BIRTHDAY), False),
        ({"on": Trigger.BIRTHDAY, "active": False}, happening(Trigger.BIRTHDAY), False),
    ],
)
def test_a_mechanic_hears_its_trigger_its_name_and_its_number_of_days(
    asked: dict[str, Any], told: Happening, heard: bool
):
    assert play(mechanic(**asked), told) == [int(heard)]


def test_all_conditions_have_to_hold():
    conditions: list[Condition] = [Counted(Measure.PURCHASES, at_least=2), Referred(), AtPlace(frozenset({"mitte"}))]
    told = [buy(day, referred=day != 2, place="mitte" if day != 1 else "") for day in range(4)]
    assert play(mechanic(when=conditions), *told) == [0, 0, 0, 1]
