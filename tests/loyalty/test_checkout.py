"""How far points may pay a check, and why not further."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.amounts import MOST, Points
from wallet_service.loyalty.rules.happening import Line
from wallet_service.loyalty.rules.mechanic import Goods
from wallet_service.loyalty.rules.rulebook import Spending
from wallet_service.loyalty.sales.checkout import (
    Allowance,
    Bound,
    LinesInvalid,
    SpendOverCap,
    most_points,
    require_payable,
    total_of,
)

BURGERS = Line("burger", "burgers", 2, 450)
COLA = Line("cola", "drinks", 1, 340, 40)
CIGARETTES = Line("cig", "tobacco", 1, 800)
TOBACCO = Goods(categories=frozenset({"tobacco"}))

LINES = st.lists(
    st.builds(
        Line,
        st.just("s"),
        st.sampled_from(["food", "tobacco"]),
        st.integers(1, 9),
        st.integers(0, 999),
        st.just(0),
        st.just(""),
    ),
    min_size=1,
)
SPENDINGS = st.builds(
    Spending,
    worth=st.integers(1, 50),
    most_share=st.integers(0, 10_000),
    excluded=st.sampled_from([None, TOBACCO]),
    least_pay=st.integers(0, 2000),
)


@pytest.mark.parametrize(
    ("lines", "spending", "available", "points", "bound"),
    [
        ([BURGERS, COLA], Spending(), 5000, 1200, Bound.TOTAL),
        ([BURGERS, COLA], Spending(), 700, 700, Bound.BALANCE),
        ([BURGERS, COLA], Spending(), -5, 0, Bound.BALANCE),
        ([BURGERS, CIGARETTES], Spending(excluded=TOBACCO), 5000, 900, Bound.EXCLUDED),
        ([BURGERS, CIGARETTES], Spending(excluded=TOBACCO, most_share=3333), 5000, 299, Bound.SHARE),
        ([BURGERS, COLA], Spending(least_pay=500), 5000, 700, Bound.LEAST_PAY),
        ([BURGERS, COLA], Spending(least_pay=1300), 5000, 0, Bound.LEAST_PAY),
        ([BURGERS, COLA], Spending(worth=7), 5000, 171, Bound.TOTAL),
        ([CIGARETTES], Spending(excluded=TOBACCO), 5000, 0, Bound.EXCLUDED),
    ],
)
def test_points_pay_up_to_the_first_bound(
    lines: list[Line], spending: Spending, available: int, points: int, bound: Bound
) -> None:
    assert most_points(lines, spending, available) == Allowance(Points(points), bound)


@given(LINES, SPENDINGS, st.integers(-100, 20_000))
def test_the_most_points_fit_every_bound_and_one_more_would_not(
    lines: list[Line], spending: Spending, available: int
) -> None:
    most = most_points(lines, spending, available)
    eligible = [line for line in lines if not (spending.excluded and spending.excluded.has(line))]

    def fits(points: int) -> bool:
        money, price = points * spending.worth, sum(line.total for line in eligible)
        left = sum(line.total for line in lines) - money
        capped = money * 10_000 <= price * spending.most_share and money <= price
        return points == 0 or (capped and left >= spending.least_pay and points <= available)

    assert most.points >= 0
    assert fits(most.points)
    assert not fits(most.points + 1)


def test_whoever_wishes_to_pay_with_more_is_told_how_many_and_why() -> None:
    require_payable([BURGERS], Spending(most_share=5000), 450)
    with pytest.raises(SpendOverCap) as refusal:
        require_payable([BURGERS], Spending(most_share=5000), 451)
    assert refusal.value.extra == {"most": 450, "bound": Bound.SHARE}


def test_a_receipt_is_the_sum_of_its_lines() -> None:
    assert total_of([BURGERS, COLA]) == 1200
    assert total_of([Line("gift", "", 1, 0)]) == 0


@pytest.mark.parametrize(
    "lines",
    [
        [BURGERS, Line("cola", "drinks", 1, 340, 341)],
        [Line("gold", "", 2, MOST)],
        [Line("gold", "", 1, MOST), Line("cola", "", 1, 1)],
        [Line("gold", "", 2, MOST, MOST)],
    ],
    ids=["discount", "line", "receipt", "price"],
)
def test_lines_that_make_no_receipt_are_refused(lines: list[Line]) -> None:
    with pytest.raises(LinesInvalid):
        total_of(lines)
