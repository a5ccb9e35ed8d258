"""How the command line shows an import: a bar on a terminal, plain lines elsewhere, and what became of it."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from rich.console import Console

from wallet_service.cli.import_file import Source
from wallet_service.cli.progress import screen
from wallet_service.web.api.importing import Result

Clock = Callable[[], float]
"""Seconds that only grow."""


@dataclass(slots=True)
class Tally:
    """What became of the lines so far."""

    written: int = 0
    replayed: int = 0
    """Written earlier, by another run."""
    refused: int = 0

    @property
    def lines(self) -> int:
        """All of them."""
        return self.written + self.replayed + self.refused

    def count(self, results: Sequence[Result]) -> None:
        """Add these."""
        kinds = Counter((result.reply.status < 400, result.reply.replayed) for result in results)
        self.written += kinds[True, False]
        self.replayed += kinds[True, True]
        self.refused += kinds[False, False] + kinds[False, True]


@dataclass(frozen=True, slots=True)
class Look:
    """An import as it was at a moment."""

    lines: int
    read: int
    """Bytes."""
    size: int
    """Bytes."""
    seconds: float
    """Since it began."""

    @property
    def done(self) -> int:
        """The bytes of the file say it best."""
        return self.read

    @property
    def total(self) -> int:
        """The whole file."""
        return self.size

    @property
    def words(self) -> str:
        """In a line."""
        return progress_line(self)


def progress_line(look: Look) -> str:
    """How far it is, how fast, and how long it still takes at that rate. PURE."""
    if not look.lines or look.seconds <= 0:
        return "0 lines"
    left = timedelta(seconds=round(look.seconds * (look.size - look.read) / look.read))
    return f"{look.lines:,} lines, {look.lines / look.seconds:,.0f}/s, {left} left"


def closing_line(tally: Tally, written: str, replayed: str, seconds: float) -> str:
    """What became of an import, in the words of its kind. PURE."""
    counts = f"{tally.written:,} {written}, {tally.replayed:,} {replayed}, {tally.refused:,} refused"
    return f"{tally.lines:,} lines: {counts}; {seconds:.1f} s, {tally.lines / max(seconds, 0.001):,.0f} lines/s."


@dataclass(slots=True)
class Board:
    """Where one import is shown."""

    source: Source
    show: Callable[[Look], None]
    now: Clock = time.perf_counter
    began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self.now()

    @property
    def seconds(self) -> float:
        """Since it began."""
        return self.now() - self.began

    def tell(self, lines: int) -> None:
        """Show that so many lines are done."""
        self.show(Look(lines, self.source.read, self.source.size, self.seconds))


@contextmanager
def shown(source: Source, console: Console) -> Iterator[Board]:
    """A bar on a terminal, plain lines elsewhere."""
    with screen(console) as show:
        yield Board(source, show)
