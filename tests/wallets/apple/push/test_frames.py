"""GOAWAY is taken out of the stream of frames, wherever the network cuts it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.wallets.apple.push.codec import ProtocolBrokenError
from wallet_service.wallets.apple.push.frames import GoAway, GoAwaySieve

PING = b"\0\0\x08\x06\0\0\0\0\0" + b"12345678"
GOODBYE = b"\0\0\x0b\x07\0\0\0\0\0" + b"\x80\0\0\x05" + b"\0\0\0\x02" + b"why"


def sifted(*chunks: bytes) -> list[bytes | GoAway]:
    sieve = GoAwaySieve()
    return [piece for chunk in chunks for piece in sieve.sift(chunk)]


def test_frames_without_goaway_pass_in_one_piece() -> None:
    assert sifted(PING + PING) == [PING + PING]


def test_goaway_comes_out_read_between_the_others() -> None:
    assert sifted(PING + GOODBYE + PING) == [PING, GoAway(last=5, code=2, debug=b"why"), PING]


@given(st.lists(st.sampled_from([PING, GOODBYE]), max_size=6), st.data())
def test_no_cut_of_the_network_changes_what_is_read(frames: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(frames)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    pieces = sifted(*(stream[a:b] for a, b in pairwise([0, *cuts, len(stream)])))
    assert b"".join(piece if isinstance(piece, bytes) else GOODBYE for piece in pieces) == stream
    assert sum(isinstance(piece, GoAway) for piece in pieces) == frames.count(GOODBYE)


def test_a_frame_larger_than_we_allowed_breaks_the_rules() -> None:
    with pytest.raises(ProtocolBrokenError, match="16385 bytes"):
        sifted(b"\0\x40\x01\0\0\0\0\0\x01")


def test_a_goaway_without_its_numbers_breaks_the_rules() -> None:
    with pytest.raises(ProtocolBrokenError, match="too short"):
        sifted(b"\0\0\x04\x07\0\0\0\0\0" + b"\0\0\0\0")
