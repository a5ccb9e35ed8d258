"""How the command line shows a proof under way: a bar on a terminal, a line now and then elsewhere."""

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
    """A proof as it was at a moment."""

    members: int
    entries: int
    expected: int
    """Members there are."""
    seconds: float
    """Since it began."""

    @property
    def done(self) -> int:
        """The members proven."""
        return self.members

    @property
    def total(self) -> int:
        """All members."""
        return self.expected

    @property
    def words(self) -> str:
        """In a line."""
        return progress_line(self)


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


@contextmanager
def shown(expected: int, console: Console = ERR) -> Iterator[Board]:
    """A bar on a terminal, plain lines elsewhere."""
    with screen(console) as show:
        yield Board(expected, show)
