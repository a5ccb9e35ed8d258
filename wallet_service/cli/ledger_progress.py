"""How the command line shows a proof under way: a bar on a terminal, a line now and then elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

ERR = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)

EVERY = 5.0
"""Seconds between two plain lines."""


@dataclass(frozen=True, slots=True)
class Look:
    """A proof as it was at a moment."""

    members: int
    entries: int
    expected: int
    """Members there are."""
    seconds: float
    """Since it began."""


def progress_line(look: Look) -> str:
    """How far it is, how fast, and how long it still takes at that rate. PURE."""
    if not look.members or look.seconds <= 0:
        return "0 members"
    ahead = max(look.expected - look.members, 0)  # members may have joined since they were counted
    left = timedelta(seconds=round(look.seconds * ahead / look.members))
    rate = look.entries / look.seconds
    return f"{look.members:,} of {look.expected:,} members, {rate:,.0f} entries/s, {left} left"


@dataclass(slots=True)
class Board:
    """Where one proof is shown."""

    expected: int
    show: Callable[[Look], None]
    now: Callable[[], float] = time.perf_counter
    began: float = field(init=False)

    def __post_init__(self) -> None:
        """It begins now."""
        self.began = self.now()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return self.now() - self.began

    def tell(self, members: int, entries: int) -> None:
        """Show that so many are done."""
        self.show(Look(members, entries, self.expected, self.seconds))


@dataclass(slots=True)
class Lines:
    """A line now and then."""

    console: Console
    due: float = EVERY

    def show(self, look: Look) -> None:
        """Print how far it is, if it is time."""
        if look.seconds >= self.due:
            self.console.print(progress_line(look))
            self.due = look.seconds + EVERY


@contextmanager
def shown(expected: int, console: Console = ERR) -> Iterator[Board]:
    """A bar on a terminal, plain lines elsewhere."""
    if not console.is_terminal:
        yield Board(expected, Lines(console).show)
        return
    with Progress(BarColumn(), TextColumn("{task.description}"), console=console, transient=True) as bars:
        task = bars.add_task("", total=expected)
        yield Board(expected, lambda look: bars.update(task, completed=look.members, description=progress_line(look)))
