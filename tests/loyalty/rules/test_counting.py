"""What a standing keeps, what it forgets, and how a refund leaves it."""

import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from tests.loyalty.rules.play import MONDAY, buy, goods, happening, line, mechanic, rules, take, tier, visit
from wallet_service.loyalty.rules.assortment import key_of
from wallet_service.loyalty.rules.counting import count
from wallet_service.loyalty.rules.engine import Rules, note, take_out, tracks_of
from wallet_service.loyalty.rules.happening import Happening, Trigger
from wallet_service.loyalty.rules.mechanic import Basket, Condition, Counted, Measure, Recency
from wallet_service.loyalty.rules.rulebook import Reach, Rulebook
from wallet_service.loyalty.rules.standing import Standing, from_document, to_document

COFFEE, TEA = goods("coffee"), goods("tea", skus=["x"])
DAY = MONDAY.toordinal()


def counting(*conditions: Condition, **more) -> Rules:
    return rules(mechanic(when=conditions), **more)


RULES = counting(
    Counted(Measure.QUANTITY, COFFEE, every=6),
    Counted(Measure.QUANTITY, TEA, within=90, at_least=1),
    Counted(Measure.SPENT, within=90, at_least=1),
)
MEASURES = [Measure.PURCHASES, Measure.VISITS, Measure.SPENT, Measure.POINTS]


def noted(*told: Happening, by: Rules = RULES) -> Standing:
    standing = Standing(tracks=by.tracks)
    for each in told:
        note(by, standing, each)
    return standing


def counts(standing: Standing, within: int | None, day: int) -> list[int]:
    return [count(standing, measure, within, DAY + day) for measure in MEASURES]


def test_days_of_one_standing_are_counted_up_to_any_of_them():
    standing = noted(buy(0, paid=10, points=1), visit(0), buy(2, paid=20, points=2), buy(2, paid=30))
    assert counts(standing, None, 0) == [3, 1, 60, 3]
    assert counts(standing, 1, 0) == [1, 1, 10, 1]
    assert counts(standing, 1, 1) == [0, 0, 0, 0]
    assert counts(standing, 2, 2) == [2, 0, 50, 2]
    assert counts(standing, 3, 2) == [3, 1, 60, 3]
    assert counts(standing, 3, 9) == [0, 0, 0, 0]


def test_what_is_told_late_is_counted_on_its_day():
    in_order = noted(buy(0, paid=10), visit(1), buy(1, paid=20), buy(4, paid=30))
    late = noted(buy(4, paid=30), buy(0, paid=10), buy(1, paid=20), visit(1))
    assert late == in_order


def test_days_beyond_every_window_are_forgotten_but_for_what_they_came_to():
    standing = noted(buy(0, line("x")), buy(1), buy(90), by=counting(Counted(Measure.SPENT, within=90, at_least=1)))
    assert [each.day - DAY for each in standing.days] == [1, 90]
    assert standing.purchases == 3
    note(RULES, standing, buy(0))
    assert [each.day - DAY for each in standing.days] == [1, 90]
    assert counts(standing, None, 90) == [4, 0, 400, 0]
    assert counts(standing, 90, 90) == [2, 0, 200, 0]


def test_pieces_are_kept_by_days_only_where_a_window_asks_for_them():
    standing = noted(buy(0, line("coffee", 2), line("y", 3, sku="x")), buy(1, line("coffee")))
    assert standing.pieces == {key_of(COFFEE): 3, key_of(TEA): 3}
    assert standing.goods == {key_of(TEA): [(DAY, 0)]}


def test_only_purchases_and_visits_are_counted():
    assert noted(happening(Trigger.EVENT)) == Standing(tracks=RULES.tracks)


def test_the_horizon_is_the_longest_that_any_rule_looks_back():
    assert counting().horizon == 1
    assert counting(Counted(Measure.VISITS, within=7), Counted(Measure.VISITS, every=9), Basket()).horizon == 7
    assert counting(Recency(at_least=30), Recency(at_most=60)).horizon == 61
    assert counting(tiers=[tier("gold", Reach(Measure.SPENT, 1, 365), Reach(Measure.SPENT, 9))]).horizon == 365


def test_standings_are_made_anew_only_where_something_else_is_kept():
    plain = Rulebook(mechanics=[mechanic(when=[Counted(Measure.QUANTITY, COFFEE, every=6)])])
    same = Rulebook(mechanics=[mechanic(when=[Counted(Measure.QUANTITY, COFFEE, at_least=3)], active=False)])
    daily = Rulebook(mechanics=[mechanic(when=[Counted(Measure.QUANTITY, COFFEE, within=1, at_least=3)])])
    assert tracks_of(plain) == tracks_of(same) != tracks_of(daily)
    assert tracks_of(Rulebook()) not in {tracks_of(plain), tracks_of(daily)}


