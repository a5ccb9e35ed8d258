"""An account on its way through a transaction: balance and lots never part, and every entry is sealed."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from wallet_service.amounts import Points
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.entry import Kind, LedgerBroken
from wallet_service.loyalty.ledger.lots import Lot

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=30)


def account(balance: int = 0, *lots: Lot, numbers: int = 5, digest: bytes = b"") -> Account:
    """An account whose next entries are 11, 12 and so on."""
    opened = Account("brand_1", "mem_1", Points(balance), may_go_negative=True, digest=digest)
    for number in range(10 + numbers, 10, -1):
        opened.add_number(number)
    opened.read(lots)
    return opened


def lot(number: int, left: int, expires_at: datetime | None = None) -> Lot:
    return Lot(number, Points(left), expires_at)


def test_a_grant_opens_a_lot_with_the_number_of_its_entry():
    anna = account()
    entry = anna.grant(Points(300), NOON, expires_at=LATER, reason="Welcome")
    assert (entry.id, entry.kind, entry.amount, entry.balance, list(entry.moves)) == (
        11,
        Kind.POSTED,
        300,
        300,
        [(11, 300)],
    )
    assert anna.lots == {11: lot(11, 300, LATER)}
    assert [(new.id, new.amount, new.expires_at, new.origin) for new in anna.new] == [(11, 300, LATER, "manual")]
    assert anna.changed_lots() == []


def test_a_promise_moves_nothing_yet():
    anna = account()
    entry = anna.grant(Points(300), NOON, activates_at=LATER)
    assert (entry.kind, entry.amount, entry.balance, entry.moves) == (Kind.PROMISED, 0, 0, [])
    assert (anna.lots, anna.new[0].activates_at) == ({}, LATER)


def test_spending_takes_from_lots_and_what_they_lack_is_owed():
    anna = account(30, lot(1, 10), lot(2, 20, LATER))
    assert list(anna.spend(Points(25), NOON).moves) == [(2, -20), (1, -5)]
    assert list(anna.spend(Points(8), NOON).moves) == [(1, -5)]
    assert anna.balance == -3
    assert anna.changed_lots() == [{"id": 1, "remaining": 0}, {"id": 2, "remaining": 0}]
    assert list(anna.grant(Points(5), NOON).moves) == [(13, 2)]


def test_what_has_expired_is_let_go_once():
    anna = account(30, lot(1, 10), lot(2, 20, NOON))
    anna.lapse(NOON)
    anna.lapse(NOON)
    assert [(entry.kind, entry.amount, entry.balance) for entry in anna.entries] == [(Kind.EXPIRED, -20, 10)]


def test_what_was_taken_comes_back_to_its_lots_and_lapses_if_they_have_expired():
    anna = account(30, lot(1, 10), lot(2, 20, LATER))
    taken = anna.spend(Points(25), NOON, kind=Kind.HELD)
    back = anna.give_back(Kind.RELEASED, Points(25), taken, LATER, reason="Given up")
    assert (back.kind, back.undoes, back.reason, list(back.moves)) == (Kind.RELEASED, 11, "Given up", [(1, 5), (2, 20)])
    assert [(entry.kind, entry.amount) for entry in anna.entries[2:]] == [(Kind.EXPIRED, -20)]
    assert anna.balance == 10


def test_points_that_come_back_pay_what_is_owed_first():
    anna = account(10, lot(1, 10))
    taken = anna.spend(Points(10), NOON)
    anna.spend(Points(4), NOON)
    assert list(anna.give_back(Kind.REVERSED, Points(10), taken, NOON).moves) == [(1, 6)]
    assert anna.balance == 6


def test_a_grant_is_taken_back_even_if_it_is_spent():
    anna = account(5, lot(1, 5))
    granted = anna.grant(Points(20), NOON, expires_at=LATER)
    anna.spend(Points(12), NOON)
    undone = anna.take_back(Kind.REVERSED, Points(20), granted, NOON)
    assert (list(undone.moves), undone.balance, undone.undoes) == ([(11, -8), (1, -5)], -7, 11)


def test_a_lot_of_which_nothing_is_left_may_be_known_too():
    anna = account(0)
    anna.know([lot(7, 0, LATER)])
    assert anna.lots[7].left == 0


def test_entries_are_a_chain():
    anna = account(digest=b"before")
    one = anna.grant(Points(5), NOON)
    two = anna.spend(Points(2), NOON)
    micros = int(NOON.timestamp() * 1_000_000)
    said = f"12 mem_1 posted -2 3 {micros} [[11, -2]]"
    assert two.digest == sha256(one.digest + said.encode()).digest() == anna.digest
    assert account(digest=b"another").grant(Points(5), NOON).digest != one.digest


def test_lots_that_are_not_the_balance_are_refused():
    with pytest.raises(LedgerBroken, match="are not its balance of 30"):
        account(30, lot(1, 29))
    assert account(-5).lots == {}


def test_moves_that_are_not_the_amount_are_refused_and_nothing_is_entered():
    anna = account(10, lot(1, 10))
    with pytest.raises(LedgerBroken, match="do not make -3"):
        anna.enter(Kind.POSTED, -3, [(1, -2)], NOON)
    assert (anna.balance, anna.entries) == (10, [])


def test_no_lot_gives_more_than_it_has():
    anna = account(20, lot(1, 10), lot(2, 10))
    with pytest.raises(LedgerBroken, match="lot 1 of mem_1 has 10"):
        anna.enter(Kind.POSTED, -12, [(1, -12)], NOON)
