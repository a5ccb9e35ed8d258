"""Header blocks of the lean codec: requests that need no memory, and answers that mostly need not be read (RFC 7541)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from hpack import Decoder
from hpack.exceptions import HPACKError

from wallet_service.wallets.apple.push.codec import ProtocolBrokenError
from wallet_service.wallets.apple.push.lean_frames import Flag, unpadded
from wallet_service.wallets.apple.push.request import MOST_HEADS, Head, Header, own_fields, path_of
from wallet_service.wallets.apple.push.seam import Push

NO_TABLE = b"\x20"
"""Begins the first block: we use no dynamic table, whatever size the other side allows (RFC 7541, 6.3)."""
STATIC: Mapping[Header, bytes] = {(b":method", b"POST"): b"\x83", (b":scheme", b"https"): b"\x87"}
KNOWN_NAMES: Mapping[bytes, bytes] = {b":authority": b"\x01", b":path": b"\x04"}
OK: Final = 0x88
"""All of `:status: 200` (RFC 7541, appendix A)."""
LONGEST_BLOCK = 65_536
"""Bytes of a header block in all its frames; APNs sends some 50."""
PATH_OPENING = b"\x14"
"""A `:path` never to be indexed: it holds the device token (RFC 7541, 7.1.3)."""


class RequestBlocks:
    """Encodes requests; what many have in common is encoded once."""

    def __init__(self) -> None:
        self._known: dict[Head, tuple[bytes, bytes]] = {}
        self._opening = NO_TABLE

    def encode(self, head: Head, push: Push) -> bytes:
        """The header block of this push."""
        before, after = self._known.get(head) or self._learn(head)
        own = b"".join([literal(name, value) for name, value in own_fields(push)])
        opening, self._opening = self._opening, b""
        return b"".join((opening, before, PATH_OPENING, string(path_of(push)), after, own))

    def _learn(self, head: Head) -> tuple[bytes, bytes]:
        if len(self._known) >= MOST_HEADS:
            self._known.clear()
        blocks = self._known[head] = _fields(head.before_path), _fields(head.after_path)
        return blocks


@dataclass(frozen=True, slots=True)
class Heading:
    """The header fields of an answer, and whether they are all of it."""

    stream: int
    ends: bool
    fields: Mapping[bytes, bytes]


@dataclass(slots=True)
class _Block:
    stream: int
    ends: bool
    parts: bytes


class AnswerBlocks:
    """Reads the header blocks of answers, as long as there is anything in them that must be remembered.

    We ask for a table of size 0. Once the other side has said in a block that it uses none, a block stands for itself
    and its first byte may be all that is looked at. A server that does not say so is read in full, for ever.
    """

    def __init__(self) -> None:
        self._decoder = Decoder()
        self._block: _Block | None = None

    @property
    def under_way(self) -> bool:
        """Whether a block has begun: until its end nothing else may come (RFC 9113, 4.3)."""
        return self._block is not None

    @property
    def stand_alone(self) -> bool:
        """Whether the next block may be skipped without harm to later ones."""
        return self._block is None and self._decoder.header_table_size == 0

    def begin(self, flags: int, stream: int, payload: bytes) -> Heading | None:
        """A HEADERS frame; the whole heading if that was all of it. Raises `ProtocolBrokenError`."""
        self._block = _Block(stream, bool(flags & Flag.END_STREAM), unpadded(flags, payload))
        return self._if_whole(flags, self._block)

    def go_on(self, flags: int, stream: int, payload: bytes) -> Heading | None:
        """A CONTINUATION frame. Raises `ProtocolBrokenError`."""
        block = self._block
        if block is None or block.stream != stream or len(block.parts) + len(payload) > LONGEST_BLOCK:
            raise ProtocolBrokenError("a header block that is torn apart or has no end")
        block.parts += payload
        return self._if_whole(flags, block)

    def _if_whole(self, flags: int, block: _Block) -> Heading | None:
        if not flags & Flag.END_HEADERS:
            return None
        self._block = None
        try:
            return Heading(block.stream, block.ends, dict(self._decoder.decode(block.parts, raw=True)))
        except HPACKError as error:
            raise ProtocolBrokenError(f"a header block that cannot be read ({type(error).__name__})") from error


def literal(name: bytes, value: bytes) -> bytes:
    """A field that is not to be remembered (RFC 7541, 6.2.2)."""
    return (KNOWN_NAMES.get(name) or b"\x00" + string(name)) + string(value)


def string(text: bytes) -> bytes:
    """A string without Huffman's code, which would cost more than it saves (RFC 7541, 5.2)."""
    return SHORT[len(text)] + text if len(text) < 127 else b"\x7f" + _rest(len(text) - 127) + text


def _rest(number: int) -> bytes:
    """What of an integer did not fit into its prefix, seven bits a byte (RFC 7541, 5.1)."""
    digits = bytearray()
    while number >= 0x80:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    digits.append(number)
    return bytes(digits)


def _fields(fields: Iterable[Header]) -> bytes:
    return b"".join(STATIC.get(field) or literal(*field) for field in fields)


SHORT = tuple(bytes((size,)) for size in range(127))
