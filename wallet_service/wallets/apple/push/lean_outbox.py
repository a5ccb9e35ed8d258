"""What the lean codec has to say: frames in order, and payloads that wait for their windows (RFC 9113, 5.2)."""

from dataclasses import dataclass

from wallet_service.wallets.apple.push.codec import ProtocolBrokenError
from wallet_service.wallets.apple.push.lean_frames import LONGEST, MOST_WINDOW, WINDOW, Code, Flag, Kind, frame, numbers


@dataclass(slots=True)
class Unsent:
    """The rest of a payload, and what its stream may still send."""

    payload: bytes
    window: int


class Outbox:
    """Frames to be written, within the windows the other side has opened."""

    def __init__(self) -> None:
        self._frames: list[bytes] = []
        self._window = self._initial = WINDOW
        self._longest = LONGEST
        self._unsent: dict[int, Unsent] = {}

    def say(self, said: bytes) -> None:
        """Frames that need no window."""
        self._frames.append(said)

    def empty(self) -> bytes:
        """All that may be written now."""
        if not self._frames:
            return b""
        said = b"".join(self._frames)
        self._frames.clear()
        return said

    def request(self, stream: int, block: bytes, payload: bytes) -> None:
        """A request; what of its payload does not fit follows with its window."""
        self._head(stream, block)
        size = len(payload)
        if size <= self._window and size <= self._initial and size <= self._longest:
            self._window -= size
            self._frames.append(frame(Kind.DATA, Flag.END_STREAM, stream, payload))
        else:
            self._unsent[stream] = Unsent(payload, self._initial)
            self._send(stream)

    def drop(self, stream: int) -> bool:
        """Forget the rest of a payload; whether there was one."""
        return self._unsent.pop(stream, None) is not None

    def reset(self, stream: int) -> None:
        """End a stream that nobody needs any more."""
        self.drop(stream)
        self._frames.append(numbers(Kind.RST_STREAM, stream, Code.CANCEL))

    def widen(self, stream: int, increment: int) -> None:
        """The other side takes this much more on a stream, or on all (0). Raises `ProtocolBrokenError`."""
        if not 0 < increment <= MOST_WINDOW:
            raise ProtocolBrokenError("a window that does not grow")
        if stream == 0:
            self._window = _grown(self._window, increment)
            for waiting in list(self._unsent):
                self._send(waiting)
        elif stream in self._unsent:
            self._unsent[stream].window = _grown(self._unsent[stream].window, increment)
            self._send(stream)

    def resize(self, initial: int | None, longest: int | None) -> None:
        """New settings: the window of every stream, present ones included, and the longest frame."""
        self._longest = self._longest if longest is None else longest
        if initial is None:
            return
        change, self._initial = initial - self._initial, initial
        for unsent in self._unsent.values():
            unsent.window = _grown(unsent.window, change)
        for waiting in list(self._unsent):
            self._send(waiting)

    def _head(self, stream: int, block: bytes) -> None:
        if len(block) <= self._longest:
            self._frames.append(frame(Kind.HEADERS, Flag.END_HEADERS, stream, block))
            return
        parts = [block[start : start + self._longest] for start in range(0, len(block), self._longest)]
        self._frames.append(frame(Kind.HEADERS, 0, stream, parts[0]))
        for part in parts[1:]:
            last = Flag.END_HEADERS if part is parts[-1] else 0
            self._frames.append(frame(Kind.CONTINUATION, last, stream, part))

    def _send(self, stream: int) -> None:
        """As much of a payload as fits, in as many frames as it takes."""
        unsent = self._unsent[stream]
        while (fits := min(self._window, unsent.window, self._longest, len(unsent.payload))) > 0:
            part, unsent.payload = unsent.payload[:fits], unsent.payload[fits:]
            unsent.window -= fits
            self._window -= fits
            self._frames.append(frame(Kind.DATA, 0 if unsent.payload else Flag.END_STREAM, stream, part))
        if not unsent.payload:
            del self._unsent[stream]


def _grown(window: int, increment: int) -> int:
    if window + increment > MOST_WINDOW:
        raise ProtocolBrokenError("a window that grew beyond all bounds")
    return window + increment
