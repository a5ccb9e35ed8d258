"""The circuit breaker of one credential: a pure state machine over failures to connect and monotonic seconds."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

THRESHOLD = 3
"""Failures in a row after which we stop trying for a while."""
FIRST_PAUSE = 0.1
"""Ceiling, in seconds, of the pause after the first failure; it doubles, and three stay well below a second."""
FIRST_REST = 1.0
LONGEST_REST = 60.0


class Circuit(StrEnum):
    """Whether connecting may be tried."""

    CLOSED = "closed"
    """Yes, after a short pause if the last try failed."""
    OPEN = "open"
    """No: say so at once instead of letting pushes wait."""
    HALF_OPEN = "half-open"
    """The rest is over: one try decides."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """What is known about reaching the other side; every step makes a new one."""

    failures: int = 0
    """In a row."""
    until: float = 0.0
    """Monotonic second before which nothing is tried."""
    reason: str = ""
    """Why the last try failed."""

    def circuit(self, now: float) -> Circuit:
        """The state at this moment."""
        if self.failures < THRESHOLD:
            return Circuit.CLOSED
        return Circuit.OPEN if now < self.until else Circuit.HALF_OPEN

    def wait(self, now: float) -> float:
        """Seconds until the next try is allowed."""
        return max(0.0, self.until - now)

    def failed(self, now: float, reason: str, *, jitter: float, lasting: bool = False) -> Self:
        """After one more failure. `jitter` is in [0, 1); a `lasting` trouble (our certificate) opens it at once."""
        failures = max(self.failures + 1, THRESHOLD if lasting else 0)
        return type(self)(failures, now + _pause(failures, jitter), reason)

    def succeeded(self) -> Self:
        """After the other side has answered."""
        return type(self)()


def _pause(failures: int, jitter: float) -> float:
    if failures < THRESHOLD:
        return float(FIRST_PAUSE * 2 ** (failures - 1)) * jitter
    doublings = min(failures - THRESHOLD, 10)
    # Half of a rest is certain: with full jitter an open circuit could be open for no time at all.
    return min(LONGEST_REST, FIRST_REST * float(2**doublings)) * (0.5 + jitter / 2)
