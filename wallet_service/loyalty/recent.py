"""How late other systems may tell of something, and how far their clocks may be ahead of ours. PURE."""

from datetime import datetime, timedelta

from wallet_service.errors import Invalid

AHEAD, BEHIND = timedelta(minutes=5), timedelta(days=400)
"""How far a till's clock may be ahead of ours, and how late a purchase may be told."""


class MomentInvalid(Invalid):
    """What happened lies at most 400 days back, and at most five minutes (of a till's clock) ahead."""

    slug = "moment-invalid"
    title = "It cannot have happened at this moment"


def recent(at: datetime | None, now: datetime) -> datetime:
    """The moment that a till tells of; None: now. Raises `MomentInvalid`."""
    if at is None:
        return now
    if not now - BEHIND <= at <= now + AHEAD:
        raise MomentInvalid("The moment is too far from now.", remedy="Look at the till's clock.")
    return at
