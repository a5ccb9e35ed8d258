"""How the command line shows long work: by a bar on a terminal, by a line now and then elsewhere."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

EVERY = 5.0
"""Seconds between two plain lines."""


class Look(Protocol):
    """Work as it was at a moment."""

    @property
    def seconds(self) -> float:
        """Since it began."""
        ...

    @property
    def done(self) -> int:
        """How much of it is done."""
        ...

    @property
    def total(self) -> int:
        """Of how much."""
        ...

    @property
    def words(self) -> str:
        """How far it is, how fast, and how long it still takes."""
        ...


@dataclass(slots=True)
class Lines:
    """A line now and then."""

    console: Console
    due: float = EVERY

    def show(self, look: Look) -> None:
        """Print how far it is, if it is time."""
        if look.seconds >= self.due:
            self.console.print(look.words)
            self.due = look.seconds + EVERY


@dataclass(slots=True)
class Bar:
    """A bar that moves as the work is done."""

    bars: Progress

    def show(self, look: Look) -> None:
        """Move it."""
        if not self.bars.tasks:
            self.bars.add_task("", total=look.total)
        self.bars.update(self.bars.tasks[0].id, completed=look.done, description=look.words)


@contextmanager
def screen(console: Console) -> Iterator[Callable[[Look], None]]:
    """What shows each look, for as long as the work lasts."""
    if not console.is_terminal:
        yield Lines(console).show
        return
    with Progress(BarColumn(), TextColumn("{task.description}"), console=console, transient=True) as bars:
        yield Bar(bars).show
