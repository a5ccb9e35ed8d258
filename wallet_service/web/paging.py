"""Long lists in pages: an opaque cursor says where the next one begins."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from wallet_service.errors import Invalid

MOST = 1000

Row = TypeVar("Row")


class CursorInvalid(Invalid):
    """A cursor is the `next` of an earlier page of the same list, unchanged; without one, the list begins anew."""

    slug = "cursor-invalid"
    title = "This is not a cursor of ours"


class PageWish(BaseModel):
    """Which part of a list."""

    model_config = ConfigDict(extra="forbid")

    cursor: str | None = Field(None, max_length=200, description="`next` of the page before; left out for the first")
    limit: int = Field(100, ge=1, le=MOST, description="most items of this page")


Page = Annotated[PageWish, Query()]


def to_cursor(position: str) -> str:
    """The cursor for what comes after this position."""
    return base64.urlsafe_b64encode(position.encode()).decode().rstrip("=")


def from_cursor(cursor: str | None, fits: Callable[[str], bool]) -> str | None:
    """The position of a cursor, which must fit the list; None at the beginning. Raises `CursorInvalid`."""
    if cursor is None:
        return None
    try:
        position = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise CursorInvalid("The cursor is damaged.", remedy="Begin again without one.") from error
    if not fits(position):
        raise CursorInvalid("This is the cursor of another list.", remedy="Begin again without one.")
    return position


def page_of(rows: Sequence[Row], limit: int, word: Callable[[Row], Any], position: Callable[[Row], str]) -> Any:
    """The page, of rows asked for with a limit of one more: that one tells whether there is a next page."""
    following = to_cursor(position(rows[limit - 1])) if len(rows) > limit else None
    return {"items": [word(row) for row in rows[:limit]], "next": following}
