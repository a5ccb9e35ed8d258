"""A member's holds, read back."""

from collections.abc import Sequence

from wallet_service.database.seam import Transaction
from wallet_service.loyalty.ledger import holds_sql as sql
from wallet_service.loyalty.ledger.holds import Hold, State, hold_of
from wallet_service.loyalty.people.members import Member


async def list_holds(
    tx: Transaction, member: Member, state: State | None, before: int | None, limit: int
) -> Sequence[Hold]:
    """Those in this state (None: in any), newest first; older than the one of the entry `before`."""
    values = {"member": member.id, "state": state, "before": before or 2**62, "limit": limit}
    return [hold_of(row) for row in await tx.all(sql.HOLDS_OF, values)]
