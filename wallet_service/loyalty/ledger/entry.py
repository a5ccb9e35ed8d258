"""What stands in the ledger: entries, and the lots that they open. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from wallet_service.amounts import Points
from wallet_service.loyalty.ledger.lots import Move


class Kind(StrEnum):
    """What an entry is."""

    POSTED = "posted"
    """Somebody added or took points."""
    PROMISED = "promised"
    """Points were granted that count from a later moment on; the balance is as it was."""
    ACTIVATED = "activated"
    """That moment has come."""
    EXPIRED = "expired"
    HELD = "held"
    """Points were set aside for a purchase that is not paid yet."""
    RELEASED = "released"
    """What was held came back: the purchase was given up, or took fewer."""
    REVERSED = "reversed"
    """An earlier entry was undone."""
    MERGED = "merged"
    """Two members turned out to be one person, or did not after all: what one had went over to the other."""


class LedgerBroken(AssertionError):
    """The books contradict themselves. Nothing is written; whatever led here is a bug."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger entry as written."""

    id: int
    member_id: str
    kind: Kind
    amount: Points
    balance: Points
    """The balance after it."""
    moves: Sequence[Move]
    """The lots it touched. Together they may be less than the amount: the rest paid a debt, or became one."""
    reason: str | None
    reference: str | None
    undoes: int | None
    """The entry that this one undoes, wholly or in part."""
    created_at: datetime
    digest: bytes


@dataclass(frozen=True, slots=True)
class NewLot:
    """A lot that an entry opens."""

    id: int
    amount: Points
    """As granted: a part of it may have paid a debt at once."""
    activates_at: datetime | None
    """Until then its points do not count; None: they count."""
    expires_at: datetime | None
    origin: str
