"""Codes of offers: how they are spelt, and how long they are, so that nobody guesses one. PURE, but for chance."""

import re
import secrets
import unicodedata
from math import ceil, log

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Nothing that is taken for something else: no 0 and O, no 1, I and L, no U, which is V."""

GUESSES = 1_000_000_000
"""How many guesses one may need on average to meet any code of an offer: at 30 wrong ones a minute, decades."""

SHORTEST = 8

FORM = re.compile(r"(?=.{3,24}\Z)[^\W_]+(?:-[^\W_]+)*")
"""Letters and digits of any alphabet, with single hyphens between them."""

_SPREAD = len(ALPHABET) * (256 // len(ALPHABET))
_LETTERS = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_UNEVEN = bytes(range(_SPREAD, 256))
"""Bytes that would make some letters likelier than others."""


def normal_code(text: str) -> str | None:
    """A code as it is kept: in capitals, without blanks; None where it cannot be one."""
    code = "".join(unicodedata.normalize("NFKC", text).upper().split())
    return code if FORM.fullmatch(code) else None


def length_for(count: int) -> int:
    """How many letters codes need, of which there are so many, for a guess to be hopeless (`GUESSES`)."""
    return max(SHORTEST, ceil(log(max(count, 1) * GUESSES, len(ALPHABET))))


def random_letters(count: int) -> bytes:
    """So many letters of the alphabet, each as likely as any other."""
    letters = b""
    while (missing := count - len(letters)) > 0:
        letters += secrets.token_bytes(missing + missing // 8).translate(_LETTERS, _UNEVEN)
    return letters[:count]
