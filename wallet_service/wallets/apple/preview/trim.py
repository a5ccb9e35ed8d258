"""Cuts the empty rows off the foot of a PNG, without decoding a pixel (PNG specification, 5 and 9). PURE.

A row is stored as its difference from the rows above it, so the lower rows of an image can be left out as they are;
and rows of one colour, each like the one above it, are all stored alike.
"""

import struct
import zlib
from collections.abc import Iterator

SIGNATURE = b"\x89PNG\r\n\x1a\n"
HEADER = struct.Struct(">II5s")
"""Width, height and what we leave alone."""


def trimmed(png: bytes, margin: int) -> bytes:
    """The image down to its last row that differs from the foot, and `margin` rows more.

    Raises ValueError for what is not a PNG.
    """
    try:
        chunks = list(_chunks(png))
        width, height, rest = HEADER.unpack(chunks[0][1])
        pixels = zlib.decompress(b"".join(body for kind, body in chunks if kind == b"IDAT"))
    except (struct.error, zlib.error, IndexError) as trouble:
        raise ValueError("this is not a PNG") from trouble
    kept = min(_filled(pixels, height) + margin, height)
    header = HEADER.pack(width, kept, rest)
    others = [chunk for chunk in chunks[1:-1] if chunk[0] != b"IDAT"]
    lower = zlib.compress(pixels[: kept * (len(pixels) // height)])
    parts = ((b"IHDR", header), *others, (b"IDAT", lower), chunks[-1])
    return SIGNATURE + b"".join(map(_packed, parts))


def _filled(pixels: bytes, height: int) -> int:
    """How many rows there are down to the last that is stored unlike the last of all."""
    size = len(pixels) // height
    foot = pixels[-size:]
    filled = (row for row in range(height, 0, -1) if pixels[(row - 1) * size : row * size] != foot)
    return next(filled, height)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(SIGNATURE)
    while at < len(png):
        length, kind = struct.unpack_from(">I4s", png, at)
        yield kind, png[at + 8 : at + 8 + length]
        at += 12 + length


def _packed(chunk: tuple[bytes, bytes]) -> bytes:
    kind, body = chunk
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
