"""What an offer is: whom it is for, what it brings, and within which bounds. PURE.

Money is in minor units, shares are basis points (1500 is 15 %), days are those of the programme's calendar. The till
applies a discount; we say how much it is, and of which lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from wallet_service.loyalty.rules.calendar import begins_at, ends_at
from wallet_service.loyalty.rules.happening import Line
from wallet_service.loyalty.rules.mechanic import ALL, Goods, Life, Words

WHOLE = 10_000
"""Basis points of everything."""


class Kind(StrEnum):
    """Who holds codes of an offer."""

    SHARED = "shared"
    """One code for everybody: a promo code."""
    UNIQUE = "unique"
    """Many codes, each good once, for whoever shows it: printed coupons."""
    PERSONAL = "personal"
    """A code for each member to whom it is given."""


@dataclass(frozen=True, slots=True)
class PercentOff:
    """A share of the price."""

    share: int
    """Basis points."""
    most: int | None = None
    """Minor units; more is cut."""

    def of(self, price: int) -> int:
        """What is off such a price, rounded down."""
        off = price * self.share // WHOLE
        return off if self.most is None else min(off, self.most)


@dataclass(frozen=True, slots=True)
class AmountOff:
    """A sum of money, or the whole price where that is less."""

    amount: int

    def of(self, price: int) -> int:
        """What is off such a price."""
        return min(self.amount, price)


@dataclass(frozen=True, slots=True)
class FreeGoods:
    """A piece of something, which the till hands over for nothing."""

    sku: str


@dataclass(frozen=True, slots=True)
class BonusPoints:
    """Points, for a member."""

    points: int


@dataclass(frozen=True, slots=True)
class Entitlement:
    """Something to be had that is neither goods nor money: entry to a lounge, a fitting at home."""

    text: Words


Benefit = PercentOff | AmountOff | FreeGoods | BonusPoints | Entitlement


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """An offer as it is defined."""

    name: str
    title: Words
    kind: Kind
    benefit: Benefit
    description: Words = field(default_factory=dict)
    """May be empty."""
    code: str = ""
    """Of a shared offer, in its normal form."""
    goods: Goods = ALL
    """To which a discount applies, and of which the least basket consists."""
    places: frozenset[str] = frozenset()
    """Where it is good; empty: everywhere."""
    least: int = 0
    """What those goods must cost together at least."""
    since: date | None = None
    until: date | None = None
    """The last day."""
    valid_days: int | None = None
    """A personal offer is good to the end of so many days after the one on which it was given, or of `until`."""
    total: int | None = None
    """Times it can be redeemed by all together."""
    per_member: int | None = None
    """Times a member can redeem it."""
    reminder_days: int | None = None
    """So many days before its last one, a personal offer is brought back to mind."""

    def ends_at(self, given: datetime) -> datetime | None:
        """When a personal offer is over that is given at this local moment; None: never."""
        return ends_at(Life(self._days_from(given.date())), given)

    def reminds_at(self, given: datetime) -> datetime | None:
        """When it is to be brought back to mind: at the start of a day after this one, or (None) not at all."""
        days = self._days_from(given.date())
        if days is None or self.reminder_days is None:
            return None
        return begins_at(Life(delay=max(days - self.reminder_days, 0)), given)

    def _days_from(self, day: date) -> int | None:
        """For how many days after this one it is good."""
        until = None if self.until is None else (self.until - day).days
        return min((days for days in (self.valid_days, until) if days is not None), default=None)


@dataclass(frozen=True, slots=True)
class Check:
    """What a code is shown for."""

    lines: Sequence[Line] = ()
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What is known of a code, and of who shows it."""

    used: bool = False
    """A code that is good once has been redeemed."""
    ended: bool = False
    """The code has come to its end, or the offer was withdrawn."""
    foreign: bool = False
    """The code is another member's."""
    member: bool = False
    """Whether it is known who shows it."""
    redeemed: int = 0
    """Times it was redeemed by all together, undone ones not counted."""
    by_member: int = 0


@dataclass(frozen=True, slots=True)
class Granted:
    """What a code brings."""

    discount: int = 0
    shares: Sequence[int] = ()
    """The discount by the line of the check."""
    points: int = 0
    gift: str = ""
    """The number of the goods that are handed over for nothing."""
    entitlement: Mapping[str, str] | None = None


class Reason(StrEnum):
    """Why a code brings nothing."""

    USED = "used"
    ENDED = "ended"
    FOREIGN = "another-members"
    EARLY = "too-early"
    ELSEWHERE = "not-here"
    NAMELESS = "member-needed"
    SPENT = "all-redeemed"
    ENOUGH = "member-had-enough"
    GOODS = "goods-missing"
    SMALL = "basket-too-small"
