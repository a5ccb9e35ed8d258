"""Proving a member's points: books that are whole, and every way to spoil them, found where it was done."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from tests.conftest import plain
from tests.loyalty.shop import Shop
from wallet_service.amounts import Points
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.entry import Kind
from wallet_service.loyalty.ledger.lots import Lot
from wallet_service.loyalty.ledger.proof import KeptLot, Proof
from wallet_service.loyalty.ledger.proving import LedgerTooLong, prove_member, prove_members
from wallet_service.loyalty.people.members import Member
from wallet_service.loyalty.references import MemberRef

AMOUNTS = (100, -30, 50, -90, 20)
"""What Anna gets and gives: lots of 100, 50 and 20, of which 0, 30 and 20 are left."""

FOR_EVER = "ALTER TABLE ledger_entry {} TRIGGER ledger_entry_for_ever"

SPOILED = {
    "an amount is changed": ("UPDATE ledger_entry SET amount = 60 WHERE id = $3", 3, "make 130"),
    "an amount and all balances are changed": (
        "UPDATE ledger_entry SET amount = amount + 10 * (id = $3)::int, balance_after = balance_after + 10 WHERE id >= $3",
        3,
        "but its lot is of 50",
    ),
    "a reason is changed": ("UPDATE ledger_entry SET reason = 'Gift' WHERE id = $2", 2, "digest"),
    "a moment is changed": (
        "UPDATE ledger_entry SET created_at = created_at + interval '1 microsecond' WHERE id = $4",
        4,
        "digest",
    ),
    "an entry in the middle is gone": ("DELETE FROM ledger_entry WHERE id = $2", 3, "but 100 before it and 50"),
    "the first entry is gone": ("DELETE FROM ledger_entry WHERE id = $1", 2, "but 0 before it and -30"),
    "the newest entry is gone": ("DELETE FROM ledger_entry WHERE id = $5", 4, "entries after it are missing"),
    "the newest entry is gone, and its traces": (
        """WITH lot AS (DELETE FROM bonus_lot WHERE id = $5), entry AS (DELETE FROM ledger_entry WHERE id = $5)
           UPDATE member SET balance = 30""",
        4,
        "entries after it are missing",
    ),
    "two entries are swapped": (
        """UPDATE ledger_entry AS e SET amount = o.amount, kind = o.kind, lots = o.lots, digest = o.digest,
               balance_after = o.balance_after
           FROM ledger_entry AS o WHERE e.id IN ($2, $4) AND o.id IN ($2, $4) AND e.id <> o.id""",
        2,
        "but 100 before it and -90",
    ),
    "an entry is slipped in": (
        """INSERT INTO ledger_entry (id, brand_id, member_id, amount, balance_after, lots, digest, created_at)
           SELECT nextval('ledger_entry_id'), brand_id, member_id, 0, balance_after, '[]', digest, created_at
           FROM ledger_entry WHERE id = $5""",
        6,
        "digest",
    ),
    "an entry without a digest is slipped in": (
        """INSERT INTO ledger_entry (id, brand_id, member_id, amount, balance_after, created_at)
           SELECT nextval('ledger_entry_id'), brand_id, member_id, 0, balance_after, created_at
           FROM ledger_entry WHERE id = $5""",
        6,
        "it is not sealed",
    ),
    "the moves are changed": ("""UPDATE ledger_entry SET lots = '[[1, -3]]' WHERE id = $2""", 2, "its lots do not"),
    "points are taken from a lot that never was": (
        """UPDATE ledger_entry SET lots = '[[99999, -30]]' WHERE id = $2""",
        2,
        "lot 99999, which nobody opened",
    ),
    "more is taken from a lot than it had": (
        """UPDATE ledger_entry SET lots = '[[$3, -90]]' WHERE id = $4""",
        4,
        "of which 50 were left",
    ),
    "the balance is changed": ("UPDATE member SET balance = 51", 5, "a balance of 51 is kept, but it leaves 50"),
    "more is left of a lot": ("UPDATE bonus_lot SET remaining = 31 WHERE id = $3", 3, "has 31 left, but its entries"),
    "a lot is reopened": (
        "UPDATE bonus_lot SET remaining = 1, state = 'open' WHERE id = $1",
        1,
        "has 1 left, but its entries leave 0",
    ),
    "a closed lot has something": ("UPDATE bonus_lot SET remaining = 1 WHERE id = $1", 1, "is closed, but has 1 left"),
    "a lot was larger": ("UPDATE bonus_lot SET amount = 200 WHERE id = $1", 1, "grants 100, but its lot is of 200"),
    "a lot never expires": ("UPDATE bonus_lot SET expires_at = now() WHERE id = $3", 3, "digest"),
    "a lot came from elsewhere": ("UPDATE bonus_lot SET origin = 'purchase' WHERE id = $5", 5, "digest"),
    "a lot is gone": ("DELETE FROM bonus_lot WHERE id = $1", 1, "the lot that it opened is missing"),
    "a lot is slipped in": (
        """INSERT INTO bonus_lot (id, brand_id, member_id, amount, remaining, state, origin, created_at)
           SELECT nextval('ledger_entry_id'), brand_id, member_id, 9, 9, 'open', 'manual', created_at
           FROM bonus_lot WHERE id = $1""",
        6,
        "has 9 left, but its entries leave 0",
    ),
    "an opening is slipped in": (
        """INSERT INTO bonus_lot (id, brand_id, member_id, amount, remaining, state, origin, created_at)
           SELECT nextval('ledger_entry_id'), brand_id, member_id, 9, 9, 'open', 'opening', created_at
           FROM bonus_lot WHERE id = $1""",
        1,
        "the balance before it was 0, but its lots had 9",
    ),
}
"""What is done to Anna's books -> the statement, by the numbers of her entries; which of them is named, and why."""


