"""The books beside the model of lots: every entry and every lot, and all of it is proven."""

from collections.abc import Sequence

from sqlalchemy import text

from tests.loyalty.lot_days import LotShop
from tests.loyalty.lots_model import NEVER, Purse
from wallet_service.loyalty.ledger import proof_sql
from wallet_service.loyalty.ledger.proving import _prove
from wallet_service.loyalty.people.members import Member

ENTRIES = text("""
SELECT member_id, kind, amount, balance_after FROM ledger_entry WHERE member_id = ANY(CAST(:members AS text[])) ORDER BY id
""")
LOTS = text("""
SELECT member_id, remaining, activates_at, expires_at, state FROM bonus_lot
WHERE member_id = ANY(CAST(:members AS text[])) AND state <> 'closed'
""")


async def compare(shop: LotShop, members: Sequence[Member], purses: Sequence[Purse]) -> None:
    """Every entry and every lot is the model's, and all of it is proven."""
    ids = [member.id for member in members]
    async with shop.database.read() as tx:
        entries = await tx.all(ENTRIES, {"members": ids})
        lots = await tx.all(LOTS, {"members": ids})
    for who, purse in zip(ids, purses, strict=True):
        found = [(row.kind, row.amount, row.balance_after) for row in entries if row.member_id == who]
        assert found == [(deed.kind, deed.amount, deed.balance) for deed in purse.deeds]
        left = [
            (row.remaining, row.expires_at or NEVER, row.activates_at if row.state == "pending" else None)
            for row in lots
            if row.member_id == who
        ]
        assert sorted(left, key=str) == sorted(
            [(lot.left, lot.ends, lot.begins) for lot in purse.lots if lot.left], key=str
        )
    async with shop.database.read() as tx:
        for who in ids:  # by the id alone: a reference to somebody who was merged leads elsewhere
            (proof,) = await _prove(tx, shop.brand.id, await tx.all(proof_sql.MEMBER, {"member": who}))
            assert proof.broken is None, proof.broken
