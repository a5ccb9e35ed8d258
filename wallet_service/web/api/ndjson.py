"""Lines out of a stream of bytes, in flat memory. PURE but for its state."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank."""

    number: int
    """Its place in the body, from 1; blank lines count."""
    text: bytes
    """Without blanks around it. Of a line that is too long, only the beginning."""


@dataclass(slots=True)
class LineCutter:
    """Cuts a stream into lines. Of a line longer than `longest` bytes it keeps one byte too many, and no more."""

    longest: int
    number: int = 0
    _rest: bytes = b""

    def cut(self, piece: bytes) -> list[Line]:
        """The lines that end in this piece of the stream."""
        *whole, rest = (self._rest + piece).split(b"\n")
        self._rest = self._kept(rest)
        return [line for text in whole if (line := self._line(text)).text]

    def end(self) -> list[Line]:
        """The last line, if the stream did not end with a line feed."""
        return self.cut(b"\n") if self._rest else []

    def _line(self, text: bytes) -> Line:
        self.number += 1
        return Line(self.number, self._kept(text) if len(text) > self.longest else text.strip())

    def _kept(self, text: bytes) -> bytes:
        return text[: self.longest + 1]
