"""Proving members' points out of the database, in portions: neither a long ledger nor many members need much memory."""

from collections import defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence

from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.errors import Conflict
from wallet_service.loyalty.ledger import proof_sql as sql
from wallet_service.loyalty.ledger.entry_list import entry_of
from wallet_service.loyalty.ledger.proof import KeptLot, Proof
from wallet_service.loyalty.people.members import Member, find_member
from wallet_service.loyalty.references import MemberRef

LONGEST = 100_000
"""Entries that are proven while somebody waits for the answer: that takes seconds."""

MEMBERS = 500
"""Members that are proven in one transaction."""

ENTRIES = 200
"""Entries read at once: followed in some milliseconds, during which this process serves nobody else."""


class LedgerTooLong(Conflict):
    """This member has more entries than are proven while somebody waits; `wallet-service ledger prove` has no limit."""

    slug = "ledger-too-long"
    title = "This ledger is too long to be proven at once"


async def prove_member(database: Database, brand_id: str, ref: MemberRef, longest: int | None = LONGEST) -> Proof:
    """Prove one member's points. Raises `LedgerTooLong`, unless `longest` is None, and what refuses the reference."""
    async with database.begin() as tx:
        await tx.run(sql.ONE_MOMENT)
        member = await find_member(tx, brand_id, ref)
        if longest is not None:
            await _require_short(tx, member, longest)
        (proof,) = await _prove(tx, brand_id, await tx.all(sql.MEMBER, {"member": member.id}))
        return proof


async def prove_members(database: Database, brand_id: str) -> AsyncGenerator[Sequence[Proof], None]:
    """Prove the points of all members of a brand, some at a time, each as of one moment."""
    after = ""
    while True:
        async with database.begin() as tx:
            await tx.run(sql.ONE_MOMENT)
            members = await tx.all(sql.MEMBERS, {"brand": brand_id, "after": after, "limit": MEMBERS})
            proofs = await _prove(tx, brand_id, members)
        if not proofs:
            return
        yield proofs
        after = proofs[-1].member_id


async def _require_short(tx: Transaction, member: Member, longest: int) -> None:
    row = await tx.first(sql.COUNT_ENTRIES, {"member": member.id, "limit": longest + 1})
    if row and row.entries > longest:
        command = f"wallet-service ledger prove --brand {member.brand_id} --member {member.id}"
        raise LedgerTooLong(f"It has more than {longest:,} entries.", remedy=f"Run `{command}`.")


async def _prove(tx: Transaction, brand_id: str, members: Sequence[Row]) -> Sequence[Proof]:
    """Prove members who come one after the other in the order of their ids."""
    if not members:
        return []
    reach = {"brand": brand_id, "first": members[0].id, "last": members[-1].id}
    kept = await _lots(tx, reach)
    proofs = {row.id: Proof(row.id, [lot for lot in kept[row.id] if lot.origin == "opening"]) for row in members}
    async for row in _entries(tx, reach):
        proofs[row.member_id].follow(entry_of(row), _opened(row))
    for row in members:
        proofs[row.id].close(row.balance, row.digest or b"", kept[row.id])
    return list(proofs.values())


async def _lots(tx: Transaction, reach: Mapping[str, str]) -> Mapping[str, Sequence[KeptLot]]:
    kept: dict[str, list[KeptLot]] = defaultdict(list)
    for row in await tx.all(sql.LOTS, reach):
        kept[row.member_id].append(_lot(row, row.id, row.member_id, row.amount))
    return kept


async def _entries(tx: Transaction, reach: Mapping[str, str]) -> AsyncIterator[Row]:
    member, after = reach["first"], 0
    while rows := await tx.all(sql.ENTRIES, {**reach, "member": member, "after": after, "limit": ENTRIES}):
        for row in rows:
            yield row
        member, after = rows[-1].member_id, rows[-1].id


def _opened(row: Row) -> KeptLot | None:
    return None if row.lot_id is None else _lot(row, row.lot_id, row.lot_member_id, row.lot_amount)


def _lot(row: Row, lot_id: int, member_id: str, amount: int) -> KeptLot:
    return KeptLot(lot_id, member_id, amount, row.remaining, row.state, row.activates_at, row.expires_at, row.origin)
