"""Proving a member's points: each entry is followed from the first on, and must say what follows from those before. PURE."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from wallet_service.loyalty.ledger.entry import Entry, Kind
from wallet_service.loyalty.ledger.lots import Move, grow
from wallet_service.loyalty.ledger.seals import seal, terms


@dataclass(frozen=True, slots=True)
class KeptLot:
    """A lot as the books have it."""

    id: int
    member_id: str
    amount: int
    left: int
    state: str
    activates_at: datetime | None
    expires_at: datetime | None
    origin: str


@dataclass(frozen=True, slots=True)
class Broken:
    """Where the books contradict themselves."""

    at: int | None
    """The first entry that does not follow, or the one that granted a lot; None: there is no entry."""
    why: str


@dataclass(slots=True)
class Proof:
    """What follows from a member's entries: begun with nothing, followed entry by entry, closed with what is kept."""

    member_id: str
    opening: Sequence[KeptLot] = ()
    """What was left when there were no lots yet, given as a lot: entries from before that have no digest."""
    balance: int = 0
    entries: int = 0
    digest: bytes = b""
    """Of the newest entry; empty: none is sealed."""
    from_entry: int | None = None
    """The first that is sealed."""
    newest: int | None = None
    lots: dict[int, int] = field(default_factory=dict)
    """Lots that ever counted, and what is left of them."""
    promised: dict[int, int] = field(default_factory=dict)
    """Lots that do not count yet, and what they will bring."""
    broken: Broken | None = None
    """The first contradiction. Whatever comes after it proves nothing, and is not looked at."""

    @property
    def lots_left(self) -> int:
        """What is left of all lots that count: the balance, or nothing where that is a debt."""
        return sum(self.lots.values())

    def follow(self, entry: Entry, lot: KeptLot | None) -> None:
        """Follow the next entry, with the lot that it opened, as far as there is one."""
        if self.broken:
            return
        if entry.digest and not self.digest:
            self._open()
        if why := first(check(self, entry, lot) for check in CHECKS):
            self.broken = Broken(entry.id, why)
            return
        self._go_on(entry, lot)

    def close(self, balance: int, digest: bytes, kept: Iterable[KeptLot]) -> None:
        """Compare what follows from the entries with the balance, the newest digest and the lots that are kept."""
        if self.broken:
            return
        if not self.digest:
            self._open()
        if digest != self.digest:
            self.broken = Broken(self.newest, "the newest digest is not its own: entries after it are missing")
        elif balance != self.balance:
            self.broken = Broken(self.newest, f"a balance of {balance} is kept, but it leaves {self.balance}")
        elif self.lots_left != max(self.balance, 0):
            self.broken = Broken(self.newest, f"it leaves {self.balance}, but its lots had {self.lots_left}")
        else:
            self._compare(kept)

    def counting(self, entry: Entry) -> Sequence[Move]:
        """The moves of an entry, without those of lots that do not count: there, a promise is called off, or a part of it."""
        return [move for move in entry.moves if move[0] not in self.promised or entry.kind is Kind.ACTIVATED]

    def _open(self) -> None:
        """From here on there are lots: what there was before is the first of them."""
        self.lots = {lot.id: lot.amount for lot in self.opening}

    def _go_on(self, entry: Entry, lot: KeptLot | None) -> None:
        self.balance, self.entries, self.newest = entry.balance, self.entries + 1, entry.id
        if not entry.digest:
            return
        self.digest, self.from_entry = entry.digest, self.from_entry or entry.id
        counting = self.counting(entry)
        for lot_id, points in entry.moves:
            if (lot_id, points) in counting:
                self.promised.pop(lot_id, None)
                self.lots[lot_id] = self.lots.get(lot_id, 0) + points
            else:
                self.promised[lot_id] += points
        if lot and lot.activates_at:
            self.promised[lot.id] = lot.amount

    def _compare(self, kept: Iterable[KeptLot]) -> None:
        found: dict[str, dict[int, int]] = {"open": {}, "pending": {}, "closed": {}}
        for lot in kept:
            found[lot.state][lot.id] = lot.left
        for follows, has in ((self.lots, found["open"]), (self.promised, found["pending"]), ({}, found["closed"])):
            for lot_id in sorted(follows.keys() | has.keys()):
                if not self.broken and follows.get(lot_id, 0) != has.get(lot_id, 0):
                    why = f"lot {lot_id} has {has.get(lot_id, 0)} left, but its entries leave {follows.get(lot_id, 0)}"
                    self.broken = Broken(lot_id, why)


