"""DER, as much of it as a pass signature is made of: lengths, object identifiers, integers and times (ITU-T X.690)."""

from datetime import datetime

INTEGER, OCTET_STRING, OBJECT_IDENTIFIER, UTF8_STRING = 0x02, 0x04, 0x06, 0x0C
UTC_TIME, GENERALIZED_TIME = 0x17, 0x18
SEQUENCE, SET = 0x30, 0x31
CONTEXT_0 = 0xA0
NULL = b"\x05\x00"
TIME_SIZES = {UTC_TIME: 13, GENERALIZED_TIME: 15}
"""Characters of a time in whole seconds, by the way it is written."""


def element(tag: int, *parts: bytes) -> bytes:
    """One element: tag, shortest length, and the parts one after another as its content."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def set_of(*members: bytes, tag: int = SET) -> bytes:
    """A SET OF in the one order DER allows: members sorted by their encoding (X.690, 11.6)."""
    return element(tag, *sorted(members))


def integer(number: int) -> bytes:
    """A whole number that is not negative, with the leading zero byte that keeps it so."""
    return element(INTEGER, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def oid(dotted: str) -> bytes:
    """An object identifier from its dotted form; the first two numbers share a byte (X.690, 8.19)."""
    first, second, *rest = map(int, dotted.split("."))
    return element(OBJECT_IDENTIFIER, *map(_base128, (40 * first + second, *rest)))


def time(instant: datetime) -> tuple[int, bytes]:
    """Tag and text of a time in whole seconds, UTC: UTCTime until 2049, GeneralizedTime after (RFC 5652, 11.3)."""
    universal = instant.utctimetuple()
    text = b"%04d%02d%02d%02d%02d%02dZ" % universal[:6]
    return (UTC_TIME, text[2:]) if 1950 <= universal.tm_year < 2050 else (GENERALIZED_TIME, text)


def _base128(number: int) -> bytes:
    groups = bytes((number >> shift & 0x7F) | 0x80 for shift in range(number.bit_length() // 7 * 7, -1, -7))
    return groups.lstrip(b"\x80")[:-1] + bytes((groups[-1] & 0x7F,))
