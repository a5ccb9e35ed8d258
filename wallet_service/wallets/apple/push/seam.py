"""The seam of the push transport: what any APNs client must offer (facts: HTTP/2 provider API of APNs)."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol
from uuid import uuid4


class PushOutcome(StrEnum):
    """What became of one push."""

    ACCEPTED = "accepted"
    """200: APNs took it."""
    DEAD_TOKEN = "dead_token"  # noqa: S105 - the name of an outcome
    """410, or 400 BadDeviceToken: nobody is there. With `timestamp`, only if registered before it."""
    REJECTED = "rejected"
    """APNs will never take this push as it is: mend the push or the credential."""
    THROTTLED = "throttled"
    """429: too many to this device token."""
    UNAVAILABLE = "unavailable"
    """500 or 503, certificate out of date, circuit open, no connection: try later."""
    NOT_SENT = "not_sent"
    """Provably unprocessed (above GOAWAY's last id, REFUSED_STREAM, never opened): always safe to send again."""
    UNKNOWN = "unknown"
    """It left and no answer came: send again only if the push is idempotent."""


def _new_apns_id() -> str:
    return str(uuid4())


@dataclass(frozen=True, slots=True)
class Push:
    """One push to one device token."""

    token: str
    """Device push token, lower-case hex."""
    topic: str
    """The pass type identifier."""
    payload: bytes = b"{}"
    push_type: str | None = "background"
    priority: int | None = 5
    expiration: int | None = None
    """Unix seconds until which APNs may keep it; 0 = one attempt; None = header left out."""
    collapse_id: str | None = None
    apns_id: str = field(default_factory=_new_apns_id)
    """Ours, so that logs and retries share one id."""
    idempotent: bool = True
    """A second arrival does no harm (a Wallet push carries no content), so `unknown` may be retried."""


@dataclass(frozen=True, slots=True)
class PushResult:
    """The verdict on one push."""

    push: Push
    outcome: PushOutcome
    status: int | None = None
    reason: str | None = None
    timestamp: int | None = None
    """Unix milliseconds at which APNs last knew the token to be dead (410 only)."""
    retry_after: float | None = None
    """Seconds the server asked us to wait."""


class PushTransport(Protocol):
    """A way to APNs for one credential."""

    async def send(self, push: Push) -> PushResult:
        """Send one push and wait for its verdict. Never raises for what the other side does."""
        ...

    def send_many(self, pushes: Iterable[Push]) -> AsyncIterator[PushResult]:
        """Send all with a bounded window and no task per push; verdicts come in any order, exactly one for each push."""
        ...

    async def aclose(self) -> None:
        """Let streams in flight finish for a moment, then close every connection."""
        ...
