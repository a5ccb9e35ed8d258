"""How large a PNG image is, from its header alone (PNG specification, 5.2 and 11.2.1): no pixel is ever decoded."""

import struct

HEADER = struct.Struct(">8sI4sII")
MAGIC = b"\x89PNG\r\n\x1a\n"


def pixels(content: bytes) -> tuple[int, int] | None:
    """Width and height in pixels; nothing if this is not a PNG image."""
    if len(content) < HEADER.size:
        return None
    magic, length, chunk, width, height = HEADER.unpack_from(content)
    if (magic, length, chunk) != (MAGIC, 13, b"IHDR") or not width or not height:
        return None
    return width, height
