"""A mechanic, as a programme file says it: what sets it off, under which conditions, what it gives, how far it goes. PURE.

Points are whole, money is in minor units of the currency, shares are basis points (1500 is 15 %), windows are days of
the programme's calendar, today included.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum

from wallet_service.loyalty.rules.happening import Line, Trigger

Words = Mapping[str, str]
"""A text by its language; the first stands for all others."""


class Measure(StrEnum):
    """What can be counted of a member."""

    PURCHASES = "purchases"
    VISITS = "visits"
    SPENT = "spent"
    """Minor units paid in money."""
    QUANTITY = "quantity"
    """Pieces of some goods."""
    POINTS = "points"
    """That were earned by purchases."""


class Period(StrEnum):
    """Parts of the programme's calendar."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Beneficiary(StrEnum):
    """Who is given something."""

    MEMBER = "member"
    REFERRER = "referrer"
    """Who brought the member."""


MEMBER = Beneficiary.MEMBER
"""For the engine's steps, as `happening.PURCHASE`."""


@dataclass(frozen=True, slots=True)
class Goods:
    """Some goods: those of these numbers or categories; all, if neither is named."""

    skus: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()

    def has(self, line: Line) -> bool:
        """Whether this line is of them."""
        return not (self.skus or self.categories) or line.sku in self.skus or line.category in self.categories


ALL = Goods()


@dataclass(frozen=True, slots=True)
class Counted:
    """So many of something, this time included."""

    measure: Measure
    goods: Goods = ALL
    """Of which pieces are counted (`quantity`)."""
    within: int | None = None
    """Days, today included; None: ever."""
    at_least: int | None = None
    at_most: int | None = None
    every: int | None = None
    """Whenever the count reaches or passes a multiple of it: as often as it does so at once. Without a window only."""


@dataclass(frozen=True, slots=True)
class Basket:
    """What this purchase holds of some goods."""

    goods: Goods = ALL
    quantity: int = 0
    """Least number of pieces."""
    worth: int = 0
    """Least price of them together."""


@dataclass(frozen=True, slots=True)
class Recency:
    """How many days the purchase before this one lies back; who has none meets no `at_least`."""

    at_least: int | None = None
    at_most: int | None = None


@dataclass(frozen=True, slots=True)
class AtPlace:
    """Where."""

    places: frozenset[str]


@dataclass(frozen=True, slots=True)
class During:
    """When, by the programme's calendar. What is not said is not asked."""

    weekdays: frozenset[int] = frozenset()
    """0 is Monday."""
    begins: time | None = None
    ends: time | None = None
    """No longer at this minute; before `begins`, it is of the next day."""
    since: date | None = None
    until: date | None = None
    """The last day."""


@dataclass(frozen=True, slots=True)
class InTier:
    """Who has one of these tiers."""

    tiers: frozenset[str]


@dataclass(frozen=True, slots=True)
class Referred:
    """Whom another member brought."""


Condition = Counted | Basket | Recency | AtPlace | During | InTier | Referred


@dataclass(frozen=True, slots=True)
class Life:
    """How long points live."""

    days: int | None = None
    """They can be spent to the end of so many days after the one on which they begin to count; None: for ever."""
    delay: int = 0
    """They begin to count at the start of the day so many days later; 0: at once."""


@dataclass(frozen=True, slots=True)
class Grant:
    """A fixed number of points."""

    points: int
    life: Life = Life()
    to: Beneficiary = Beneficiary.MEMBER


@dataclass(frozen=True, slots=True)
class Percent:
    """A share of what was paid in money for some goods, converted at the worth of a point, rounded down."""

    share: int
    """Basis points."""
    goods: Goods = ALL
    life: Life = Life()


@dataclass(frozen=True, slots=True)
class Multiply:
    """More of what the shares (`Percent`) of this purchase give together: 20000 is twice as much."""

    by: int
    """Basis points, more than 10000: what is added is (by - 10000) of them."""
    life: Life = Life()


@dataclass(frozen=True, slots=True)
class GiveOffer:
    """A personal offer, by the name of its definition."""

    offer: str


@dataclass(frozen=True, slots=True)
class GiveTier:
    """A tier, whatever the member has reached."""

    tier: str


@dataclass(frozen=True, slots=True)
class SendMessage:
    """A hook for campaigns: who listens to this name is told."""

    hook: str


Effect = Grant | Percent | Multiply | GiveOffer | GiveTier | SendMessage


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a mechanic goes. None: as far as it likes."""

    per_member: int | None = None
    """Times, ever."""
    times: int | None = None
    """Times in each period."""
    period: Period = Period.DAY
    most: int | None = None
    """Points of one firing; more is cut."""
    budget: int | None = None
    """Points it may give to all members together; the last grant is cut."""


@dataclass(frozen=True, slots=True)
class Mechanic:
    """A rule that gives something by itself."""

    name: str
    title: Words
    why: Words
    """Why somebody got it, for the member; may show {points} and {receipt}."""
    trigger: Trigger
    of: str = ""
    """Name of the event, the segment or the tier that sets it off; empty: any."""
    days: int = 0
    """Of inactivity, or before points expire."""
    when: Sequence[Condition] = ()
    gives: Sequence[Effect] = ()
    limits: Limits = Limits()
    stage: str = ""
    """Of a member's life with the brand: engaging, developing, retaining, returning."""
    active: bool = True
