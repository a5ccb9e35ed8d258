"""Which points go first: lots alone."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from wallet_service.amounts import Points
from wallet_service.loyalty.ledger.lots import Lot, give_back, grow, lapsed, take, take_back

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def lot(number: int, left: int, days: int | None = None) -> Lot:
    return Lot(number, Points(left), None if days is None else NOON + days * DAY)


def test_what_expires_first_is_spent_first_and_of_those_what_came_first():
    lots = [lot(1, 10), lot(2, 10, 5), lot(3, 10, 2), lot(4, 10, 2)]
    assert take(lots, 35) == [(3, -10), (4, -10), (2, -10), (1, -5)]
    assert take(lots, 0) == []
    assert take(lots, 99) == [(3, -10), (4, -10), (2, -10), (1, -10)]


def test_a_lot_pays_for_itself_first_and_then_the_others_do():
    lots = [lot(1, 10, 1), lot(2, 4, 9), lot(3, 10)]
    assert take_back(lots, {2}, 3) == [(2, -3)]
    assert take_back(lots, {2}, 20) == [(2, -4), (1, -10), (3, -6)]
    assert take_back(lots, {3, 2}, 8) == [(2, -4), (3, -4)]
    assert take_back(lots, {7}, 12) == [(1, -10), (2, -2)]


def test_points_come_back_to_the_lots_they_came_from_the_last_taken_first():
    assert give_back([(3, -10), (2, -5)], 12) == [(2, 5), (3, 7)]
    assert give_back([(3, -10), (2, -5)], 15) == [(2, 5), (3, 10)]
    assert give_back([(3, -10)], 0) == []


def test_a_lot_lapses_at_its_very_moment_and_not_before():
    lots = [lot(1, 10), lot(2, 7, 0), lot(3, 5, 1), lot(4, 1, -1)]
    assert lapsed(lots, NOON) == [(2, -7), (4, -1)]


def test_a_grant_pays_the_debt_first():
    assert [grow(-30, 20), grow(-30, 50), grow(0, 5), grow(10, -15), grow(10, -4)] == [0, 20, 5, -10, -4]


LOTS = st.lists(st.tuples(st.integers(1, 50), st.none() | st.integers(0, 9)), max_size=6).map(
    lambda found: [lot(number, left, days) for number, (left, days) in enumerate(found)]
)


@given(LOTS, st.integers(0, 300))
def test_taking_and_giving_back_leaves_every_lot_as_it_was(lots: list[Lot], amount: int):
    taken = take(lots, amount)
    assert -sum(points for _, points in taken) == min(amount, sum(each.left for each in lots))
    back = give_back(taken, amount)
    assert sorted((number, -points) for number, points in back) == sorted(taken)


@given(LOTS, st.integers(0, 300), st.integers(0, 7))
def test_taking_back_takes_as_much_as_there_is_and_from_no_lot_more_than_it_has(
    lots: list[Lot], amount: int, number: int
):
    moves = take_back(lots, {number}, amount)
    left = {each.id: each.left for each in lots}
    assert -sum(points for _, points in moves) == min(amount, sum(left.values()))
    assert all(0 < -points <= left[lot_id] for lot_id, points in moves)
    assert len(moves) == len({lot_id for lot_id, _ in moves})
