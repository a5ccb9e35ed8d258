"""What comes back of a purchase: in whatever pieces, in the end exactly all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.loyalty.rules.happening import Line
from wallet_service.loyalty.rules.refunding import AlreadyReturned, Back, Bill, RefundInvalid, back, returned

BILL = Bill([Line("burger", "burgers", 2, 450), Line("cola", "drinks", 1, 340, 40)], 900, 300, (45, 100))
NONE = (0, 0)


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    """A bill, paid with some points worth 1 to 20 minor units each."""
    prices = st.tuples(st.integers(1, 5), st.integers(0, 200))
    lines = [Line("s", "c", quantity, price) for quantity, price in draw(st.lists(prices, min_size=1, max_size=5))]
    lines = [line._replace(discount=draw(st.integers(0, line.total))) for line in lines]
    worth, total = draw(st.integers(1, 20)), sum(line.total for line in lines)
    spent = draw(st.integers(0, total // worth))
    return Bill(lines, total - spent * worth, spent, tuple(draw(st.lists(st.integers(1, 500), max_size=4))))


@given(bills(), st.data())
def test_however_a_purchase_is_returned_exactly_all_of_it_comes_back(bill: Bill, data: st.DataObject) -> None:
    before, came = tuple(0 for _ in bill.lines), []
    while before != bill.pieces:
        left = [
            (n, whole - some)
            for n, (whole, some) in enumerate(zip(bill.pieces, before, strict=True), 1)
            if whole > some
        ]
        line, most = data.draw(st.sampled_from(left))
        after = returned(bill, before, [(line, data.draw(st.integers(1, most)))])
        came.append(back(bill, after) - back(bill, before))
        before = after

    assert sum(each.total for each in came) == bill.total
    assert sum(each.paid for each in came) == bill.paid
    assert sum(each.spent for each in came) == bill.spent
    assert tuple(map(sum, zip(*(each.gave for each in came), strict=True))) == bill.gave
    for each in came:
        assert min(each.total, each.paid, each.spent, *each.gave) >= 0
        assert each.paid <= each.total or bill.total == 0


def test_a_part_comes_back_in_the_share_of_its_price() -> None:
    assert back(BILL, (1, 0)) == Back(450, 337, 112, (16, 37))
    assert back(BILL, (2, 1)) - back(BILL, (1, 0)) == Back(750, 563, 188, (29, 63))


def test_what_costs_nothing_is_shared_by_pieces() -> None:
    bill = Bill([Line("sample", "", 2, 0), Line("gift", "", 2, 50, 100)], 0, 0, (100,))
    assert back(bill, (1, 0)) == Back(0, 0, 0, (25,))
    assert back(bill, (2, 2)) == Back(0, 0, 0, (100,))


def test_without_lines_all_that_is_left_comes_back() -> None:
    assert returned(BILL, NONE, None) == (2, 1)
    assert returned(BILL, (2, 0), None) == (2, 1)
    with pytest.raises(AlreadyReturned):
        returned(BILL, (2, 1), None)


@pytest.mark.parametrize("asked", [[(0, 1)], [(3, 1)], [(-1, 1)], [(1, 0)], [(1, -1)], [(1, 1), (1, 1)]])
def test_what_is_no_line_of_the_purchase_does_not_come_back(asked: list[tuple[int, int]]) -> None:
    with pytest.raises(RefundInvalid):
        returned(BILL, NONE, asked)


def test_no_piece_comes_back_twice() -> None:
    assert returned(BILL, (1, 0), [(1, 1)]) == (2, 0)
    with pytest.raises(AlreadyReturned) as refusal:
        returned(BILL, (1, 0), [(1, 2)])
    assert refusal.value.extra == {"line": 1, "left": 1}
