"""Points that one member's happening gives to another: owed in its transaction, granted in one of their own.

The two are never locked together, so that friends who bring each other cannot wait for each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.errors import WalletServiceError
from wallet_service.loyalty.awards import awarding_sql as sql
from wallet_service.loyalty.awards.awarding import enter, write_seats
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.awards.seating import seat_guests
from wallet_service.loyalty.awards.seats import Guest, Seating
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.mechanic import Life
from wallet_service.loyalty.rules.verdict import Points, Verdict

LOG = structlog.get_logger()

PORTION = 200
IDLE = 60.0


@dataclass(frozen=True, slots=True)
class Owing:
    """The drain of points that are owed."""

    database: Database
    rulebooks: Rulebooks
    portion: int = PORTION

    async def take(self) -> float:
        """Grant a portion; in how many seconds to look again."""
        async with self.database.begin() as tx:
            rows = await tx.all(sql.TAKE_OWED, {"most": self.portion})
            if rows:
                await self._grant(tx, rows)
            return 0.0 if rows else IDLE

    async def _grant(self, tx: Transaction, rows: Sequence[Row]) -> None:
        refs = [MemberRef("id", row.member_id) for row in rows]
        guests = [Guest(row.brand_id, ref, Trigger.EVENT) for row, ref in zip(rows, refs, strict=True)]
        seating = await seat_guests(tx, self.rulebooks, guests)
        for n, row in enumerate(rows):
            _enter(tx, seating, n, refs[n], row)
        await write_seats(tx, seating)


def _enter(tx: Transaction, seating: Seating, n: int, ref: MemberRef, row: Row) -> None:
    try:
        seat = seating.of(n, ref)
    except WalletServiceError:  # erased since, or merged and gone
        LOG.warning("points are owed to somebody who is no longer a member", mechanic=row.mechanic)
        return
    owed = Points(row.mechanic, row.points, Life(row.live_days, row.delay_days))
    enter(seating, seat, Verdict(points=[owed]), tx.now, row.occasion)
