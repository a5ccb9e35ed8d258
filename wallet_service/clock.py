"""Where time comes from: business code asks a Clock, so a test can say what time it is."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """The present instant, aware, UTC."""
        return datetime.fromtimestamp(time.time(), UTC)  # noqa: TID251 - the one place that reads the machine's clock


@dataclass
class SetClock:
    """A clock that shows what it was set to."""

    instant: datetime

    def now(self) -> datetime:
        """The instant it was last set to."""
        return self.instant

    def forward(self, step: timedelta) -> None:
        """Move the hands."""
        self.instant += step