def first(findings: Iterable[str | None]) -> str | None:
    """The first thing that was found."""
    return next(filter(None, findings), None)


def chained(proof: Proof, entry: Entry, _lot: KeptLot | None) -> str | None:
    """Once the chain has begun, every entry is a part of it."""
    return "it is not sealed, though entries before it are" if proof.digest and not entry.digest else None


def summed(proof: Proof, entry: Entry, _lot: KeptLot | None) -> str | None:
    """Each balance is the one before it and the amount."""
    after = proof.balance + entry.amount
    if entry.balance == after:
        return None
    return f"its balance is {entry.balance}, but {proof.balance} before it and {entry.amount} make {after}"


def begun(proof: Proof, entry: Entry, _lot: KeptLot | None) -> str | None:
    """The lots begin with the balance that there was."""
    if not entry.digest or proof.digest or proof.lots_left == max(proof.balance, 0):
        return None
    return f"the balance before it was {proof.balance}, but its lots had {proof.lots_left}"


def opened(_proof: Proof, entry: Entry, lot: KeptLot | None) -> str | None:
    """Whoever grants or promises points opens a lot of just these, for this member."""
    if not entry.digest:
        return None
    if lot is None:
        grants = entry.kind is Kind.PROMISED or (entry.kind is Kind.POSTED and entry.amount > 0)
        return "the lot that it opened is missing" if grants else None
    if lot.member_id != entry.member_id:
        return "the lot that it opened is another member's"
    if not _fits(entry, lot):
        return f"it grants {entry.amount}, but its lot is of {lot.amount}"
    if lot.state == "closed" and lot.left:
        return f"the lot that it opened is closed, but has {lot.left} left"
    return None


def _fits(entry: Entry, lot: KeptLot) -> bool:
    """Whether an entry may open a lot of so much. What comes by a merge may be promised, or be a part of a debt returned."""
    if entry.kind is Kind.MERGED:
        return lot.activates_at is not None or lot.amount <= entry.amount
    return entry.kind is not Kind.POSTED or lot.amount == entry.amount


def activated(proof: Proof, entry: Entry, _lot: KeptLot | None) -> str | None:
    """What begins to count was promised, all of it, once."""
    if entry.kind is not Kind.ACTIVATED:
        return None
    promised = [proof.promised.get(lot_id) for lot_id, _ in entry.moves]
    return None if promised == [entry.amount] else f"it brings {entry.amount}, which was not promised"


def moved(proof: Proof, entry: Entry, lot: KeptLot | None) -> str | None:
    """Lots change by what the balance changes by above nought, and none has less than nothing."""
    if not entry.digest:
        return None
    counting = proof.counting(entry)
    if sum(points for _, points in counting) != grow(proof.balance, entry.amount):
        return f"its lots do not change by what {entry.amount} changes a balance of {proof.balance}"
    for lot_id, points in entry.moves:
        left = proof.lots.get(lot_id, proof.promised.get(lot_id))
        if left is None and (lot is None or lot_id != lot.id):
            return f"it moves points of lot {lot_id}, which nobody opened"
        if (left or 0) + points < 0:
            return f"it takes {-points} from lot {lot_id}, of which {left or 0} were left"
    return None


def sealed(proof: Proof, entry: Entry, lot: KeptLot | None) -> str | None:
    """Its digest is that of what it says, after the digest before it."""
    if not entry.digest:
        return None
    digest = seal(
        proof.digest,
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
        terms(lot.amount, lot.activates_at, lot.expires_at, lot.origin) if lot else (),
    )
    return None if digest == entry.digest else "its digest is not that of what it says after the entry before it"


Check = Callable[[Proof, Entry, KeptLot | None], str | None]

CHECKS: Sequence[Check] = (chained, summed, begun, opened, activated, moved, sealed)
"""What every entry must stand, in the order in which a contradiction is told best."""
