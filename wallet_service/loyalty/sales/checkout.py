"""A check at the till: what it costs, how far points may pay it, and what is left to pay. PURE.

Money is in minor units of the programme's currency; docs/purchases.md states the rules for people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from wallet_service.amounts import MOST, Points
from wallet_service.errors import Conflict, Invalid
from wallet_service.loyalty.rules.happening import Line
from wallet_service.loyalty.rules.rulebook import Spending

WHOLE = 10_000
"""Basis points of all."""


class LinesInvalid(Invalid):
    """The lines make no receipt: a discount is larger than its line, or the money is more than a receipt can be.

    One line, one discount and the whole receipt are each a thousand million minor units at most.
    """

    slug = "lines-invalid"
    title = "These lines make no receipt"


class SpendOverCap(Conflict):
    """The programme lets points pay no more of these goods (`most` points; `bound` says which of its rules it is).

    A quote tells both before the customer pays.
    """

    slug = "spend-over-cap"
    title = "Points may not pay so much of this"


class Bound(StrEnum):
    """What keeps points from paying more of a check."""

    TOTAL = "total"
    """There is no more to pay."""
    EXCLUDED = "exclude"
    """The other goods are never paid with points."""
    SHARE = "most_percent"
    """Points pay only a share of the goods."""
    LEAST_PAY = "least_pay"
    """So much is always paid in money."""
    BALANCE = "balance"
    """The member has no more."""


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many points may pay, and why not more."""

    points: Points
    bound: Bound


def total_of(lines: Sequence[Line]) -> int:
    """What the lines cost together. Raises `LinesInvalid`."""
    for number, line in enumerate(lines, 1):
        if line.total < 0:
            raise LinesInvalid(f"Line {number} has a discount larger than its price.", line=number)
    total = sum(line.total for line in lines)
    if max(total, *(line.quantity * line.price for line in lines)) > MOST:
        raise LinesInvalid(f"A receipt is {MOST} minor units at most.", limit=MOST)
    return total


def most_points(lines: Sequence[Line], spending: Spending, available: int) -> Allowance:
    """The most points that may pay these lines, out of so many available."""
    total = sum(line.total for line in lines)
    excluded = spending.excluded
    eligible = total if excluded is None else sum(line.total for line in lines if not excluded.has(line))
    payable = {
        Bound.TOTAL: total,
        Bound.EXCLUDED: eligible,
        Bound.SHARE: eligible * spending.most_share // WHOLE,
        Bound.LEAST_PAY: max(total - spending.least_pay, 0),
    }
    points = {bound: money // spending.worth for bound, money in payable.items()}
    points[Bound.BALANCE] = max(available, 0)
    bound = min(points, key=points.__getitem__)
    return Allowance(Points(points[bound]), bound)


def require_payable(lines: Sequence[Line], spending: Spending, points: int) -> None:
    """Whether so many points may pay, whoever has them. Raises `SpendOverCap`."""
    cap = most_points(lines, spending, points)
    if cap.points < points:
        raise SpendOverCap(f"Points may pay {cap.points} of this, not {points}.", most=cap.points, bound=cap.bound)
