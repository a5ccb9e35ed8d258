"""Undoing entries: what is left of them, and what it moves; lots and decisions alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.loyalty.purse import DAY, NOON, Purse
from wallet_service.amounts import Points
from wallet_service.loyalty.ledger.entry import Kind
from wallet_service.loyalty.ledger.undoing import REVERSIBLE, AlreadyReversed, HoldOpen, NotReversible, undo


def test_points_spent_come_back_to_their_lots_in_as_many_parts_as_one_likes():
    purse = Purse()
    first, second = purse.grant(30, days=9), purse.grant(50)
    spent = purse.spend(60)
    assert purse.lots() == {second.id: 20}

    assert list(purse.reverse(spent, 20).moves) == [(second.id, 20)]
    assert list(purse.reverse(spent, 25).moves) == [(second.id, 10), (first.id, 15)]
    assert purse.look(spent).left == 15
    assert list(purse.reverse(spent).moves) == [(first.id, 15)]
    assert purse.lots() == {first.id: 30, second.id: 50}


def test_points_that_come_back_to_an_expired_lot_expire_at_once():
    purse = Purse()
    purse.grant(30, days=1)
    kept = purse.grant(50)
    spent = purse.spend(60)
    purse.now += DAY

    assert purse.reverse(spent).balance == 80
    assert purse.account.entries[-1].kind is Kind.EXPIRED
    assert purse.lots() == {kept.id: 50}


def test_points_that_had_become_a_debt_and_were_paid_come_back_as_a_lot_of_their_own():
    purse = Purse()
    first = purse.grant(10)
    spent = purse.spend(30)
    second = purse.grant(50)

    back = purse.reverse(spent)

    assert purse.lots() == {first.id: 10, second.id: 30, back.id: 20}


def test_a_grant_is_taken_back_from_its_own_lot_then_from_the_others_then_it_is_owed():
    purse = Purse()
    soon, mine, late = purse.grant(10, days=1), purse.grant(100), purse.grant(20)
    purse.spend(80)
    assert purse.lots() == {mine.id: 30, late.id: 20}

    assert list(purse.reverse(mine, 30).moves) == [(mine.id, -30)]
    assert list(purse.reverse(mine).moves) == [(late.id, -20)]
    assert purse.account.balance == -50
    paying = purse.grant(60)
    assert list(purse.reverse(soon).moves) == [(paying.id, -10)]


def test_what_has_expired_unused_is_not_taken_a_second_time():
    purse = Purse()
    old, new = purse.grant(100, days=1), purse.grant(50)
    purse.spend(30)
    purse.now += DAY

    assert purse.look(old).left == 30
    assert list(purse.reverse(old).moves) == [(new.id, -30)]
    with pytest.raises(AlreadyReversed) as refusal:
        purse.reverse(old)
    assert refusal.value.extra["left"] == 0


def test_a_promise_is_called_off_while_it_is_one_and_taken_back_when_it_has_been_kept():
    purse = Purse()
    promised = purse.promise(100)

    assert (purse.reverse(promised, 30).amount, purse.pending) == (0, {promised.id: 70})
    purse.keep(promised)
    assert purse.look(promised).left == 70
    assert purse.reverse(promised, 20).balance == 50
    with pytest.raises(AlreadyReversed, match="50 points are left"):
        purse.reverse(promised, 51)
    assert purse.reverse(promised).balance == 0


@pytest.mark.parametrize("kind", sorted(set(Kind) - REVERSIBLE))
def test_only_what_was_done_by_somebody_can_be_undone(kind: Kind):
    purse = Purse()
    entry = replace(purse.grant(10), kind=kind)
    with pytest.raises(NotReversible):
        purse.reverse(entry)


def test_an_entry_that_moved_nothing_has_nothing_to_undo():
    purse = Purse()
    with pytest.raises(NotReversible):
        purse.reverse(purse.spend(0))


DEEDS = st.lists(st.tuples(st.integers(-40, 40).filter(bool), st.none() | st.integers(1, 5)), max_size=8)


def live(purse: Purse, deeds: list[tuple[int, int | None]]) -> None:
    """Points come and go; those that are negative are spent."""
    for amount, days in deeds:
        purse.grant(amount, days) if amount > 0 else purse.spend(-amount)


@given(DEEDS, st.integers(-200, 200).filter(bool), st.lists(st.integers(1, 60), max_size=5))
def test_an_entry_undone_at_once_in_whatever_parts_leaves_all_as_it_was(
    deeds: list[tuple[int, int | None]], amount: int, parts: list[int]
):
    purse = Purse()
    live(purse, deeds)
    before = purse.account.balance, purse.lots()
    entry = purse.grant(amount) if amount > 0 else purse.spend(-amount)

    for part in parts:
        if part < purse.look(entry).left:
            purse.reverse(entry, part)
    purse.reverse(entry)

    assert (purse.account.balance, purse.lots()) == before


def keep_one(purse: Purse, _amount: int, which: int) -> None:
    """Let one of the promises count."""
    if waiting := [each for each in purse.undoable() if each.id in purse.pending]:
        purse.keep(waiting[which % len(waiting)])


def reverse_one(purse: Purse, amount: int, which: int) -> None:
    """Undo some of one of the entries, if so much is left of it."""
    if done := purse.undoable():
        entry = done[which % len(done)]
        if purse.look(entry).left >= amount:
            purse.reverse(entry, amount)


def sleep(purse: Purse, _amount: int, days: int) -> None:
    """Days go by."""
    purse.now += days * DAY


DOINGS: Sequence[Callable[[Purse, int, int], object]] = (
    lambda purse, amount, days: purse.grant(amount, days or None),
    lambda purse, amount, _: purse.promise(amount),
    lambda purse, amount, _: purse.spend(amount),
    keep_one,
    reverse_one,
    sleep,
)
STEPS = st.tuples(st.integers(0, len(DOINGS) - 1), st.integers(1, 60), st.integers(0, 30))


@given(st.lists(STEPS, max_size=25))
def test_whatever_is_done_nothing_is_undone_twice_and_lots_stay_the_balance(story: list[tuple[int, int, int]]):
    purse = Purse()
    for doing, amount, number in story:
        DOINGS[doing](purse, amount, number)
        assert all(purse.undone(entry) <= purse.moved(entry) for entry in purse.undoable())
        granted = {each.id: each.amount for each in purse.account.new}
        assert all(0 <= left <= granted[number] for number, left in purse.lots().items())
        assert sum(purse.lots().values()) == max(purse.account.balance, 0)


def test_what_a_hold_took_is_undone_as_far_as_it_was_captured():
    purse = Purse()
    lot = purse.grant(100).id
    taken = purse._ready().spend(Points(60), NOON, kind=Kind.HELD)
    with pytest.raises(HoldOpen):
        replace(purse.look(taken), is_held=True).points(None)
    purse._ready().give_back(Kind.RELEASED, Points(20), taken, NOON)

    assert purse.look(taken).left == 40
    back = purse.reverse(taken, 30)

    assert list(back.moves) == [(lot, 30)]
    assert purse.look(taken).left == 10


def test_points_are_taken_back_from_what_became_of_their_lot_first():
    purse = Purse()
    granted, other, became = purse.grant(50), purse.grant(20, days=1), purse.grant(30, days=2)
    done = undo(purse._ready(), replace(purse.look(granted), own={granted.id, became.id}), Points(70), NOON, None, None)
    assert list(done.moves) == [(became.id, -30), (granted.id, -40)]
    assert other.id not in dict(done.moves)
