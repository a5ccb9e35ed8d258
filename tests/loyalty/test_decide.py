"""How many points a posting moves: the decision alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.amounts import MOST, Points
from wallet_service.errors import Invalid
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.balances import BalanceOutOfRange, InsufficientPoints, Posting, decide
from wallet_service.loyalty.references import MemberRef

ANNA = MemberRef("external", "BH-1")
BALANCES = st.integers(-MOST, MOST)
WISHES = st.integers(-3 * MOST, 3 * MOST)


def account(balance: int, *, may_go_negative: bool = False) -> Account:
    return Account("brand_1", "mem_1", Points(balance), may_go_negative)


def move(amount: int) -> Posting:
    return Posting("brand_1", ANNA, amount=Points(amount))


def set_to(target: int) -> Posting:
    return Posting("brand_1", ANNA, target=Points(target))


@pytest.mark.parametrize(
    ("posting", "balance", "moved"),
    [
        (move(5), 0, 5),
        (move(-5), 5, -5),
        (move(0), 0, 0),
        (set_to(7), 3, 4),
        (set_to(3), 7, -4),
        (set_to(3), 3, 0),
        (move(MOST), 0, MOST),
        (move(1), -3, 1),  # the programme allowed less than nothing once: the way up is always open
        (set_to(-1), -3, 2),
    ],
)
def test_a_posting_moves_what_it_says(posting: Posting, balance: int, moved: int):
    assert decide(posting, account(balance)) == moved


@pytest.mark.parametrize(("posting", "balance"), [(move(-6), 5), (set_to(-1), 0), (move(-1), -3), (set_to(-4), -3)])
def test_nobody_spends_what_they_do_not_have(posting: Posting, balance: int):
    with pytest.raises(InsufficientPoints) as refusal:
        decide(posting, account(balance))
    assert refusal.value.extra["balance"] == balance
    assert decide(posting, account(balance, may_go_negative=True)) < 0


def test_the_refusal_tells_the_balance_and_what_was_wanted():
    with pytest.raises(InsufficientPoints, match="The balance is 5; this would take 6"):
        decide(move(-6), account(5))


@pytest.mark.parametrize("posting", [move(1), set_to(MOST + 1)])
def test_a_balance_stays_in_the_range_we_keep(posting: Posting):
    with pytest.raises(BalanceOutOfRange):
        decide(posting, account(MOST))


def test_the_range_ends_below_as_well():
    with pytest.raises(BalanceOutOfRange):
        decide(move(-1), account(-MOST, may_go_negative=True))


def test_a_posting_without_amount_and_target_is_refused():
    with pytest.raises(Invalid, match="either an amount or a target"):
        decide(Posting("brand_1", ANNA), account(0))


@given(BALANCES, WISHES, st.booleans(), st.booleans())
def test_whatever_is_allowed_leaves_an_allowed_balance(balance: int, wish: int, sets: bool, may_go_negative: bool):
    posting = set_to(wish) if sets else move(wish)
    try:
        moved = decide(posting, account(balance, may_go_negative=may_go_negative))
    except (InsufficientPoints, BalanceOutOfRange):
        return
    after = balance + moved
    assert after == (wish if sets else balance + wish)
    assert abs(after) <= MOST
    assert may_go_negative or after >= min(balance, 0)


@given(BALANCES, st.integers(0, MOST))
def test_giving_is_refused_only_for_the_range(balance: int, amount: int):
    if balance + amount <= MOST:
        assert decide(move(amount), account(balance)) == amount
