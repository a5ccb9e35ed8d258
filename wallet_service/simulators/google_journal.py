"""What the simulated Google was asked, for assertions, and how dense the requests were at their densest."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """One request to the REST interface; each part of a batch is one."""

    at: datetime
    project: str | None
    """The Google Cloud project that pays for it; None: the caller is unknown."""
    method: str
    path: str
    body: Any
    """JSON, or None when there was none that could be read."""
    status: int
    reason: str | None
    notices: int
    """How many passes notified their holders because of it."""


@dataclass(slots=True)
class Journal:
    """Every request, oldest first."""

    entries: list[Entry] = field(default_factory=list)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    def of(self, method: str, part_of_path: str = "") -> list[Entry]:
        """The requests with this method whose path contains that."""
        return [entry for entry in self.entries if entry.method == method and part_of_path in entry.path]

    @property
    def peak_per_second(self) -> int:
        """The most requests of one project in any one second, refused ones too, by the simulator's clock."""
        times = defaultdict[str | None, list[datetime]](list)
        for entry in self.entries:
            times[entry.project].append(entry.at)
        return max(map(peak_per_second, times.values()), default=0)


def peak_per_second(times: Iterable[datetime]) -> int:
    """The most of these ascending instants in any half-open second."""
    window: deque[datetime] = deque()
    peak = 0
    for instant in times:
        window.append(instant)
        while instant - window[0] >= SECOND:
            window.popleft()
        peak = max(peak, len(window))
    return peak
