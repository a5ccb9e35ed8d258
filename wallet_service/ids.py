"""Prefixed, time-ordered ids: one readable string in URL, log, row and Apple serial number.

The 128 bits are a UUIDv7 (RFC 9562, 5.7): 48 bits of milliseconds, then random; written in Crockford base 32,
26 lower-case characters, behind a prefix that says what the thing is (`mem_01k…`).
"""

import re
import secrets
from datetime import datetime

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
FORM = re.compile(r"([a-z]{2,5})_([0-7][0-9a-hjkmnp-tv-z]{25})")


def new_id(prefix: str, now: datetime) -> str:
    """A fresh id of this kind, ordered by `now` to the millisecond."""
    milliseconds = int(now.timestamp() * 1000)
    high = (milliseconds << 16) | 0x7000 | secrets.randbits(12)
    return f"{prefix}_{_encode(high << 64 | 0b10 << 62 | secrets.randbits(62))}"


def first_id(prefix: str, at: datetime) -> str:
    """What no id of this kind made from this moment on comes before, and every earlier one does."""
    return f"{prefix}_{_encode(int(at.timestamp() * 1000) << 80)}"


def is_id(prefix: str, text: str) -> bool:
    """Whether `text` has the form of an id of this kind."""
    match = FORM.fullmatch(text)
    return match is not None and match[1] == prefix


def _encode(number: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
