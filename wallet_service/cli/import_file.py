"""The file of an import: opened, looked at before anything is written, and read piece by piece."""

import re
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from io import SEEK_END
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO

from wallet_service.errors import Invalid
from wallet_service.web.api.ndjson import Line, LineCutter

PIECE = 65_536
STDIN = Path("-")

OBJECT = re.compile(rb'\{\s*"')
"""How a line begins that is a JSON object with anything in it."""

SIGNS: Mapping[bytes, str] = {
    b"\xef\xbb\xbf": "It begins with a byte order mark; save it as UTF-8 without one.",
    b"\xff\xfe": "It is UTF-16; save it as UTF-8.",
    b"\xfe\xff": "It is UTF-16; save it as UTF-8.",
    b"\x1f\x8b": "It is packed; unpack it, or pipe it: gunzip -c FILE.gz | wallet-service import … -",
    b"PK\x03\x04": "It is an archive or a spreadsheet; export its rows as NDJSON.",
    b"[": "It is a JSON array; write its objects one a line: jq -c '.[]' FILE | wallet-service import … -",
    b"{": "Its objects go over several lines; write them one a line: jq -c . FILE | wallet-service import … -",
}
"""What a file is that begins with these bytes and is no NDJSON."""


class ImportUnreadable(Invalid):
    """The file of an import cannot be opened; its name and its permissions are to be looked at."""

    slug = "import-unreadable"
    title = "The import cannot be read"


class NotNdjson(Invalid):
    """An import is NDJSON: UTF-8, a JSON object on each line. Nothing of this file was written."""

    slug = "import-not-ndjson"
    title = "This is not NDJSON"


@dataclass(slots=True)
class Source:
    """An open file, and how far it has been read."""

    file: IO[bytes]
    size: int
    """Bytes."""
    read: int = 0

    async def pieces(self) -> AsyncIterator[bytes]:
        """All of it, from its beginning."""
        for piece in self._pieces():
            self.read += len(piece)
            yield piece

    def lines(self, longest: int) -> Iterator[Line]:
        """Its lines, from the first, beside the reading that is counted."""
        cutter = LineCutter(longest)
        for piece in self._pieces():
            yield from cutter.cut(piece)
        yield from cutter.end()

    def _pieces(self) -> Iterator[bytes]:
        self.file.seek(0)
        yield from iter(lambda: self.file.read(PIECE), b"")


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """The file of an import, or stdin for `-`. Raises `ImportUnreadable` or `NotNdjson`.

    What cannot be read twice, such as a pipe, is first kept in a file without a name.
    """
    with _troubles_named(path):
        given = nullcontext(sys.stdin.buffer) if path == STDIN else path.open("rb")
    with given as file, nullcontext(file) if path != STDIN and file.seekable() else TemporaryFile() as kept:
        if kept is not file:
            with _troubles_named(path):
                copyfileobj(file, kept, PIECE)
        source = Source(kept, kept.seek(0, SEEK_END))
        check(next(source.lines(PIECE), None))
        yield source


@contextmanager
def _troubles_named(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as trouble:
        raise ImportUnreadable(f"{path}: {trouble.strerror}.", remedy="Name a file, or - for stdin.") from None


def check(first: Line | None) -> None:
    """Raises `NotNdjson` unless a file whose first line this is may be NDJSON; an empty one may. PURE."""
    if first is None or OBJECT.match(first.text):
        return
    what = next((what for sign, what in SIGNS.items() if first.text.startswith(sign)), None)
    raise NotNdjson(f"Line {first.number} is not a JSON object.", remedy=what or "Write one JSON object on each line.")
