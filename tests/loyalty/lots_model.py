"""Points in lots on one page: what a member has, what they owe, what is promised, held, undone. PURE, and naive."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

NEVER = datetime.max.replace(tzinfo=UTC)


class No(Exception):
    """This may not be."""


@dataclass(slots=True, eq=False)
class Lot:
    """Points granted together. A promise is one that waits for `begins`."""

    left: int
    ends: datetime = NEVER
    begins: datetime | None = None
    lapsed: int = 0
    came: int = 0
    """What was promised, and counted one day."""
    became: "list[Lot]" = field(default_factory=list)
    """What was left of it, when it was another member's."""

    def own(self) -> "list[Lot]":
        """This lot, and whatever became of it."""
        return [self, *(lot for each in self.became for lot in each.own())]


@dataclass(slots=True, eq=False)
class Deed:
    """An entry: what it took from which lots, or which lot it opened."""

    kind: str
    amount: int
    balance: int
    taken: list[tuple[Lot, int]] = field(default_factory=list)
    lot: Lot | None = None
    undone: int = 0
    id: int = 0
    """As the ledger has it."""


@dataclass(slots=True, eq=False)
class Hold:
    """Points set aside."""

    deed: Deed
    ends: datetime
    state: str = "open"
    id: str = ""


@dataclass(slots=True)
class Purse:
    """All about one member. Lots stand in the order in which they were granted."""

    free: bool
    balance: int = 0
    lots: list[Lot] = field(default_factory=list)
    deeds: list[Deed] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)

    def enter(self, kind: str, amount: int, taken: Sequence[tuple[Lot, int]] = (), lot: Lot | None = None) -> Deed:
        """One more entry."""
        self.balance += amount
        self.deeds.append(Deed(kind, amount, self.balance, list(taken), lot))
        return self.deeds[-1]

    def counting(self) -> list[Lot]:
        """Lots that count, in the order in which they are spent."""
        return sorted((lot for lot in self.lots if lot.left and not lot.begins), key=lambda lot: lot.ends)

    def lapse(self, now: datetime) -> list[tuple[Lot, int]]:
        """What has expired goes."""
        gone = [(lot, lot.left) for lot in self.counting() if lot.ends <= now]
        for lot, points in gone:
            lot.lapsed, lot.left = lot.lapsed + points, 0
        if gone:
            self.enter("expired", -sum(points for _, points in gone))
        return gone

    @contextmanager
    def trying(self, now: datetime) -> Iterator[None]:
        """What has expired goes first; but nothing has happened, if this may not be."""
        gone = self.lapse(now)
        try:
            yield
        except No:
            for lot, points in gone:
                lot.lapsed, lot.left = lot.lapsed - points, points
            if gone:
                self.balance -= self.deeds.pop().amount
            raise

    def grown(self, amount: int) -> int:
        """What is left of points that come, when debts are paid."""
        return max(min(amount, self.balance + amount), 0)

    def take(self, amount: int, first: Sequence[Lot] = ()) -> list[tuple[Lot, int]]:
        """Points out of lots, as far as there are any."""
        taken = []
        for lot in sorted(self.counting(), key=lambda lot: lot not in first):
            part = min(lot.left, amount)
            lot.left, amount = lot.left - part, amount - part
            taken += [(lot, part)] * bool(part)
        return taken

    def post(self, amount: int, now: datetime, *, sets: bool, begins: datetime | None, ends: datetime | None) -> Deed:
        """A posting."""
        takes = sets or amount < 0
        if (takes and (begins or ends)) or (ends or NEVER) <= (begins or now):
            raise No("lot-dates-invalid")
        if takes:
            self.lapse(now)
        amount = amount - self.balance if sets else amount
        self.require(amount)
        if amount <= 0:
            return self.enter("posted", amount, self.take(-amount))
        lot = Lot(amount if begins else self.grown(amount), ends or NEVER, begins)
        self.lots.append(lot)
        return self.enter("promised" if begins else "posted", 0 if begins else amount, lot=lot)

    def require(self, amount: int) -> None:
        """Nobody owes, but where they may."""
        if amount < 0 and self.balance + amount < 0 and not self.free:
            raise No("insufficient-points")

    def activate(self, now: datetime) -> None:
        """Promises that are due are kept."""
        due = [lot for lot in self.lots if lot.begins and lot.begins <= now and lot.left]
        for lot in sorted(due, key=lambda lot: lot.begins or now):
            amount, lot.left, lot.begins = lot.left, self.grown(lot.left), None
            lot.came = amount
            self.enter("activated", amount, lot=lot)
        if due:
            self.lapse(now)

    def back(self, kind: str, deed: Deed, amount: int, now: datetime) -> Deed:
        """Points come back to where they were, the last first; those that were owed, or another's, come as a lot."""
        grown = self.grown(amount)
        for place in reversed(range(len(deed.taken))):
            lot, taken = deed.taken[place]
            part = min(taken, grown) if lot in self.lots else 0
            lot.left, grown, deed.taken[place] = lot.left + part, grown - part, (lot, taken - part)
        if grown:
            self.lots.append(Lot(grown))
        entered = self.enter(kind, amount)
        self.lapse(now)
        return entered

    def hold(self, amount: int, now: datetime, ends: datetime) -> Hold:
        """Points are set aside."""
        with self.trying(now):
            self.require(-amount)
        self.holds.append(Hold(self.enter("held", -amount, self.take(amount)), ends))
        return self.holds[-1]

    def close(self, hold: Hold, state: str, kept: int | None, now: datetime) -> str:
        """A hold is captured or released."""
        if hold.state != "open":
            return "hold-closed"
        late, held = hold.ends <= now, -hold.deed.amount
        kept = 0 if late else held if kept is None else kept
        if kept > held:
            return "capture-too-large"
        hold.state = "expired" if late else state
        if kept < held:
            hold.deed.undone += held - kept
            self.back("released", hold.deed, held - kept, now)
        return "hold-closed" if late else str(self.balance)

    def time_out(self, now: datetime) -> None:
        """What was held for too long comes back."""
        for hold in sorted(self.holds, key=lambda hold: hold.ends):
            if hold.ends <= now and hold.state == "open":
                self.close(hold, "", 0, now)

    def reverse(self, deed: Deed, wanted: int | None, now: datetime) -> Deed:
        """A deed is undone: of this member's, or of one who was merged into them."""
        with self.trying(now):
            points = self.wanted(deed, wanted)
        own = deed.lot.own() if deed.lot else []
        for lot in own:
            if lot.begins and lot.left:
                lot.left -= points
                return self.enter("reversed", 0)
        deed.undone += points
        if deed.lot is None:
            return self.back("reversed", deed, points, now)
        self.take(max(self.balance, 0) - max(self.balance - points, 0), own)
        return self.enter("reversed", -points)

    def wanted(self, deed: Deed, wanted: int | None) -> int:
        """How much of a deed is to be undone."""
        if deed.kind not in {"posted", "promised", "held"} or (deed.kind == "posted" and not deed.amount):
            raise No("not-reversible")
        if self.is_held(deed):
            raise No("hold-open")
        left = undoable(deed)
        if not left or (wanted or 0) > left:
            raise No("already-reversed")
        return left if wanted is None else wanted

    def is_held(self, deed: Deed) -> bool:
        """Whether a till may still give back what this took."""
        return any(hold.deed is deed and hold.state == "open" for hold in self.holds)


def undoable(deed: Deed) -> int:
    """How many points of a deed can still be undone."""
    if deed.lot is None:
        return -deed.amount - deed.undone
    own = deed.lot.own()
    promised = sum(lot.left for lot in own if lot.begins)
    return promised or max(deed.amount + sum(lot.came - lot.lapsed for lot in own) - deed.undone, 0)
