"""Frames of the lean codec, as bytes (RFC 9113, 4 and 6)."""

from struct import Struct
from typing import Final

from wallet_service.wallets.apple.push.codec import ProtocolBrokenError

HEADER = Struct(">HBBBI")
"""Length (in two parts), type, flags, stream."""
SETTING = Struct(">HI")
NUMBER = Struct(">I")
LONGEST = 16_384
"""The largest frame a peer may send us, as we never announce more; and the largest we may send before it announces more."""
MOST_WINDOW = 2**31 - 1
STREAM = 2**31 - 1
"""The bits of a stream's number: the first is reserved."""
WINDOW = 65_535
"""What either side may send before it is told more (RFC 9113, 6.9.2)."""


class Kind:
    """Types of frames."""

    DATA: Final = 0
    HEADERS: Final = 1
    RST_STREAM: Final = 3
    SETTINGS: Final = 4
    PUSH_PROMISE: Final = 5
    PING: Final = 6
    GOAWAY: Final = 7
    WINDOW_UPDATE: Final = 8
    CONTINUATION: Final = 9


class Flag:
    """Flags of frames."""

    END_STREAM: Final = 1
    ACK: Final = 1
    END_HEADERS: Final = 4
    PADDED: Final = 8
    PRIORITY: Final = 32


class Setting:
    """Settings that matter between a client of APNs and its server (RFC 9113, 6.5.2)."""

    HEADER_TABLE_SIZE: Final = 1
    ENABLE_PUSH: Final = 2
    MAX_CONCURRENT_STREAMS: Final = 3
    INITIAL_WINDOW_SIZE: Final = 4
    MAX_FRAME_SIZE: Final = 5


class Code:
    """Error codes that we send (RFC 9113, 7)."""

    NO_ERROR: Final = 0
    PROTOCOL_ERROR: Final = 1
    CANCEL: Final = 8


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    """One frame."""
    size = len(payload)
    return HEADER.pack(size >> 8, size & 0xFF, kind, flags, stream) + payload


def numbers(kind: int, stream: int, *values: int) -> bytes:
    """A frame of 32-bit numbers: RST_STREAM, WINDOW_UPDATE, GOAWAY."""
    return frame(kind, 0, stream, b"".join(map(NUMBER.pack, values)))


def number(payload: bytes) -> int:
    """The only number of a frame. Raises `ProtocolBrokenError` if it is not the only one."""
    if len(payload) != NUMBER.size:
        raise ProtocolBrokenError(f"a number of {len(payload)} bytes")
    return int.from_bytes(payload)


def unpadded(flags: int, payload: bytes) -> bytes:
    """The payload without padding and priority (RFC 9113, 6.1 and 6.2). Raises `ProtocolBrokenError`."""
    pad, start = 0, 0
    if flags & Flag.PADDED:
        pad, start = (payload[0] if payload else 0), 1
    if flags & Flag.PRIORITY:
        start += 5
    if start + pad > len(payload):
        raise ProtocolBrokenError("a frame that is all padding")
    return payload[start : len(payload) - pad]


def settings_in(payload: bytes) -> dict[int, int]:
    """The settings of a frame. Raises `ProtocolBrokenError` for values nobody may set."""
    if len(payload) % SETTING.size:
        raise ProtocolBrokenError("half a setting")
    found = dict(SETTING.iter_unpack(payload))
    if found.get(Setting.INITIAL_WINDOW_SIZE, 0) > MOST_WINDOW:
        raise ProtocolBrokenError("a window beyond all bounds")
    if not LONGEST <= found.get(Setting.MAX_FRAME_SIZE, LONGEST) < 2**24:
        raise ProtocolBrokenError("a frame size that must not be")
    if found.get(Setting.ENABLE_PUSH, 0):
        raise ProtocolBrokenError("a server that wants to be pushed to")
    return found


def refuse_overlong(size: int) -> None:
    """Raise `ProtocolBrokenError` for a frame that is longer than we allow."""
    if size > LONGEST:
        raise ProtocolBrokenError(f"a frame of {size} bytes, which we never allowed")


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(
    Kind.SETTINGS, 0, 0, SETTING.pack(Setting.HEADER_TABLE_SIZE, 0) + SETTING.pack(Setting.ENABLE_PUSH, 0)
)
"""Our first words (RFC 9113, 3.4): no header table, no server push."""
ACKNOWLEDGED = frame(Kind.SETTINGS, Flag.ACK, 0)
