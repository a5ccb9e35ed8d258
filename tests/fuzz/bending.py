"""Bends what is right until it is wrong: a text is cut at its joints, and a piece of it goes, stays, comes twice or turns nasty."""

import re
from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Final

JOINT = re.compile(rb'([/ :?&=,."{}\[\]|\r\n;%_-]+)')
BENDS = (1, 1, 1, 2, 3, 4)
"""How many things are wrong at once: mostly one, for the rest must be right to get far."""
LONGEST = 60_000
"""Bytes beyond which a text is not made to grow."""

NASTY: Final[Sequence[bytes]] = (
    *(b"", b"\0", b"%00", b"\\u0000", b"\\ud800", b"\xff\xfe", b"\xc0\xaf", b"\xed\xa0\x80", b"\xef\xbb\xbf"),
    *(b"..", b"%2e%2e", b"%2f", b"%5c", b"//", b".", b"%", b"%zz", b"~", b"\\", b"'", b'"', b"`", b";", b"--"),
    *(
        b"\r",
        b"\n",
        b"\r\n",
        b"\t",
        b"\x1b[31m",
        b"\x7f",
        b"\x85",
        b"\xe2\x80\xa8",
        b"\xe2\x80\xae",
        b"\xf0\x9f\x8d\x94",
    ),
    *(b"-1", b"0", b"1e400", b"NaN", b"-0", b"1.0", b"007", b"9" * 19, b"9" * 400, b"18446744073709551616", b"1e5"),
    *(b"null", b"true", b"[]", b"{}", b'""', b"[" * 300, b'{"a":' * 300, b'{"a":1,"a":2}', b"{{", b"}}", b"|", b"{0}"),
    *(b"a" * 64, b"a" * 201, b"A" * 5_000, b"%41" * 300, b"%n%s", b"${7*7}", b"{{7*7}}", b"<script>", b"'--", b"*"),
    *(b"ApplePass", b"Bearer", b"Basic YTpi", b"HEAD", b"OPTIONS", b"chunked", b"Mon, 01 Jan 0001 00:00:00 GMT"),
    "\N{ARABIC-INDIC DIGIT THREE}".encode() * 32,
    "e\N{COMBINING ACUTE ACCENT}".encode() * 80,
)
"""What has harmed other people's readers."""

Bend = Callable[[Random, list[bytes], int], None]
"""Changes the pieces of a text at one place."""


def bend(random: Random, text: bytes, others: Sequence[bytes] = ()) -> bytes:
    """The text with one to four things wrong about it; `others` lend their pieces."""
    for _ in range(random.choice(BENDS)):
        pieces = JOINT.split(text)
        at = random.randrange(len(pieces))
        if others and not random.randrange(8):
            pieces[at] = random.choice(JOINT.split(random.choice(others)))
        else:
            random.choice(WAYS)(random, pieces, at)
        text = b"".join(pieces)[:LONGEST]
    return text


def fill(text: bytes, values: Mapping[bytes, bytes]) -> bytes:
    """The text with each name (`$card`) replaced by what it stands for."""
    for name, value in values.items():
        text = text.replace(name, value)
    return text


def unfill(text: bytes, values: Mapping[bytes, bytes]) -> bytes:
    """The text with the names in the place of what they stand for, to be kept for another day."""
    return fill(text, {value: name for name, value in values.items()})


def _nasty(random: Random, pieces: list[bytes], at: int) -> None:
    pieces[at] = random.choice(NASTY)


def _beside(random: Random, pieces: list[bytes], at: int) -> None:
    pieces.insert(at, random.choice(NASTY))


def _gone(_random: Random, pieces: list[bytes], at: int) -> None:
    del pieces[at]


def _twice(random: Random, pieces: list[bytes], at: int) -> None:
    pieces[at] *= random.choice((2, 2, 3, 50))


def _stretch_again(random: Random, pieces: list[bytes], at: int) -> None:
    end = at + random.randint(1, 12)
    pieces[end:end] = pieces[at:end]


def _swapped(random: Random, pieces: list[bytes], at: int) -> None:
    other = random.randrange(len(pieces))
    pieces[at], pieces[other] = pieces[other], pieces[at]


def _one_byte(random: Random, pieces: list[bytes], at: int) -> None:
    if piece := bytearray(pieces[at]):
        piece[random.randrange(len(piece))] = random.randrange(256)
        pieces[at] = bytes(piece)


def _other_case(_random: Random, pieces: list[bytes], at: int) -> None:
    pieces[at] = pieces[at].swapcase()


def _cut_short(random: Random, pieces: list[bytes], at: int) -> None:
    pieces[at] = pieces[at][: random.randrange(len(pieces[at]) + 1)]


def _ends_here(_random: Random, pieces: list[bytes], at: int) -> None:
    del pieces[at:]


WAYS: Final[Sequence[Bend]] = (
    *(_nasty, _nasty, _beside, _gone, _twice, _stretch_again, _swapped, _one_byte, _one_byte, _other_case, _cut_short),
    _ends_here,
)
