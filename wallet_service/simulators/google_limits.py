"""How much Google takes on: requests a second of a project, notices a day of a pass."""

from collections import defaultdict, deque
from datetime import datetime, timedelta
from typing import Literal

from wallet_service.simulators.google_wire import GoogleRefusal

NoticeKind = Literal["update", "message"]

NOTICES_A_DAY = 3
DAY = timedelta(hours=24)


class Bucket:
    """Tokens of one project: it holds `rate` of them and gains `rate` a second."""

    def __init__(self, rate: float) -> None:
        """Full."""
        self._rate = rate
        self._level = rate
        self._seen: datetime | None = None

    def take(self, now: datetime) -> None:
        """Take one token. Raises `GoogleRefusal` (429, `rateLimitExceeded`) when there is none."""
        gained = (now - (self._seen or now)).total_seconds() * self._rate
        self._level, self._seen = min(self._rate, self._level + gained), now
        if self._level < 1:
            raise GoogleRefusal(429, "rateLimitExceeded", "Rate limit exceeded: too many requests per second.")
        self._level -= 1


class NoticeBook:
    """How often each pass notified in the last 24 hours: updates and messages are counted apart."""

    def __init__(self) -> None:
        """Nothing has notified yet."""
        self._spent: defaultdict[tuple[str, NoticeKind], deque[datetime]] = defaultdict(deque)

    def may_spend(self, resource_id: str, kind: NoticeKind, now: datetime) -> bool:
        """Count one notice, unless three were counted in the last 24 hours."""
        spent = self._spent[resource_id, kind]
        while spent and now - spent[0] >= DAY:
            spent.popleft()
        if len(spent) >= NOTICES_A_DAY:
            return False
        spent.append(now)
        return True

    def spend(self, resource_id: str, kind: NoticeKind, now: datetime) -> None:
        """Count one notice.

        Raises `GoogleRefusal` when three were counted: the status is that of the rate limit, only the reason tells.
        """
        if not self.may_spend(resource_id, kind, now):
            raise GoogleRefusal(429, "quotaExceeded", f"QuotaExceededException: notification quota of {resource_id}.")
