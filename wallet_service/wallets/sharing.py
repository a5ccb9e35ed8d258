"""How processes share one Google project: each of its requests a second is a seat, which one process at a time holds.

No seat is used twice within a window, so no second of that length holds more requests than there are seats, whoever
made them. A customer may book the seat that is free next; campaigns take what is free now, and between two batches of
theirs, of whichever process, lies the time that their requests would take one by one. So a customer waits for about
one batch, whatever other processes have to tell.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

SLACK = 0.05
"""Seconds by which two requests may come closer together on their way; for so long a second is held to last longer."""
WINDOW = 1.0 + SLACK
"""Seconds for which a seat is taken."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one process may send."""

    requests: int
    """May be sent at once when `wait` is over; 0: none yet, ask again then."""
    wait: float
    """Seconds."""


Reserve = Callable[[int, bool], Awaitable[Share | None]]
"""Asked for a share of a project: the most requests wanted, and whether a customer waits for them.

None: nothing may be sent, for what other processes send cannot be known now. It raises nothing.
"""


def share(seats: Sequence[float], campaign_from: float, most: int, *, urgent: bool) -> Share:
    """What may be sent, at least one request, and when. PURE.

    `seats` are the seconds until each is free, soonest first, and `campaign_from` those until campaigns may go on;
    either is negative where that has been so for a while.
    """
    soonest = seats[0]
    opens = soonest - WINDOW if urgent else max(soonest, campaign_from)
    if opens > 0.0:
        return Share(0, opens)
    free = sum(seat <= 0.0 for seat in seats)
    return Share(min(most, max(1, free)), max(0.0, soonest))
