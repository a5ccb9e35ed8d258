"""What expires next of a member's points: so many, and until which day they can be spent. PURE."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from wallet_service.amounts import Points
from wallet_service.loyalty.ledger.lots import Lot

LAST_INSTANT = timedelta(microseconds=1)

End = tuple[datetime, int]
"""A moment, and how many points are gone from then on."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """What expires next, for people: all that is gone once this day is over."""

    points: Points
    on: date
    """The last day on which they can be spent: what ends at midnight could be spent the day before."""
    at: datetime
    """When the first of them are gone."""


def expiring_next(ends: Iterable[End], time_zone: str) -> Expiring | None:
    """What expires next, by the calendar of this time zone; None: nothing ever does."""
    zone, by_day = ZoneInfo(time_zone), Counter[date]()
    first: datetime | None = None
    for at, points in sorted(ends):
        first = first or at
        by_day[last_day(at, zone)] += points
    if first is None:
        return None
    day = last_day(first, zone)
    return Expiring(Points(by_day[day]), day, first)


def last_day(at: datetime, zone: ZoneInfo) -> date:
    """The last day on which there is something that is gone at this moment."""
    return (at - LAST_INSTANT).astimezone(zone).date()


def ends_of(lots: Iterable[Lot]) -> Mapping[datetime, int]:
    """When how many points of these lots expire."""
    ends = Counter[datetime]()
    for lot in lots:
        if lot.expires_at is not None and lot.left:
            ends[lot.expires_at] += lot.left
    return ends
