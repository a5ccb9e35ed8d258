"""How the command line shows work that counts things of one kind: how many, of how many, how fast, how much longer."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from rich.console import Console

from wallet_service.cli.progress import screen

ERR = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)


@dataclass(frozen=True, slots=True)
class Look:
    """The work as it was at a moment."""

    things: str
    done: int
    total: int
    seconds: float
    """Since it began."""

    @property
    def words(self) -> str:
        """In a line."""
        if not self.done or self.seconds <= 0:
            return f"0 {self.things}"
        ahead = max(self.total - self.done, 0)  # some may have come since they were counted
        left = timedelta(seconds=round(self.seconds * ahead / self.done))
        return f"{self.done:,} of {self.total:,} {self.things}, {self.done / self.seconds:,.0f}/s, {left} left"


@dataclass(slots=True)
class Board:
    """Where one piece of work is shown."""

    things: str
    total: int
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

    def tell(self, done: int) -> None:
        """Show that so many are done."""
        self.show(Look(self.things, done, self.total, self.seconds))


@contextmanager
def shown(things: str, total: int, console: Console = ERR) -> Iterator[Board]:
    """A bar on a terminal, plain lines elsewhere."""
    with screen(console) as show:
        yield Board(things, total, show)
