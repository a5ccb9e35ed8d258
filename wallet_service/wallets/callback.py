"""What a wallet tells us of a card of ours: the values that pass from the one who verifies it to the doors and the business."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MOST_BYTES = 16_384
"""The longest callback that is looked at; genuine ones have about 1,000 bytes."""


class Reason(StrEnum):
    """Why a callback is not believed, as it is counted."""

    MALFORMED = "malformed"
    """It is no callback at all."""
    PROTOCOL = "protocol"
    """Signed by other rules than we know, and perhaps by weaker ones."""
    UNKNOWN_ROOT = "unknown-root"
    """No root key of Google's that we have vouches for it."""
    KEY_EXPIRED = "key-expired"
    """The key that signed it may sign no more."""
    FOREIGN_ISSUER = "foreign-issuer"
    """It names no issuer of ours: somebody else's, sent on to us."""
    SIGNATURE = "signature"
    """It was not signed as it is, or not for the issuer it names."""
    EXPIRED = "expired"
    """It was good once: a replay, or a clock of ours that is ahead."""
    FOREIGN_ID = "foreign-id"
    """It was signed for an issuer of ours and speaks of another's objects."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A callback that is not believed."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Callback:
    """Something that truly happened to objects of ours."""

    issuer: str
    class_id: str
    object_ids: tuple[str, ...]
    event: str
    """`save`, `del`, or something newer than this program."""
    nonce: str
    """The same for every delivery of this callback."""
    expires_at: datetime


Verify = Callable[[bytes, Collection[str], datetime], Awaitable[Callback | Refusal]]
"""Given the body as it came, the issuers that are ours, and the time. Raises `Unavailable` when it cannot be known now."""
