"""Undoing an entry of the ledger: how much of it is left to undo, and what that moves. PURE."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from wallet_service.amounts import Points
from wallet_service.errors import Conflict
from wallet_service.loyalty.account import Account
from wallet_service.loyalty.entry import Entry, Kind
from wallet_service.loyalty.lots import Move

REVERSIBLE = frozenset({Kind.POSTED, Kind.PROMISED})
"""What somebody did by hand, or a purchase; all else follows from it, or ends in a way of its own."""


class NotReversible(Conflict):
    """Only an entry that added, took or promised points can be undone.

    Expired points stay expired, what is held is given back by its hold, and what undid an entry stands.
    """

    slug = "not-reversible"
    title = "This entry cannot be undone"


class AlreadyReversed(Conflict):
    """Less of the entry is left to undo than this would (`left`): the rest was undone before, or has expired unused."""

    slug = "already-reversed"
    title = "The entry was undone already"


@dataclass(frozen=True, slots=True)
class Trace:
    """What an entry did that had to do with another one."""

    kind: Kind
    amount: int
    moves: Sequence[Move]


@dataclass(frozen=True, slots=True)
class Undoing:
    """An entry that is to be undone, and what has become of it."""

    entry: Entry
    since: Sequence[Trace | Entry]
    """What undid a part of it, what let its points expire, and what let them count where they had been promised."""
    promised: Points | None = None
    """How many points it still promises; None: it promises nothing, or no longer."""

    @property
    def gives(self) -> bool:
        """Whether the member gets points back."""
        return self.entry.amount < 0

    @property
    def left(self) -> Points:
        """How many of its points can still be undone: neither were they before, nor have they expired unused."""
        if self.promised is not None:
            return self.promised
        moved = abs(self.entry.amount) + self._sum(Kind.ACTIVATED)
        return Points(max(moved - self._sum(Kind.REVERSED) - self._expired(), 0))

    def change(self, points: int) -> int:
        """By how much the balance changes when so many points are undone."""
        if self.promised is not None:
            return 0
        return points if self.gives else -points

    def points(self, wanted: Points | None) -> Points:
        """So many points, or all that are left. Raises `NotReversible` or `AlreadyReversed`."""
        if self.entry.kind not in REVERSIBLE or (self.entry.kind is Kind.POSTED and self.entry.amount == 0):
            raise NotReversible(
                f"Entry {self.entry.id} is of the kind {self.entry.kind}, and moved {self.entry.amount}."
            )
        left = self.left
        if left == 0 or (wanted or 0) > left:
            raise AlreadyReversed(f"Of entry {self.entry.id}, {left} points are left to undo.", left=left)
        return left if wanted is None else wanted

    def taken(self) -> Entry:
        """The entry, as if it had taken only what its lots have not got back yet."""
        back: Counter[int] = Counter()
        for each in self.since:
            if each.kind is Kind.REVERSED:
                back.update(dict(each.moves))
        out = ((lot, points + back[lot]) for lot, points in self.entry.moves)
        return replace(self.entry, moves=[(lot, points) for lot, points in out if points])

    def _sum(self, kind: Kind) -> int:
        return sum(abs(each.amount) for each in self.since if each.kind is kind)

    def _expired(self) -> int:
        lapses = (each.moves for each in self.since if each.kind is Kind.EXPIRED)
        return -sum(points for moves in lapses for lot, points in moves if lot == self.entry.id)


def undo(
    account: Account, undoing: Undoing, points: Points, now: datetime, reason: str | None, reference: str | None
) -> Entry:
    """Undo so many points of an entry.

    The lots of the entry must be known to the account, and whatever has expired must have lapsed.
    """
    entry = undoing.entry
    if undoing.promised is not None:  # nothing has counted yet
        off = [(entry.id, -points)]
        return account.enter(
            Kind.REVERSED, 0, [], now, undoes=entry.id, reason=reason, reference=reference, called_off=off
        )
    if undoing.gives:
        return account.give_back(Kind.REVERSED, points, undoing.taken(), now, reason=reason, reference=reference)
    return account.take_back(Kind.REVERSED, points, entry, now, reason=reason, reference=reference)
