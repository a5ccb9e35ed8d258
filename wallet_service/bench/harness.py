"""What every bench has in common: figures and their goals, rounds, comparisons, and the machine they ran on."""

import asyncio
import os
import platform
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from wallet_service.errors import WalletServiceError

Result = TypeVar("Result")

ROUNDS = 5
"""The least number of rounds whose median is a figure."""

SLICE = 0.8
"""Seconds one side of a comparison runs in one round."""


class BenchImpossible(WalletServiceError):
    """Something that this bench needs is not here, such as a load generator."""

    slug = "bench-impossible"
    title = "This cannot be measured here"


class Effort(Enum):
    """How long a bench may take: `QUICK` ends within 40 s, `FULL` takes the size of a large brand.

    A `TRIAL` is for tests: all of the bench runs, and what it measures means nothing.
    """

    TRIAL = "trial"
    QUICK = "quick"
    NORMAL = "normal"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a figure should be: at least, or at most, a bound."""

    bound: float
    at_most: bool = False

    def met(self, value: float) -> bool:
        """Whether a figure is where it should be. PURE."""
        return value <= self.bound if self.at_most else value >= self.bound

    def __str__(self) -> str:
        return f"{'≤' if self.at_most else '≥'} {self.bound:,g}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One thing that a bench measures; without a goal it is only reported."""

    key: str
    meaning: str
    """What it is, and its unit."""
    goal: Goal | None = None


Figures = dict[str, float]
"""Key -> what was measured. A key may be missing where its peer is not installed."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two ways of doing the same, run by turns: the median of each, and the median of their ratios."""

    ours: float
    theirs: float
    ratio: float
    """ours / theirs, round by round."""


def compare(label: str, ours: Callable[[], float], theirs: Callable[[], float], *, rounds: int = ROUNDS) -> Comparison:
    """Measure both by turns, so that whatever else the machine does meets both alike."""
    return of_pairs([(ours(), theirs()) for _ in steps(label, rounds)])


def of_pairs(pairs: Sequence[tuple[float, float]]) -> Comparison:
    """The medians of rounds, each measured as (ours, theirs). PURE."""
    ours, theirs = zip(*pairs, strict=True)
    return Comparison(median(ours), median(theirs), median(mine / other for mine, other in pairs))


def rate(act: Callable[[], object], seconds: float = SLICE) -> float:
    """How often per second `act` can be called, one after the other."""
    calls, began = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - began) < seconds:
        act()
        calls += 1
    return calls / elapsed


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` (0 to 1) of the values do not exceed. PURE."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def steps(label: str, number: int) -> Iterator[int]:
    """0 to `number`, with a progress bar on stderr where somebody looks."""
    with progress() as bar:
        yield from bar.track(range(number), description=label)


def progress() -> Progress:
    """A bar with what is done and the time left; silent where stderr is not a terminal."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def on_loop(main: Callable[[], Coroutine[Any, Any, Result]]) -> Result:
    """Run it on the event loop that `serve` runs on."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(main())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())


@contextmanager
def one_core() -> Iterator[None]:
    """This process on one core only, where the system can be asked for that."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def machine() -> str:
    """The machine in one line: cores, processor, system, Python."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{cores} cores of {_processor()}, {platform.system()} {platform.machine()}, {python}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "an unnamed processor"
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, "an unnamed processor")
