"""Reports of a programme: how bonuses moved, what is owed and when it ends, what was sold with a card and without."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from wallet_service.database.seam import Transaction
from wallet_service.errors import Invalid
from wallet_service.loyalty.brands import Programme
from wallet_service.loyalty.journeys import reports_sql as sql
from wallet_service.loyalty.ledger.entry import Kind
from wallet_service.loyalty.rules.days import span_of

MOST_DAYS = 400

Bucket = Literal["day", "month", "place"]

GRANTS = frozenset({Kind.POSTED, Kind.ACTIVATED})
"""Kinds of entries by which points are given, where they add some."""


class SpanInvalid(Invalid):
    """A report is about 1 to 400 days; the first is not after the last."""

    slug = "report-span-invalid"
    title = "A report cannot be about these days"


class Moved(NamedTuple):
    """Points that some entries moved."""

    day: date
    kind: str
    origin: str | None
    """Why they were granted."""
    added: int
    taken: int


@dataclass(slots=True)
class Movement:
    """What moved on a day, or on several. Opening, and all that was added, less all that was taken, is closing."""

    opening: int = 0
    granted: int = 0
    spent: int = 0
    held: int = 0
    released: int = 0
    expired: int = 0
    given_back: int = 0
    """By reversals of what took points."""
    taken_back: int = 0
    """By reversals of what gave them."""
    merged_in: int = 0
    merged_out: int = 0
    """Between members: together, nothing."""
    by_origin: Counter[str] = field(default_factory=Counter)
    """Why points were granted -> how many."""

    @property
    def closing(self) -> int:
        """What was there in the end."""
        added = self.granted + self.released + self.given_back + self.merged_in
        return self.opening + added - self.spent - self.held - self.expired - self.taken_back - self.merged_out

    def count(self, moved: Moved) -> None:
        """Add what these entries moved."""
        kind = Kind(moved.kind)
        into, out = COLUMNS[kind]
        for column, points in ((into, moved.added), (out, moved.taken)):
            if points:
                setattr(self, column, getattr(self, column) + points)
        if kind in GRANTS and moved.added:
            self.by_origin[moved.origin or "manual"] += moved.added


COLUMNS: Mapping[Kind, tuple[str, str]] = {
    Kind.POSTED: ("granted", "spent"),
    Kind.PROMISED: ("granted", "taken_back"),
    Kind.ACTIVATED: ("granted", "spent"),
    Kind.EXPIRED: ("given_back", "expired"),
    Kind.HELD: ("released", "held"),
    Kind.RELEASED: ("released", "held"),
    Kind.REVERSED: ("given_back", "taken_back"),
    Kind.MERGED: ("merged_in", "merged_out"),
}
"""Where what an entry added is counted, and what it took."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What a programme owes its members, in points."""

    balances: int
    debts: int
    """Of members below nought: not subtracted."""
    holders: int
    held: int
    """Set aside for purchases that are not paid yet."""
    promised: int
    """That count later."""
    ending: Sequence[tuple[date | None, int]]
    """First day of a month, and how many points end in it if nobody spends them; None: never."""


@dataclass(frozen=True, slots=True)
class Sold:
    """What was sold on a day, in a month, or at a place; money in minor units."""

    bucket: str
    purchases: int
    with_card: int
    total: int
    paid: int
    paid_with_card: int
    spent: int
    """Points that paid."""
    earned: int
    refunded: int
    """Of what was paid."""


async def points_report(tx: Transaction, programme: Programme, first: date, last: date) -> list[tuple[date, Movement]]:
    """How bonuses moved, day by day. Raises `SpanInvalid`."""
    zone = ZoneInfo(programme.time_zone)
    begins, ends = _span(first, last, zone)
    wanted = {"programme": programme.id, "begins": begins, "ends": ends, "zone": programme.time_zone}
    rows = await tx.all(sql.MOVED, wanted)
    moved = [Moved(*row[1:]) for row in rows if row.day is not None]
    return by_days(first, last, moved, rows[0].closing)


def by_days(first: date, last: date, moved: Iterable[Moved], closing: int) -> list[tuple[date, Movement]]:
    """Movements of each day, where all of them end with this balance. PURE."""
    found: defaultdict[date, list[Moved]] = defaultdict(list)
    for each in moved:
        found[each.day].append(each)
    opening = closing - sum(each.added - each.taken for some in found.values() for each in some)
    days = []
    for day in _days(first, last):
        movement = Movement(opening)
        for each in found[day]:
            movement.count(each)
        days.append((day, movement))
        opening = movement.closing
    return days


def together(days: Sequence[tuple[date, Movement]]) -> Movement:
    """The movements of all these days as one. PURE."""
    whole = Movement(days[0][1].opening)
    for _, movement in days:
        for column in {column for pair in COLUMNS.values() for column in pair}:
            setattr(whole, column, getattr(whole, column) + getattr(movement, column))
        whole.by_origin += movement.by_origin
    return whole


async def owed_report(tx: Transaction, programme: Programme) -> Owed:
    """What is owed now, and when it ends."""
    (now,) = await tx.all(sql.OWED, {"programme": programme.id})
    rows = await tx.all(sql.ENDING, {"programme": programme.id, "zone": programme.time_zone})
    promised = sum(row.points for row in rows if row.state == "pending")
    ending = [(row.month, row.points) for row in rows if row.state == "open"]
    return Owed(now.balances, now.debts, now.holders, now.held, promised, ending)


async def sold_report(tx: Transaction, programme: Programme, first: date, last: date, by: Bucket) -> list[Sold]:
    """What was sold, with a card and without. Raises `SpanInvalid`."""
    begins, ends = _span(first, last, ZoneInfo(programme.time_zone))
    wanted = {"programme": programme.id, "begins": begins, "ends": ends}
    zone = {} if by == "place" else {"zone": programme.time_zone}
    return [Sold(*row) for row in await tx.all(sql.SOLD[by], wanted | zone)]


def _span(first: date, last: date, zone: ZoneInfo) -> tuple[object, object]:
    if not 0 <= (last - first).days < MOST_DAYS:
        raise SpanInvalid(f"{first} to {last} are not 1 to {MOST_DAYS} days.", limit=MOST_DAYS)
    return span_of(first, zone)[0], span_of(last, zone)[1]


def _days(first: date, last: date) -> Iterator[date]:
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)
