"""Whether a code is good, and what it brings: tables, and what holds of every check."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loyalty.offer_stand import BONUS, CAKE, COFFEE, FLYER, FREE_COFFEE, LUNCH, SUMMER
from wallet_service.loyalty.rules.happening import Line
from wallet_service.loyalty.rules.offer import AmountOff, Check, Granted, PercentOff, Reason, Shown
from wallet_service.loyalty.rules.offer_judging import after, judge, share_out
from wallet_service.loyalty.rules.offer_terms import offer_of

TODAY = date(2026, 11, 2)
ANNA = Shown(member=True)

LINES = st.lists(
    st.builds(
        lambda category, quantity, price, off: Line("x", category, quantity, price, min(off, quantity * price)),
        st.sampled_from(["coffee", "cakes"]),
        st.integers(1, 9),
        st.integers(0, 9_999),
        st.integers(0, 999),
    ),
    max_size=6,
)


@pytest.mark.parametrize(
    ("document", "check", "shown", "outcome"),
    [
        (SUMMER, LUNCH, Shown(), Granted(120, [70, 50])),
        (SUMMER | {"benefit": {"percent": 10, "most": 100}}, LUNCH, Shown(), Granted(100, [58, 42])),
        (SUMMER | {"benefit": {"amount": 5000}}, LUNCH, Shown(), Granted(1200, [700, 500])),
        (SUMMER | {"goods": {"categories": ["cakes"]}}, LUNCH, Shown(), Granted(50, [0, 50])),
        (BONUS, LUNCH, ANNA, Granted(points=100)),
        (FREE_COFFEE, Check(), ANNA, Granted(gift="coffee-s")),
        (FREE_COFFEE | {"benefit": {"entitlement": {"en": "Lounge"}}}, Check(), ANNA, Granted(entitlement={"en": "Lounge"})),
        (BONUS, LUNCH, Shown(), Reason.NAMELESS),
        (FREE_COFFEE, LUNCH, Shown(), Reason.NAMELESS),
        (SUMMER | {"limits": {"per_member": 1}}, LUNCH, Shown(), Reason.NAMELESS),
        (FREE_COFFEE, LUNCH, Shown(member=True, foreign=True), Reason.FOREIGN),
        (FLYER, LUNCH, Shown(used=True), Reason.USED),
        (FLYER, LUNCH, Shown(ended=True), Reason.ENDED),
        (SUMMER | {"until": "2026-11-01"}, LUNCH, Shown(), Reason.ENDED),
        (SUMMER | {"until": "2026-11-02"}, LUNCH, Shown(), Granted(120, [70, 50])),
        (FREE_COFFEE | {"until": "2026-11-01"}, LUNCH, ANNA, Granted(gift="coffee-s")),
        (SUMMER | {"since": "2026-11-03"}, LUNCH, Shown(), Reason.EARLY),
        (SUMMER | {"since": "2026-11-02"}, LUNCH, Shown(), Granted(120, [70, 50])),
        (SUMMER | {"limits": {"total": 5}}, LUNCH, Shown(redeemed=5), Reason.SPENT),
        (SUMMER | {"limits": {"total": 5}}, LUNCH, Shown(redeemed=4), Granted(120, [70, 50])),
        (SUMMER | {"limits": {"per_member": 2}}, LUNCH, Shown(member=True, by_member=2), Reason.ENOUGH),
        (SUMMER | {"limits": {"per_member": 2}}, LUNCH, Shown(member=True, by_member=1), Granted(120, [70, 50])),
        (SUMMER | {"places": ["mitte"]}, LUNCH, Shown(), Reason.ELSEWHERE),
        (SUMMER | {"places": ["mitte"]}, Check(LUNCH.lines, "mitte"), Shown(), Granted(120, [70, 50])),
        (SUMMER | {"goods": {"skus": ["tea"]}}, LUNCH, Shown(), Reason.GOODS),
        (SUMMER, Check(), Shown(), Reason.GOODS),
        (SUMMER | {"least": 1201}, LUNCH, Shown(), Reason.SMALL),
        (SUMMER | {"least": 1200}, LUNCH, Shown(), Granted(120, [70, 50])),
        (FREE_COFFEE | {"least": 501, "goods": {"categories": ["cakes"]}}, LUNCH, ANNA, Reason.SMALL),
    ],
)  # fmt: skip
def test_a_code_brings_something_or_the_first_reason_why_not(
    document: Any, check: Check, shown: Shown, outcome: object
) -> None:
    assert judge(offer_of(document), check, shown, TODAY) == outcome


@given(LINES, st.one_of(st.builds(PercentOff, st.integers(1, 10_000)), st.builds(AmountOff, st.integers(1, 99_999))))
def test_no_line_bears_more_than_its_price_and_together_they_bear_the_discount(
    lines: list[Line], benefit: PercentOff | AmountOff
) -> None:
    said = {"percent": benefit.share / 100} if isinstance(benefit, PercentOff) else {"amount": benefit.amount}
    terms = offer_of(SUMMER | {"benefit": said, "goods": {"categories": ["coffee"]}})
    granted = judge(terms, Check(lines), Shown(), TODAY)
    price = sum(line.total for line in lines if line.category == "coffee")
    if not price:
        assert granted is Reason.GOODS
        return
    assert isinstance(granted, Granted)
    assert granted.discount == sum(granted.shares) == benefit.of(price)
    for line, share in zip(lines, granted.shares, strict=True):
        assert 0 <= share <= (line.total if line.category == "coffee" else 0)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**9), max_size=20))
def test_parts_make_the_whole(total: int, prices: list[int]) -> None:
    assert sum(share_out(total, prices)) == (total if sum(prices) else 0)


def test_what_one_code_takes_off_is_not_there_for_the_next() -> None:
    left = after(LUNCH, Granted(120, [70, 50]))
    assert [line.total for line in left.lines] == [630, 450]
    assert after(LUNCH, Granted(gift="coffee-s")) is LUNCH
    assert (COFFEE.total, CAKE.total) == (700, 500)
