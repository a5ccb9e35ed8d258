"""Bonus lots: which points were granted together, and which of them go first. PURE.

A balance is what is left of a member's open lots; below nought it is a debt, which the next grant pays first. So what is
left of the open lots is always the balance, or nothing where that is negative.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from wallet_service.amounts import Points

NEVER = datetime.max.replace(tzinfo=UTC)

Move = tuple[int, int]
"""A lot's number, and by how many points what is left of it changes."""


@dataclass(frozen=True, slots=True)
class Lot:
    """Points granted together, as far as they are left."""

    id: int
    left: Points
    expires_at: datetime | None = None
    """From this moment on they are gone; None: never."""

    @property
    def turn(self) -> tuple[datetime, int]:
        """Lots are spent in this order: what expires first, and of those what came first."""
        return self.expires_at or NEVER, self.id


def take(lots: Iterable[Lot], amount: int) -> list[Move]:
    """Take points from the lots whose turn comes first; from all of them, where there are fewer."""
    moves: list[Move] = []
    for lot in sorted(lots, key=lambda lot: lot.turn):
        if amount <= 0:
            break
        taken = min(lot.left, amount)
        moves.append((lot.id, -taken))
        amount -= taken
    return moves


def take_back(lots: Sequence[Lot], own: Collection[int], amount: int) -> list[Move]:
    """Take points from their own lots first; what these have no longer, from those whose turn comes first."""
    moves = take([lot for lot in lots if lot.id in own], amount)
    others = [lot for lot in lots if lot.id not in own]
    return moves + take(others, amount + sum(points for _, points in moves))


def give_back(moves: Sequence[Move], amount: int) -> list[Move]:
    """Give points back to the lots from which these moves took them, beginning with what was taken last."""
    back: list[Move] = []
    for lot_id, points in reversed(moves):
        if amount <= 0:
            break
        given = min(-points, amount)
        back.append((lot_id, given))
        amount -= given
    return back


def lapsed(lots: Iterable[Lot], now: datetime) -> list[Move]:
    """All that is left of lots that have expired."""
    return [(lot.id, -lot.left) for lot in lots if lot.expires_at is not None and lot.expires_at <= now]


def grow(balance: int, amount: int) -> Points:
    """How many of so many points are left when they have paid what the balance owes."""
    return Points(max(balance + amount, 0) - max(balance, 0))
