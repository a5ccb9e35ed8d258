"""Codes of offers that are redeemed with a purchase, and what they leave to be paid of its lines. PURE."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from wallet_service.loyalty.rules.happening import Line

ORIGIN = "offer:"
"""Before the name of an offer, as the origin of a lot, and where a purchase says what gave points for it."""


class Redeemed(NamedTuple):
    """A code, and what it brought for a purchase."""

    redemption: str
    """Its id."""
    offer: str
    """The name of the offer."""
    code: str
    discount: int = 0
    """In minor units."""
    shares: Sequence[int] = ()
    """The discount by lines; empty: there is none."""
    points: int = 0
    gift: str = ""
    """The number of goods that are handed over for nothing."""
    entitlement: Mapping[str, str] | None = None


def net(lines: Sequence[Line], redeemed: Iterable[Redeemed]) -> Sequence[Line]:
    """The lines of a receipt as they are paid: codes have taken off each what is its share of their discounts."""
    shares = [each.shares for each in redeemed if each.discount]
    if not shares:
        return lines
    off = (sum(parts) for parts in zip(*shares, strict=True))
    return [line._replace(discount=line.discount + part) for line, part in zip(lines, off, strict=True)]


def by_rules(gave: Iterable[tuple[str, int, int]]) -> int:
    """Points that mechanics gave, out of what gave some: those that a code brought were not earned."""
    return sum(points for name, _, points in gave if not name.startswith(ORIGIN))