def test_goods_have_one_name_in_whatever_order_they_are_said():
    assert key_of(goods("a", "b", skus="xyz")) == key_of(goods("b", "a", skus="zyx"))
    assert len({key_of(each) for each in (goods(), goods("a"), goods(skus="a"), goods("a", skus="a"))}) == 4


HAPPENINGS = st.builds(
    lambda day, coffee, tea, paid, points: buy(
        day, line("coffee", coffee), line("tea", tea), paid=paid, points=points, occasion="some"
    ),
    st.integers(0, 89),
    st.integers(0, 3),
    st.integers(0, 3),
    st.integers(0, 900),
    st.integers(0, 90),
) | st.builds(visit, st.integers(0, 89))


@given(
    st.lists(HAPPENINGS, max_size=12),
    st.builds(buy, st.integers(0, 89), st.builds(line, st.sampled_from(["coffee", "tea"]))),
)
def test_a_purchase_that_comes_back_leaves_the_standing_as_if_it_had_never_been(
    told: list[Happening], bought: Happening
):
    standing = noted(*told)
    note(RULES, standing, bought)
    take_out(RULES, standing, bought, whole=True)
    assert standing == noted(*told)


@given(st.lists(HAPPENINGS, max_size=12), st.lists(HAPPENINGS, max_size=6))
def test_whatever_comes_back_nothing_is_ever_counted_below_nought(told: list[Happening], back: list[Happening]):
    standing = noted(*told)
    for each in back:
        take_out(RULES, standing, each, whole=True)
    for within in (None, 1, 30):
        for day in range(0, 91, 10):
            assert min(counts(standing, within, day)) >= 0
    assert min(standing.pieces.values(), default=1) > 0


def test_a_part_that_comes_back_leaves_the_purchase():
    standing = noted(buy(0, line("coffee", 2), line("tea", 3)))
    take_out(RULES, standing, buy(0, line("tea", 2), paid=200, points=0), whole=False)
    assert counts(standing, 1, 0) == [1, 0, 300, 0]
    assert standing.pieces == {key_of(COFFEE): 2, key_of(TEA): 1}


def test_a_refund_of_a_forgotten_day_lowers_only_what_there_ever_was():
    standing = noted(buy(0, paid=100), buy(200, paid=50))
    take_out(RULES, standing, buy(0, paid=100), whole=True)
    assert counts(standing, None, 200) == [1, 0, 50, 0]
    assert counts(standing, 90, 200) == [1, 0, 50, 0]
    take_out(RULES, standing, buy(5, paid=100), whole=True)
    assert counts(standing, None, 200) == [1, 0, 50, 0]


def test_when_the_last_purchase_comes_back_the_one_before_is_the_last():
    standing = noted(buy(0), buy(3), visit(5), buy(7))
    take_out(RULES, standing, buy(7), whole=True)
    assert standing.last_purchase == DAY + 3
    take_out(RULES, standing, buy(0), whole=True)
    assert standing.last_purchase == DAY + 3
    take_out(RULES, standing, buy(3), whole=True)
    assert standing.last_purchase == 0


def test_a_last_purchase_that_is_forgotten_is_as_old_as_any_rule_can_ask_for():
    away = counting(Recency(at_least=30))
    standing = noted(buy(0), buy(40), by=away)
    take_out(away, standing, buy(40), whole=True)
    assert standing.last_purchase == DAY + 40 - 31
    assert len(take(away, standing, buy(41)).points) == 1


def test_a_standing_is_the_same_after_it_was_kept():
    standing = noted(buy(0, line("coffee"), line("tea")), visit(1), buy(9))
    take(RULES, standing, buy(9, line("coffee", 6), line("tea")))
    standing.tier, standing.tier_since, standing.tier_until = "gold", date(2026, 1, 1), None
    kept = json.loads(json.dumps(to_document(standing)))
    assert from_document(kept, "gold", date(2026, 1, 1), None) == standing
    assert standing.done
    assert standing.goods


@given(st.lists(HAPPENINGS, max_size=8), HAPPENINGS)
def test_a_step_on_a_copy_leaves_the_standing_as_it_was(told: list[Happening], next_: Happening):
    standing, same = noted(*told), noted(*told)
    take(RULES, standing.copy(), next_)
    assert standing == same
    kept = json.loads(json.dumps(to_document(standing)))
    assert from_document(kept, standing.tier, standing.tier_since, standing.tier_until) == standing
