"""A member's ledger, read back."""

from collections.abc import Sequence

from wallet_service.database.seam import Row, Transaction
from wallet_service.loyalty.ledger import ledger_sql as sql
from wallet_service.loyalty.ledger.entry import Entry, Kind
from wallet_service.loyalty.people.members import Member


async def list_entries(tx: Transaction, member: Member, before: int | None, limit: int) -> Sequence[Entry]:
    """A member's ledger, newest first, those older than the entry `before`."""
    values = {"member": member.id, "before": before or 2**62, "limit": limit}
    return [entry_of(row) for row in await tx.all(sql.ENTRIES, values)]


def entry_of(row: Row) -> Entry:
    """The entry of a row with all its columns."""
    return Entry(
        row.id,
        row.member_id,
        Kind(row.kind),
        row.amount,
        row.balance_after,
        [(lot, points) for lot, points in row.lots],
        row.reason,
        row.reference,
        row.undoes,
        row.created_at,
        row.digest or b"",
    )
