"""A member's points without a database, for tests of what undoes an entry."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from wallet_service.amounts import Points
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.entry import Entry, Kind
from wallet_service.loyalty.ledger.lots import Lot
from wallet_service.loyalty.ledger.undoing import REVERSIBLE, Undoing, undo

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(slots=True)
class Purse:
    """A member's points without a database: all entries are remembered, and numbers never run out."""

    account: Account = field(default_factory=lambda: Account("brand_1", "mem_1", Points(0), may_go_negative=True))
    now: datetime = NOON
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    pending: dict[int, Points] = field(default_factory=dict)

    def _ready(self) -> Account:
        for _ in range(3):
            self.account.add_number(next(self.numbers))
        self.account.lapse(self.now)
        return self.account

    def grant(self, amount: int, days: int | None = None) -> Entry:
        """Points for so many days, or for ever."""
        ends = None if days is None else self.now + days * DAY
        return self._ready().grant(Points(amount), self.now, expires_at=ends)

    def promise(self, amount: int) -> Entry:
        """Points for tomorrow."""
        entry = self._ready().grant(Points(amount), self.now, activates_at=self.now + DAY)
        self.pending[entry.id] = Points(amount)
        return entry

    def keep(self, promised: Entry) -> Entry:
        """Let promised points count."""
        return self._ready().activate(Lot(promised.id, self.pending.pop(promised.id)), self.now)

    def spend(self, amount: int) -> Entry:
        """Points taken."""
        return self._ready().spend(Points(amount), self.now)

    def look(self, entry: Entry) -> Undoing:
        """What has become of an entry."""
        self._ready()
        since = [each for each in self.account.entries if each.undoes == entry.id or touches(each, entry)]
        promise = entry.id if entry.id in self.pending else None
        return Undoing(entry, since, promise, self.pending.get(entry.id))

    def reverse(self, entry: Entry, wanted: int | None = None) -> Entry:
        """Undo an entry."""
        undoing = self.look(entry)
        points = undoing.points(None if wanted is None else Points(wanted))
        before = self.account.balance
        done = undo(self.account, undoing, points, self.now, "Sent back", None)
        assert done.balance - before == undoing.change(points)
        if entry.id in self.pending:
            self.pending[entry.id] = Points(self.pending[entry.id] - points)
        return done

    def moved(self, entry: Entry) -> int:
        """How many points an entry moved: at once, or when its promise was kept."""
        kept = (each.amount for each in self.account.entries if each.kind is Kind.ACTIVATED and touches(each, entry))
        return abs(entry.amount) + sum(kept)

    def undone(self, entry: Entry) -> int:
        """How many of them were undone."""
        return sum(abs(each.amount) for each in self.account.entries if each.undoes == entry.id)

    def undoable(self) -> list[Entry]:
        """Whatever may be undone."""
        return [each for each in self.account.entries if each.kind in REVERSIBLE]

    def lots(self) -> dict[int, int]:
        """What is left of each lot."""
        return {number: lot.left for number, lot in self.account.lots.items() if lot.left}


def touches(each: Entry, entry: Entry) -> bool:
    """Whether it let points of the entry count, or any points expire (whose they were is not asked here)."""
    return each.kind is Kind.EXPIRED or (each.kind is Kind.ACTIVATED and entry.id in dict(each.moves))
