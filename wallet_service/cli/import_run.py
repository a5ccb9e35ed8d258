"""One run of an import: out of a file, through the business verb, counted and shown, its refusals told."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Generic, TypeVar

import orjson
from rich.console import Console

from wallet_service.cli import session
from wallet_service.cli.import_file import Source
from wallet_service.cli.import_progress import Board, Tally, closing_line, shown
from wallet_service.database.seam import Database
from wallet_service.errors import Invalid, Unavailable, WalletServiceError
from wallet_service.loyalty.brands import known_brand
from wallet_service.loyalty.once import Reply
from wallet_service.settings import Settings
from wallet_service.web.api.importing import Import, Result
from wallet_service.web.api.ndjson import Line

Wish = TypeVar("Wish")

ERR = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)

FIRST = 20
"""Refused lines that are told where no file takes them."""


class ImportInterrupted(Unavailable):
    """The import ended before its last line: it was told to stop, or the database went away.

    Run the same command again: what was written is not written twice.
    """

    slug = "import-interrupted"
    title = "The import is not finished"

    def __init__(self, line: int, why: str) -> None:
        """Name the line at which it ended, and why."""
        super().__init__(f"At line {line}: {why}", remedy="Run the same command again: nothing is written twice.")


class ResultsUnwritable(Invalid):
    """The file that is to take the refused lines cannot be written, or is the import itself."""

    slug = "results-unwritable"
    title = "The results cannot be written"


@dataclass(frozen=True, slots=True)
class Kind(Generic[Wish]):
    """What is imported, and for whom."""

    brand_id: str
    reader: Callable[[Source, int], Callable[[Line], Wish | WalletServiceError]]
    """Given the file and the longest line in bytes. May refuse the file, before anything is written."""
    writer: Callable[[Database], Callable[[Sequence[Wish]], Awaitable[Sequence[Reply]]]]
    """Given the database: what writes a batch."""
    written: str
    """How one says that a line was written."""
    replayed: str
    """How one says that an earlier run had written it."""
    ahead: int = 1
    """Batches that may be given to what writes them at once."""


@dataclass(slots=True)
class Refusals:
    """Where refused lines go: all into a file, or the first to stderr."""

    file: IO[bytes] | None = None
    told: int = 0

    def tell(self, result: Result) -> None:
        """Tell one."""
        self.told += 1
        if self.file is not None:
            self.file.write(result.to_json())
        elif self.told <= FIRST:
            ERR.print(refused_line(result))
        elif self.told == FIRST + 1:
            ERR.print("… and more. --results FILE keeps all refused lines.")


def refused_line(result: Result) -> str:
    """A refused line in words. PURE."""
    found = orjson.loads(result.reply.body)
    return f"line {result.line}: {found['title']}. {found['detail']} {found.get('remedy', '')}".rstrip()


@contextmanager
def refusals_to(path: Path | None, source: Path) -> Iterator[Refusals]:
    """Refusals that go to this file, if one is named. Raises `ResultsUnwritable`."""
    if path is None:
        yield Refusals()
        return
    if path.exists() and source.exists() and path.samefile(source):
        raise ResultsUnwritable(f"{path} is the import itself.", remedy="Name another file.")
    try:
        file = path.open("wb")
    except OSError as trouble:
        raise ResultsUnwritable(f"{path}: {trouble.strerror}.", remedy="Name a file that can be written.") from None
    with file:
        yield Refusals(file)


async def run(kind: Kind[Wish], source: Source, refusals: Refusals, settings: Settings, stop: asyncio.Event) -> Tally:
    """Import it all, and say what became of it. Raises `ImportInterrupted`, and what refuses the file."""
    longest = settings.limits.bulk_line_bytes
    read = kind.reader(source, longest)
    async with session.opened(settings) as service:
        async with service.database.read() as tx:
            await known_brand(tx, kind.brand_id)
        lines = Import(read, kind.writer(service.database), longest, ahead=kind.ahead)
        with shown(source, ERR) as board:
            tally = await _carry(lines, board, refusals, stop)
    session.OUT.print(closing_line(tally, kind.written, kind.replayed, board.seconds))
    return tally


async def _carry(lines: Import[Wish], board: Board, refusals: Refusals, stop: asyncio.Event) -> Tally:
    tally = Tally()
    async with aclosing(lines.results(board.source.pieces())) as batches:
        async for batch in batches:
            for result in batch:
                _heed(result, refusals)
            tally.count(batch)
            board.tell(tally.lines)
            if stop.is_set():
                raise ImportInterrupted(batch[-1].line, "it was told to stop.")
    return tally


def _heed(result: Result, refusals: Refusals) -> None:
    if result.reply.status >= 500:
        raise ImportInterrupted(result.line, orjson.loads(result.reply.body)["detail"])
    if result.reply.status >= 400:
        refusals.tell(result)
