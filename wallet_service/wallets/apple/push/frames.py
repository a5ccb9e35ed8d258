"""Finding GOAWAY in a stream of HTTP/2 frames, so that streams it spares can still be answered.

RFC 9113, 6.8 lets a server finish the streams up to the last one it names. The `h2` library instead calls the whole
connection closed when it sees the frame; so we take the frame out before it does.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from wallet_service.wallets.apple.push.codec import ProtocolBrokenError

GOAWAY = 0x7
HEADER = 9
LONGEST = 16_384
"""The largest frame a peer may send us, as we never announce more (RFC 9113, 4.2)."""


@dataclass(frozen=True, slots=True)
class GoAway:
    """The other side will take no stream above `last`."""

    last: int
    code: int
    debug: bytes


class GoAwaySieve:
    """Cuts what arrives into runs of whole frames and the GOAWAY frames between them."""

    def __init__(self) -> None:
        self._rest = b""

    def sift(self, data: bytes) -> Iterator[bytes | GoAway]:
        """The whole frames in `data` and what was left before, in order. Raises `ProtocolBrokenError`."""
        data = self._rest + data
        start = position = 0
        while (end := _end_of_frame(data, position)) is not None:
            if data[position + 3] == GOAWAY:
                if start < position:
                    yield data[start:position]
                yield _goaway(data[position + HEADER : end])
                start = end
            position = end
        self._rest = data[position:]
        if start < position:
            yield data[start:position]


def _end_of_frame(data: bytes, start: int) -> int | None:
    if len(data) - start < HEADER:
        return None
    length = data[start] << 16 | data[start + 1] << 8 | data[start + 2]
    if length > LONGEST:
        raise ProtocolBrokenError(f"a frame of {length} bytes, which we never allowed")
    end = start + HEADER + length
    return end if end <= len(data) else None


def _goaway(payload: bytes) -> GoAway:
    if len(payload) < 8:
        raise ProtocolBrokenError("a GOAWAY frame that is too short")
    last, code = int.from_bytes(payload[:4]) & 0x7FFF_FFFF, int.from_bytes(payload[4:8])
    return GoAway(last, code, payload[8:])
