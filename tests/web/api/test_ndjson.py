"""Lines are the same wherever the stream is cut, and a line without end takes no memory."""

import sys

from hypothesis import given
from hypothesis import strategies as st

from wallet_service.web.api.ndjson import Line, LineCutter

LONGEST = 8
BLANKS = bytes.maketrans(b"\x00\x01\x02", b"\n \r")
"""So that made-up bytes have ends of lines and blanks among them."""


def cut(pieces: list[bytes]) -> list[Line]:
    cutter = LineCutter(LONGEST)
    return [line for piece in pieces for line in cutter.cut(piece)] + cutter.end()


@given(st.lists(st.binary(max_size=6).map(lambda piece: piece.translate(BLANKS))))
def test_lines_are_the_same_wherever_the_stream_is_cut(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    kept = [text.strip() if len(text) <= LONGEST else text[: LONGEST + 1] for text in whole.split(b"\n")]

    assert cut(pieces) == [Line(number, text) for number, text in enumerate(kept, start=1) if text]


def test_a_line_is_too_long_from_one_byte_beyond_the_longest() -> None:
    cutter = LineCutter(LONGEST)

    lines = cutter.cut(b"x" * LONGEST + b"\n" + b"x" * (LONGEST + 1) + b"\n" + b" " * 99 + b"\n")

    assert [len(line.text) > LONGEST for line in lines] == [False, True, True]


def test_a_line_without_end_takes_no_more_memory_than_one_that_is_too_long() -> None:
    cutter = LineCutter(LONGEST)

    for _ in range(100):
        assert cutter.cut(b"x" * 10_000) == []

    assert sys.getsizeof(cutter._rest) < 100
    (line,) = cutter.end()
    assert len(line.text) == LONGEST + 1
