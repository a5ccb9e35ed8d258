"""Long lists in pages: an opaque cursor says where the next one begins."""

import base64
import binascii

from wallet_service.errors import Invalid

MOST = 1000


class CursorInvalid(Invalid):
    """A cursor is the `next` of an earlier page, unchanged."""

    slug = "cursor-invalid"
    title = "This is not a cursor of ours"


def to_cursor(position: str) -> str:
    """The cursor for what comes after this position."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def from_cursor(cursor: str) -> str:
    """The position of a cursor. Raises `CursorInvalid`."""
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise CursorInvalid("The cursor is damaged.", remedy="Begin again without one.") from error