async def prove(shop: Shop, member: Member) -> Proof:
    """The member's proof."""
    return await prove_member(shop.database, shop.brand.id, MemberRef("id", member.id))


async def spoil(shop: Shop, statement: str) -> None:
    """Do what only the owner of the database can."""
    connection = await asyncpg.connect(plain(shop.service.settings.database_url or ""))
    await connection.execute(FOR_EVER.format("DISABLE"))
    await connection.execute(statement)
    await connection.execute(FOR_EVER.format("ENABLE"))
    await connection.close()


@pytest.fixture
async def anna(shop: Shop) -> Member:
    """Anna, with five entries."""
    anna = await shop.enrol()
    for amount in AMOUNTS:
        await shop.give(anna, amount)
    return anna


async def test_whole_books_are_proven(shop: Shop, anna: Member):
    entries = await shop.entries(anna)
    proof = await prove(shop, anna)
    assert (proof.broken, proof.balance, proof.entries, proof.lots_left) == (None, 50, 5, 50)
    assert (proof.from_entry, proof.digest) == (entries[-1].id, entries[0].digest)


async def test_a_member_without_entries_is_proven(shop: Shop):
    proof = await prove(shop, await shop.enrol())
    assert (proof.broken, proof.balance, proof.entries, proof.digest, proof.from_entry) == (None, 0, 0, b"", None)


@pytest.mark.parametrize("done", SPOILED)
async def test_spoiled_books_are_found_where_they_were_spoiled(shop: Shop, anna: Member, done: str):
    statement, where, why = SPOILED[done]
    numbers = sorted(entry.id for entry in await shop.entries(anna))
    for place, number in enumerate(numbers, start=1):
        statement = statement.replace(f"${place}", str(number))
    await spoil(shop, statement)
    broken = (await prove(shop, anna)).broken
    assert broken is not None
    assert (broken.at, why in broken.why) == ([*numbers, numbers[-1] + 1][where - 1], True), broken


async def test_a_lot_of_another_member_is_found(shop: Shop, anna: Member):
    boris = await shop.enrol()
    first = (await shop.entries(anna))[-1].id
    await spoil(shop, f"UPDATE bonus_lot SET member_id = '{boris.id}' WHERE amount = 100")  # noqa: S608 - our own id
    broken = (await prove(shop, anna)).broken
    assert broken is not None
    assert (broken.at, broken.why) == (first, "the lot that it opened is another member's")


