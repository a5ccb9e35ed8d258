"""A member's lots, read back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wallet_service.amounts import Points
from wallet_service.database.seam import Transaction
from wallet_service.loyalty.ledger import ledger_sql as sql
from wallet_service.loyalty.ledger.expiring import Expiring, expiring_next
from wallet_service.loyalty.people.members import Member


class LotState(StrEnum):
    """Whether a lot counts."""

    OPEN = "open"
    """It does."""
    PENDING = "pending"
    """Not yet: it was promised."""
    CLOSED = "closed"
    """No longer: nothing is left of it."""


@dataclass(frozen=True, slots=True)
class BookedLot:
    """A lot as it stands in the books."""

    id: int
    """The number of the entry that granted it."""
    amount: Points
    """As granted."""
    remaining: Points
    state: LotState
    activates_at: datetime | None
    expires_at: datetime | None
    origin: str
    created_at: datetime


async def list_lots(
    tx: Transaction, member: Member, state: LotState, before: int | None, limit: int
) -> Sequence[BookedLot]:
    """A member's lots in this state, newest first, those older than the lot `before`."""
    values = {"member": member.id, "before": before or 2**62, "limit": limit}
    return [BookedLot(*row) for row in await tx.all(sql.LOTS_OF[state], values)]


async def expiring_of(tx: Transaction, member_id: str, time_zone: str) -> Expiring | None:
    """What expires next of a member's points, by the calendar of this time zone."""
    rows = await tx.all(sql.LOTS_ENDING, {"member": member_id})
    return expiring_next([(row.expires_at, row.remaining) for row in rows], time_zone)
