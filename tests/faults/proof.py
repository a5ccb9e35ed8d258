"""What a proof is: one scenario, broken on purpose in run after run, and what was counted meanwhile."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Self


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run, or many, came to. That nothing was lost or doubled is asserted, not counted."""

    acknowledged: int = 0
    """Requests whose success was told to the caller (to us, where we call Google); every one was found again."""
    unknown: int = 0
    """Requests whose answer was lost; each was repeated until it was told."""
    refused: int = 0
    """Answers that asked the caller to come again (409, 503; Google's 401, 429 and 5xx)."""
    pushes: int = 0
    """Pushes that Apple took, or notices on the phones of Google."""
    slowest: float = 0.0
    """Most seconds from the end of a trouble (Google's: from its beginning) until everybody was served again."""

    def __add__(self, other: Self) -> "Figures":
        return Figures(
            self.acknowledged + other.acknowledged,
            self.unknown + other.unknown,
            self.refused + other.refused,
            self.pushes + other.pushes,
            max(self.slowest, other.slowest),
        )


@dataclass(slots=True)
class Runs:
    """So many runs of a scenario: `for chance in runs`, each with dice of its own, and `runs.add` what it came to."""

    count: int
    seed: int
    tell: Callable[[int, Figures], None] | None = None
    """Hears after each run how many were done, and the figures of all together."""
    figures: Figures = field(default_factory=Figures)
    done: int = 0

    def __iter__(self) -> Iterator[Random]:
        """The dice of each run."""
        return (Random(f"{self.seed}/{number}") for number in range(self.count))  # noqa: S311 - moments, not secrets

    def add(self, figures: Figures, done: int = 1) -> None:
        """A run is over, or several at once, and all was well."""
        self.figures += figures
        self.done += done
        if self.tell:
            self.tell(self.done, self.figures)


Scenario = Callable[[Path, Runs], Awaitable[None]]
"""Builds its world in an empty folder and does its runs. Raises when one finds anything lost, doubled or hung."""


async def prove(scenario: Scenario, folder: Path, runs: Runs) -> Figures:
    """Do all runs of a scenario; their figures together."""
    await scenario(folder, runs)
    assert runs.done == runs.count
    return runs.figures
