"""What comes back of a purchase when some of its goods do. PURE.

All is reckoned from the beginning: what has to have come back once so many pieces have, less what had to before. So
however a purchase is returned, piece by piece or at once, in the end exactly all of it has come back.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from wallet_service.errors import Conflict, Invalid
from wallet_service.loyalty.rules.happening import Line

Pieces = tuple[int, ...]
"""How many of each line."""


class RefundInvalid(Invalid):
    """A refund names lines of its purchase, the first being 1, each once, with at least one piece."""

    slug = "refund-invalid"
    title = "This cannot be returned"


class AlreadyReturned(Conflict):
    """Fewer pieces of a line are left to be returned (`left`) than this would: the others came back before."""

    slug = "already-returned"
    title = "It was returned already"


@dataclass(frozen=True, slots=True)
class Bill:
    """What a purchase came to."""

    lines: Sequence[Line]
    paid: int
    """In money."""
    spent: int
    """Points that paid."""
    gave: tuple[int, ...]
    """Points that each of the purchase's entries granted."""

    @property
    def total(self) -> int:
        """The price of all."""
        return sum(line.total for line in self.lines)

    @property
    def pieces(self) -> Pieces:
        """All there is to return."""
        return tuple(line.quantity for line in self.lines)


@dataclass(frozen=True, slots=True)
class Back:
    """What comes back, or has come back."""

    total: int
    """The price of the goods."""
    paid: int
    """Money, for the customer."""
    spent: int
    """Points, for the customer."""
    gave: tuple[int, ...]
    """Points, from the customer: of each entry that granted some."""

    def __sub__(self, before: "Back") -> "Back":
        gave = tuple(now - then for now, then in zip(self.gave, before.gave, strict=True))
        return Back(self.total - before.total, self.paid - before.paid, self.spent - before.spent, gave)


def back(bill: Bill, pieces: Pieces) -> Back:
    """What has to have come back once so many pieces of each line have.

    Money and points are shared by price, each rounded down. What costs nothing at all is shared by pieces.
    """
    total = sum(line.total * some // line.quantity for line, some in zip(bill.lines, pieces, strict=True))
    part, whole = (total, bill.total) if bill.total else (sum(pieces), sum(bill.pieces))

    def share(amount: int) -> int:
        return amount * part // whole

    return Back(total, share(bill.paid), share(bill.spent), tuple(share(points) for points in bill.gave))


def returned(bill: Bill, before: Pieces, asked: Sequence[tuple[int, int]] | None) -> Pieces:
    """How many pieces of each line have come back with these lines and pieces; None: with all that are left.

    Raises `RefundInvalid` or `AlreadyReturned`.
    """
    if asked is None:
        asked = [
            (n, all_ - some) for n, (all_, some) in enumerate(zip(bill.pieces, before, strict=True), 1) if all_ > some
        ]
        if not asked:
            raise AlreadyReturned("All of the purchase has come back before.", left=0)
    after = list(before)
    for line, pieces in asked:
        if not 0 < line <= len(after) or after[line - 1] != before[line - 1] or pieces < 1:
            raise RefundInvalid(f"Line {line} is none of this purchase, or is named twice.", line=line)
        left = bill.pieces[line - 1] - before[line - 1]
        if pieces > left:
            raise AlreadyReturned(f"Of line {line}, {left} pieces are left to be returned.", line=line, left=left)
        after[line - 1] += pieces
    return tuple(after)
