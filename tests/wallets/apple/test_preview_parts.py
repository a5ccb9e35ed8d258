"""The parts of a preview: where links are found, where a picture ends."""

import struct
import zlib

import pytest

from wallet_service.wallets.apple.preview.links import Part, detected, marked_up
from wallet_service.wallets.apple.preview.trim import trimmed


def test_links_are_found_on_the_back_as_the_phone_finds_them():
    text = "Call +44 20 7946 0101 or write to a.b@c.example, see https://c.example/x."
    targets = ["+44 20 7946 0101", "a.b@c.example", "https://c.example/x"]
    assert [part.target for part in detected(text, None) if part.target] == targets
    assert [part.target for part in detected(text, ["PKDataDetectorTypeLink"]) if part.target] == targets[1:]
    assert detected(text, []) == (Part(text),)


def test_of_markup_only_links_that_wallet_follows_are_links():
    text = '<b>Menu</b>: <a href="https://c.example/?a=1&amp;b=2">here</a> <a href="javascript:alert(1)">there</a>'
    here = Part("here", "https://c.example/?a=1&b=2")
    assert marked_up(text) == (Part("Menu"), Part(": "), here, Part(" "), Part("there"))
    assert marked_up("<![x[") == (Part("<![x["),)
    assert marked_up('<a href="http://[">x</a>') == (Part("x"),)
    assert marked_up("&#x81;") == (Part("\ufffd"),)


def window(*rows: bytes) -> bytes:
    """A PNG of three grey pixels a row, unfiltered."""
    header = struct.pack(">IIBBBBB", 3, len(rows), 8, 0, 0, 0, 0)
    parts = (
        (b"IHDR", header),
        (b"tEXt", b"of a page"),
        (b"IDAT", zlib.compress(b"".join(b"\0" + row for row in rows))),
    )
    chunks = (
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in (*parts, (b"IEND", b""))
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


INK, VOID = b"ink", b"..."


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        ((INK, VOID, INK, VOID, VOID, VOID), (INK, VOID, INK, VOID)),
        ((VOID, INK), (VOID, INK)),
        ((VOID, VOID, VOID), (VOID, VOID, VOID)),
        ((INK, VOID), (INK, VOID)),
    ],
)
def test_a_picture_ends_a_margin_below_its_content(rows, kept):
    assert trimmed(window(*rows), margin=1) == window(*kept)


@pytest.mark.parametrize("junk", [b"", b"GIF89a", window(INK)[:50], window(INK)[:20]])
def test_what_is_no_picture_cannot_be_trimmed(junk):
    with pytest.raises(ValueError, match="not a PNG"):
        trimmed(junk, margin=1)
