"""Undoing an entry of the ledger: how much of it is left to undo, and what that moves. PURE."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from wallet_service.amounts import Points
from wallet_service.errors import Conflict
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.entry import Entry, Kind
from wallet_service.loyalty.ledger.lots import Move

REVERSIBLE = frozenset({Kind.POSTED, Kind.PROMISED, Kind.HELD})
"""What somebody did by hand, or a purchase; all else follows from it, or ends in a way of its own."""

CAME_BACK = frozenset({Kind.REVERSED, Kind.RELEASED})
"""What undid a part of an entry: in the books, or when its hold was closed."""


class NotReversible(Conflict):
    """Only an entry that added, took, held or promised points can be undone.

    Expired points stay expired, what undid an entry stands, and a merge is undone as a whole.
    """

    slug = "not-reversible"
    title = "This entry cannot be undone"


class AlreadyReversed(Conflict):
    """Less of the entry is left to undo than this would (`left`): the rest was undone before, or has expired unused."""

    slug = "already-reversed"
    title = "The entry was undone already"


class HoldOpen(Conflict):
    """These points are still held for a purchase: release the hold, or capture it, and undo the entry then."""

    slug = "hold-open"
    title = "The points are still being held"


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
    promise: int | None = None
    """The lot by which it still promises points; None: it promises nothing, or no longer."""
    promised: Points | None = None
    """How many."""
    own: Collection[int] = ()
    """What became of its lot by merges."""
    is_held: bool = False
    """Whether it took points for a hold that is open."""

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
        back = sum(self._sum(kind) for kind in CAME_BACK)
        return Points(max(moved - back - self._expired(), 0))

    def change(self, points: int) -> int:
        """By how much the balance changes when so many points are undone."""
        if self.promised is not None:
            return 0
        return points if self.gives else -points

    def points(self, wanted: Points | None) -> Points:
        """So many points, or all that are left. Raises `NotReversible`, `HoldOpen` or `AlreadyReversed`."""
        if self.entry.kind not in REVERSIBLE or (self.entry.kind is Kind.POSTED and self.entry.amount == 0):
            raise NotReversible(
                f"Entry {self.entry.id} is of the kind {self.entry.kind}, and moved {self.entry.amount}."
            )
        if self.is_held:
            raise HoldOpen(f"What entry {self.entry.id} took is held.")
        left = self.left
        if left == 0 or (wanted or 0) > left:
            raise AlreadyReversed(f"Of entry {self.entry.id}, {left} points are left to undo.", left=left)
        return left if wanted is None else wanted

    def taken(self) -> Entry:
        """The entry, as if it had taken only what its lots have not got back yet."""
        back: Counter[int] = Counter()
        for each in self.since:
            if each.kind in CAME_BACK:
                back.update(dict(each.moves))
        out = ((lot, points + back[lot]) for lot, points in self.entry.moves)
        return replace(self.entry, moves=[(lot, points) for lot, points in out if points])

    def _sum(self, kind: Kind) -> int:
        return sum(abs(each.amount) for each in self.since if each.kind is kind)

    def _expired(self) -> int:
        lapses = (each.moves for each in self.since if each.kind is Kind.EXPIRED)
        own = {self.entry.id, *self.own}
        return -sum(points for moves in lapses for lot, points in moves if lot in own)


def undo(
    account: Account, undoing: Undoing, points: Points, now: datetime, reason: str | None, reference: str | None
) -> Entry:
    """Undo so many points of an entry.

    The lots of the entry must be known to the account, and whatever has expired must have lapsed.
    """
    entry = undoing.entry
    if undoing.promise is not None:  # nothing has counted yet
        off = [(undoing.promise, -points)]
        return account.enter(
            Kind.REVERSED, 0, [], now, undoes=entry.id, reason=reason, reference=reference, called_off=off
        )
    if undoing.gives:
        return account.give_back(Kind.REVERSED, points, undoing.taken(), now, reason=reason, reference=reference)
    own = undoing.own
    return account.take_back(Kind.REVERSED, points, entry, now, own=own, reason=reason, reference=reference)
