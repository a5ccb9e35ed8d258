"""What happens to a member, as mechanics see it. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Trigger(StrEnum):
    """What sets a mechanic off."""

    ENROLLED = "enrolled"
    INSTALLED = "card-installed"
    PURCHASE = "purchase"
    VISIT = "visit"
    BIRTHDAY = "birthday"
    TIER_REACHED = "tier-reached"
    EXPIRING = "lot-expiring"
    INACTIVE = "inactive"
    SEGMENT = "segment-entered"
    EVENT = "event"
    """Whatever another system reports, by a name of its own."""


PURCHASE, VISIT = Trigger.PURCHASE, Trigger.VISIT
"""For the engine's steps: to ask an enumeration for a member takes longer than most of what they do."""


class Line(NamedTuple):
    """A line of a receipt."""

    sku: str
    category: str
    quantity: int
    price: int
    """Of one piece, in minor units."""
    discount: int = 0
    """On the whole line, in minor units."""
    name: str = ""
    """For people."""

    @property
    def total(self) -> int:
        """What the line costs, in minor units."""
        return self.quantity * self.price - self.discount


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to one member at one moment."""

    trigger: Trigger
    at: datetime
    """In the programme's time zone: its day and hour are those of the brand."""
    occasion: str
    """What tells it from all others of its kind: a purchase's id, the year of a birthday. It never counts twice."""
    name: str = ""
    """Of the event, the segment, the tier."""
    days: int = 0
    """Since the last purchase (`inactive`), or until points expire (`lot-expiring`)."""
    points: int = 0
    """That expire; that a purchase has given, when it is only noted; that were taken back, when goods came back."""
    lines: Sequence[Line] = ()
    """Of a purchase."""
    paid: int = 0
    """What was paid in money, after points, in minor units."""
    place: str | None = None
    referred: bool = False
    """Whether another member brought this one."""