async def test_an_opening_without_entries_is_found(shop: Shop):
    anna = await shop.enrol()
    await spoil(
        shop,
        """INSERT INTO bonus_lot (id, brand_id, member_id, amount, remaining, state, origin, created_at)
           SELECT nextval('ledger_entry_id'), brand_id, id, 9, 9, 'open', 'opening', created_at FROM member""",
    )
    broken = (await prove(shop, anna)).broken
    assert broken is not None
    assert (broken.at, broken.why) == (None, "it leaves 0, but its lots had 9")


async def test_only_the_member_whose_books_are_spoiled_is_named(shop: Shop, anna: Member):
    boris = await shop.enrol()
    await shop.give(boris, 7)
    await spoil(shop, "UPDATE member SET balance = 8 WHERE balance = 7")
    proofs = [proof async for some in prove_members(shop.database, shop.brand.id) for proof in some]
    assert {proof.member_id: proof.broken is None for proof in proofs} == {anna.id: True, boris.id: False}


async def test_a_balance_from_before_there_were_lots_is_the_first_of_them(shop: Shop):
    anna = await shop.enrol()
    await shop.give(anna, 40)
    await spoil(shop, "UPDATE ledger_entry SET digest = NULL, lots = '[]'")
    await spoil(shop, "UPDATE member SET digest = NULL")
    await spoil(shop, "UPDATE bonus_lot SET id = nextval('ledger_entry_id'), origin = 'opening'")
    assert (await prove(shop, anna)).broken is None
    await shop.give(anna, -15)
    proof = await prove(shop, anna)
    assert (proof.broken, proof.lots_left, proof.entries) == (None, 25, 2)
    assert proof.from_entry == (await shop.entries(anna))[0].id


async def test_a_ledger_that_takes_too_long_is_refused(shop: Shop, anna: Member):
    ref = MemberRef("id", anna.id)
    with pytest.raises(LedgerTooLong, match="more than 4"):
        await prove_member(shop.database, shop.brand.id, ref, longest=4)
    assert (await prove_member(shop.database, shop.brand.id, ref, longest=5)).entries == 5
    assert (await prove_member(shop.database, shop.brand.id, ref, longest=None)).entries == 5


NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SOON = NOON + timedelta(days=14)


def promised() -> tuple[Account, KeptLot]:
    """Anna is promised 50 points; 20 of them are called off, and the others count."""
    anna = Account("brand_1", "mem_1", Points(0), may_go_negative=False, numbers=[1, 2, 3])
    anna.grant(Points(50), NOON, activates_at=SOON)
    anna.enter(Kind.REVERSED, 0, [], NOON, undoes=1, called_off=[(1, -20)])
    anna.activate(Lot(1, Points(30)), SOON)
    return anna, KeptLot(1, "mem_1", 50, 30, "open", SOON, None, "manual")


@pytest.mark.parametrize(("entries", "state", "left"), [(1, "pending", 50), (2, "pending", 30), (3, "open", 30)])
def test_a_promise_is_followed_until_it_is_kept(entries: int, state: str, left: int):
    anna, lot = promised()
    lot, proof = replace(lot, state=state, left=left), Proof("mem_1")
    for entry in anna.entries[:entries]:
        proof.follow(entry, lot if entry.id == lot.id else None)
    proof.close(30 if state == "open" else 0, anna.entries[entries - 1].digest, [lot])
    assert (proof.broken, proof.promised | proof.lots) == (None, {1: left})


def test_a_promise_that_brings_more_than_was_left_of_it_is_found():
    anna, lot = promised()
    proof = Proof("mem_1")
    granted, _, kept = anna.entries
    proof.follow(granted, lot)
    proof.follow(kept, None)
    proof.follow(kept, None)
    assert proof.broken is not None
    assert (proof.broken.at, proof.broken.why, proof.entries) == (3, "it brings 30, which was not promised", 1)
    proof.close(0, b"", [])
    assert proof.broken.at == 3


def test_a_promise_that_grew_is_found():
    anna, lot = promised()
    proof = Proof("mem_1")
    proof.follow(anna.entries[0], replace(lot, state="pending"))
    proof.close(0, anna.entries[0].digest, [replace(lot, state="pending", left=60)])
    assert proof.broken is not None
    assert (proof.broken.at, proof.broken.why) == (1, "lot 1 has 60 left, but its entries leave 50")
