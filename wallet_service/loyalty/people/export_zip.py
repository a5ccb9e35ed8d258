"""A zip file that comes out while it goes in: only what was not handed on yet is in memory. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import orjson

PRETTY = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z


@dataclass(slots=True)
class _Sink:
    """Where the zip is written to, which nobody can go back in."""

    pieces: list[bytes] = field(default_factory=list)

    def write(self, piece: bytes) -> int:
        """Take it in."""
        self.pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """There is nothing behind it."""

    def close(self) -> None:
        """There is nothing to close."""


@dataclass(slots=True)
class GrowingZip:
    """A zip that is written file by file, line by line; `taken` gives what has come out since it was last called."""

    at: datetime
    """When its files were made."""
    _sink: _Sink = field(default_factory=_Sink)
    _zip: ZipFile = field(init=False)
    _open: Any = None

    def __post_init__(self) -> None:
        """Nothing is in it."""
        self._zip = ZipFile(self._sink, "w", ZIP_DEFLATED)

    def begin(self, name: str) -> None:
        """Go on with this file; the one before is complete."""
        self._end()
        info = ZipInfo(name, self.at.timetuple()[:6])
        info.compress_type = ZIP_DEFLATED
        self._open = self._zip.open(info, "w", force_zip64=True)

    def text(self, text: str) -> None:
        """Some text, of the file that was begun."""
        self._open.write(text.encode())

    def document(self, document: Any) -> None:
        """All of that file: one JSON document."""
        self._open.write(orjson.dumps(document, option=PRETTY))

    def lines(self, rows: Sequence[Any]) -> None:
        """Some lines of it, each a JSON document."""
        for row in rows:
            self._open.write(orjson.dumps(row, option=orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        """Nothing more comes."""
        self._end()
        self._zip.close()

    def taken(self) -> bytes:
        """What came out, and is not kept here any longer."""
        pieces, self._sink.pieces = self._sink.pieces, []
        return b"".join(pieces)

    def _end(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
