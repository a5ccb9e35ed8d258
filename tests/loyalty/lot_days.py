"""Days of lots: a shop whose clock is set by hand, grants with moments of their own, and books that are looked at."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import text

from tests.loyalty.shop import Shop, heard, say
from tests.people import PASS_TYPE, open_brand
from wallet_service.app import open_service
from wallet_service.clock import SetClock, SystemClock
from wallet_service.loyalty.ledger.balances import post_entries
from wallet_service.loyalty.ledger.entry import Entry, Kind
from wallet_service.loyalty.ledger.holds import HoldsExpiring
from wallet_service.loyalty.ledger.lapsing import Activating, Lapsing
from wallet_service.loyalty.ledger.seals import Terms, seal, terms
from wallet_service.loyalty.people.members import Member
from wallet_service.settings import Settings

HOUR = timedelta(hours=1)

LOTS = text("""
SELECT id, amount, remaining, state, activates_at, expires_at, origin FROM bonus_lot WHERE member_id = :member ORDER BY id
""")
DIGEST = text("SELECT digest FROM member WHERE id = :member")


@dataclass(frozen=True, slots=True)
class LotShop(Shop):
    """A shop and its clock."""

    clock: SetClock

    async def grant(self, member: Member, amount: int, *, life: timedelta, delay: timedelta | None = None) -> None:
        """Grant points that live so long from now, and count from a while later on."""
        now = self.clock.now()
        wish = replace(
            self.posting(member, amount), expires_at=now + life, activates_at=None if delay is None else now + delay
        )
        async with self.database.begin() as tx:
            (answer,) = heard(await post_entries(tx, [wish], say))
        assert answer.lstrip("-").isdigit(), answer

    async def lots(self, member: Member) -> list[tuple[int, str]]:
        """What is left of each lot, and its state, in the order of their grants."""
        async with self.database.read() as tx:
            return [(row.remaining, row.state) for row in await tx.all(LOTS, {"member": member.id})]

    async def story(self, member: Member) -> list[tuple[str, int, int]]:
        """Kind, amount and balance of each entry, the oldest first; its chain of digests has been checked."""
        entries = list(reversed(await self.entries(member)))
        async with self.database.read() as tx:
            lots = await tx.all(LOTS, {"member": member.id})
            row = await tx.first(DIGEST, {"member": member.id})
        opened = {lot.id: terms(lot.amount, lot.activates_at, lot.expires_at, lot.origin) for lot in lots}
        digest = b""
        for entry in entries:
            digest = resealed(digest, entry, opened.get(entry.id, ()))
            assert entry.digest == digest, entry
        assert row is not None
        assert (row.digest or b"") == digest
        return [(entry.kind, entry.amount, entry.balance) for entry in entries]

    async def lapse_all(self, portion: int = 1000) -> float:
        """Let go whatever has expired; in how many seconds the drain would look again."""
        return await drained(Lapsing(self.database, portion))

    async def activate_all(self, portion: int = 1000) -> float:
        """Let count whatever is due; in how many seconds the drain would look again."""
        return await drained(Activating(self.database, portion))


@asynccontextmanager
async def open_lot_shop(settings: Settings, *, may_go_negative: bool = False) -> AsyncIterator[LotShop]:
    """Burger Heroes, whose clock is set by hand."""
    clock = SetClock(SystemClock().now())
    async with open_service(settings, clock=clock) as service:
        brand = await open_brand(service, "Burger Heroes", PASS_TYPE, may_go_negative=may_go_negative)
        yield LotShop(service, brand, clock)


async def drained(drain: Lapsing | Activating | HoldsExpiring) -> float:
    """Take until nothing is left to do; in how many seconds to look again."""
    while (wait := await drain.take()) == 0.0:
        pass
    return wait


def resealed(before: bytes, entry: Entry, lot: Terms) -> bytes:
    """The digest that an entry must have after this one."""
    return seal(
        before,
        entry.id,
        entry.member_id,
        entry.kind,
        entry.amount,
        entry.balance,
        entry.moves,
        entry.created_at,
        entry.reason,
        entry.reference,
        entry.undoes,
        lot,
    )


def expiries(entries: list[tuple[str, int, int]]) -> list[int]:
    """How many points went, at each expiry."""
    return [-amount for kind, amount, _ in entries if kind == Kind.EXPIRED]
