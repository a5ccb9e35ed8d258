"""A member's account while a transaction moves its points: each movement is an entry, sealed by a digest. PURE.

Entries are never changed. Each carries the SHA-256 of itself and of the digest before it, so that no entry can be
altered, left out or slipped in later without every later digest being wrong.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from heapq import heappop, heappush

from wallet_service.amounts import Points
from wallet_service.loyalty.ledger.entry import Entry, Kind, LedgerBroken, NewLot
from wallet_service.loyalty.ledger.lots import Lot, Move, give_back, grow, lapsed, take, take_back
from wallet_service.loyalty.ledger.seals import Terms, seal, terms

RETURNED = "returned"
"""Origin of a lot whose points had been a debt when they were taken."""


@dataclass(slots=True)
class Account:
    """What is known of a member's points while a transaction decides; later decisions see earlier ones."""

    brand_id: str
    member_id: str
    balance: Points
    may_go_negative: bool
    before: Points = field(init=False)
    """The balance, before anything moved."""
    digest: bytes = b""
    """Of the newest entry; empty: there is none yet."""
    numbers: list[int] = field(default_factory=list)
    """For entries to come, the smallest first: in the order of their numbers, entries are a chain."""
    lots: dict[int, Lot] = field(default_factory=dict)
    """The open lots, once they have been read; new ones in any case."""
    as_read: Sequence[Lot] = ()
    """The open lots as they were then."""
    new: list[NewLot] = field(default_factory=list)
    touched: set[int] = field(default_factory=set)
    """Lots of which more or less is left than before."""
    entries: list[Entry] = field(default_factory=list)
    """What was entered."""

    def __post_init__(self) -> None:
        """Nothing has moved yet."""
        self.before = self.balance

    def add_number(self, number: int) -> None:
        """A number for an entry to come."""
        heappush(self.numbers, number)

    def changed_lots(self) -> list[dict[str, int]]:
        """Lots that were there before, of which more or less is left now."""
        new = {each.id for each in self.new}
        return [{"id": lot, "remaining": self.lots[lot].left} for lot in sorted(self.touched - new)]

    def read(self, lots: Iterable[Lot]) -> None:
        """The open lots, as the database has them. Raises `LedgerBroken` if they are not the balance."""
        self.lots = {lot.id: lot for lot in lots}
        self.as_read = list(self.lots.values())
        if sum(lot.left for lot in self.lots.values()) != max(self.balance, 0):
            raise LedgerBroken(f"the open lots of {self.member_id} are not its balance of {self.balance}")

    def know(self, lots: Iterable[Lot]) -> None:
        """Lots beside the open ones, of which nothing is left."""
        for lot in lots:
            self.lots.setdefault(lot.id, lot)

    def lapse(self, now: datetime) -> None:
        """Let go what has expired."""
        if moves := lapsed([lot for lot in self.lots.values() if lot.left], now):
            self.enter(Kind.EXPIRED, sum(points for _, points in moves), moves, now)

    def grant(
        self,
        amount: Points,
        now: datetime,
        *,
        activates_at: datetime | None = None,
        expires_at: datetime | None = None,
        origin: str = "manual",
        kind: Kind | None = None,
        reason: str | None = None,
        reference: str | None = None,
    ) -> Entry:
        """Add points as a lot of their own, which first pays what is owed; or promise them for a later moment.

        `kind`: of the entry, where it is neither `POSTED` nor `PROMISED`.
        """
        lot_id = self.numbers[0]
        self.new.append(NewLot(lot_id, amount, activates_at, expires_at, origin))
        said = terms(amount, activates_at, expires_at, origin)
        if activates_at is not None:
            return self.enter(kind or Kind.PROMISED, 0, [], now, reason=reason, reference=reference, lot=said)
        self.lots[lot_id] = Lot(lot_id, Points(0), expires_at)
        moves = [(lot_id, grow(self.balance, amount))]
        return self.enter(kind or Kind.POSTED, amount, moves, now, reason=reason, reference=reference, lot=said)

    def activate(self, promised: Lot, now: datetime) -> Entry:
        """Let promised points count from now on: like any that are granted, they first pay what is owed."""
        self.lots[promised.id] = Lot(promised.id, Points(0), promised.expires_at)
        moves = [(promised.id, grow(self.balance, promised.left))]
        return self.enter(Kind.ACTIVATED, promised.left, moves, now)

    def spend(
        self,
        amount: Points,
        now: datetime,
        *,
        kind: Kind = Kind.POSTED,
        reason: str | None = None,
        reference: str | None = None,
    ) -> Entry:
        """Take points, from the lots that expire first; what they have not becomes a debt."""
        moves = take([lot for lot in self.lots.values() if lot.left], amount)
        return self.enter(kind, -amount, moves, now, reason=reason, reference=reference)

    def give_back(
        self,
        kind: Kind,
        amount: Points,
        taken: Entry,
        now: datetime,
        *,
        reason: str | None = None,
        reference: str | None = None,
    ) -> Entry:
        """Undo so many points of an entry that took some: the lots have back what was theirs, after any debt is paid.

        All lots of that entry must have been read (`know`). What came back to a lot that has expired lapses at once. What
        had become a debt, which a grant has paid since, was taken from no lot: it comes as one of its own, without an end.
        """
        grown = grow(self.balance, amount)
        moves = give_back(taken.moves, grown)
        homeless = Points(grown - sum(points for _, points in moves))
        opened = self._open_returned(homeless, moves) if homeless else ()
        entry = self.enter(kind, amount, moves, now, undoes=taken.id, lot=opened, reason=reason, reference=reference)
        self.lapse(now)
        return entry

    def take_back(
        self,
        kind: Kind,
        amount: Points,
        granted: Entry,
        now: datetime,
        *,
        own: Collection[int] = (),
        reason: str | None = None,
        reference: str | None = None,
    ) -> Entry:
        """Undo so many points of an entry that granted them, even if they are spent.

        Its own lot pays first (`own`: what became of it by merges), then the others in their turn; what is left over
        becomes a debt, which the next grant pays.
        """
        lots = [lot for lot in self.lots.values() if lot.left]
        moves = take_back(lots, {granted.id, *own}, -(grow(self.balance, -amount)))
        return self.enter(kind, -amount, moves, now, undoes=granted.id, reason=reason, reference=reference)

    def enter(
        self,
        kind: Kind,
        amount: int,
        moves: Sequence[Move],
        now: datetime,
        *,
        reason: str | None = None,
        reference: str | None = None,
        undoes: int | None = None,
        lot: Terms = (),
        called_off: Sequence[Move] = (),
    ) -> Entry:
        """Move the points and seal it. Raises `LedgerBroken` where balance and lots would part.

        `called_off`: by how much less promised lots will bring; the entry says so too.
        """
        if sum(points for _, points in moves) != grow(self.balance, amount):
            raise LedgerBroken(f"the moves {moves} of {self.member_id} do not make {amount} from {self.balance}")
        for lot_id, points in moves:
            self._move(lot_id, points)
        moves = [*moves, *called_off]
        self.balance = Points(self.balance + amount)
        number = heappop(self.numbers)
        self.digest = seal(
            self.digest, number, self.member_id, kind, amount, self.balance, moves, now, reason, reference, undoes, lot
        )
        entry = Entry(
            number,
            self.member_id,
            kind,
            Points(amount),
            self.balance,
            moves,
            reason,
            reference,
            undoes,
            now,
            self.digest,
        )
        self.entries.append(entry)
        return entry

    def _open_returned(self, amount: Points, moves: list[Move]) -> Terms:
        lot_id = self.numbers[0]
        self.new.append(NewLot(lot_id, amount, None, None, RETURNED))
        self.lots[lot_id] = Lot(lot_id, Points(0))
        moves.append((lot_id, amount))
        return terms(amount, None, None, RETURNED)

    def _move(self, lot_id: int, points: int) -> None:
        lot = self.lots[lot_id]
        left = lot.left + points
        if left < 0:
            raise LedgerBroken(f"lot {lot_id} of {self.member_id} has {lot.left}, which cannot change by {points}")
        self.lots[lot_id] = Lot(lot_id, Points(left), lot.expires_at)
        self.touched.add(lot_id)
