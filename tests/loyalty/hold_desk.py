"""A desk of holds: a shop whose clock is set by hand, and whose points are set aside, kept and given back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import text

from tests.loyalty.lot_days import LotShop, drained
from wallet_service.amounts import Points
from wallet_service.clock import Clock
from wallet_service.database.postgres import PostgresDatabase
from wallet_service.database.seam import Database
from wallet_service.errors import WalletServiceError
from wallet_service.flows import map_flows, settle_by
from wallet_service.loyalty.ledger import holds_sql
from wallet_service.loyalty.ledger.account import RETURNED
from wallet_service.loyalty.ledger.holds import (
    Hold,
    HoldsExpiring,
    capture_hold,
    find_hold,
    open_hold,
    release_hold,
)
from wallet_service.loyalty.people.members import Member

RETURNED_LOTS = text("SELECT sum(remaining) AS points FROM bonus_lot WHERE member_id = :member AND origin = :origin")

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class HoldDesk(LotShop):
    """A shop that sets points aside."""

    async def hold(
        self, member: Member, amount: int, life: timedelta = QUARTER, *, database: Database | None = None
    ) -> Hold:
        """Points, set aside."""
        wish = replace(self.posting(member, -amount), reason="Lunch", reference="receipt 1")
        async with (database or self.database).begin() as tx:
            return await open_hold(tx, wish, life)

    async def capture(self, hold: Hold, amount: int | None = None, *, database: Database | None = None) -> str:
        """What became of it: its state, and the balance after it; or the name of the refusal, with the state."""
        wanted = None if amount is None else Points(amount)
        async with (database or self.database).begin() as tx:
            return told(await capture_hold(tx, self.brand.id, hold.id, wanted))

    async def release(self, hold: Hold, *, database: Database | None = None) -> str:
        """As `capture`, of all."""
        async with (database or self.database).begin() as tx:
            return told(await release_hold(tx, self.brand.id, hold.id))

    async def seen(self, hold: Hold) -> Hold:
        """The hold as it is now."""
        async with self.database.read() as tx:
            return await find_hold(tx, self.brand.id, hold.id)

    @asynccontextmanager
    async def elsewhere(self, clock: Clock) -> AsyncIterator[PostgresDatabase]:
        """The same database, as a process with another clock would have it."""
        service = self.service
        settle = settle_by(map_flows(service.engine, service.settings.push))
        other = PostgresDatabase(service.settings.database_url or "", clock, pool=4, settle=settle)
        try:
            yield other
        finally:
            await other.aclose()

    async def returned(self, member: Member) -> int:
        """How many points the member has in lots that came back from debts."""
        async with self.database.read() as tx:
            (row,) = await tx.all(RETURNED_LOTS, {"member": member.id, "origin": RETURNED})
        return int(row.points)

    async def expire_all(self, portion: int = 200) -> float:
        """Give back whatever is due; in how many seconds the drain would look again."""
        return await drained(HoldsExpiring(self.database, portion))

    async def prove(self) -> None:
        """Every balance is the sum of its entries, and every hold has given back what it did not keep."""
        await LotShop.prove(self)
        async with self.database.read() as tx:
            assert await tx.all(holds_sql.PROOF, {"brand": self.brand.id}) == []


def told(outcome: Hold | WalletServiceError) -> str:
    """A hold or a refusal in a few words."""
    if isinstance(outcome, Hold):
        return f"{outcome.state} {outcome.captured}, balance {outcome.balance}"
    return f"{outcome.slug} {outcome.extra['state']}"
