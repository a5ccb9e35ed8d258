"""Whether texts fit their places on the face: an estimate from average letter widths, since Apple names no limits."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wallet_service.cards.lint.draft import Placed, fields_in
from wallet_service.cards.problem import Problem, warning

LABEL_SIZE = 11.0
TITLE = "title"
"""The first primary field of a poster, when it has no label, stands large on a line of its own."""
ROW = 343.0
"""Points across a face, inside its margins."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a list of fields stands: size of its values and room for all of them together, both in points."""

    size: float
    room: float


PLACES = {
    ("storeCard", "headerFields"): Place(20, 170),
    ("storeCard", "primaryFields"): Place(40, ROW),
    ("storeCard", "secondaryFields"): Place(17, ROW),
    ("storeCard", "auxiliaryFields"): Place(17, ROW),
    ("posterGeneric", "headerFields"): Place(20, 190),
    ("posterGeneric", "primaryFields"): Place(17, ROW),
    ("posterGeneric", TITLE): Place(30, ROW),
    ("posterGeneric", "footerFields"): Place(17, ROW),
}


def width_problems(pass_json: Mapping[str, Any], language: str) -> Iterator[Problem]:
    """Texts of a filled card that are likely cut off."""
    rows = Counter(_row(field) for field in fields_in(pass_json))
    for field in fields_in(pass_json):
        place = PLACES.get((field.style, _slot(field)))
        if place:
            yield from _fits(field, place.size, place.room / rows[_row(field)], language)


def text_width(text: str, size: float) -> float:
    """About how many points a text is wide in the system font at this size."""
    return size * sum(map(_em, text))


def _fits(field: Placed, value_size: float, room: float, language: str) -> Iterator[Problem]:
    for name, size in (("label", LABEL_SIZE), ("value", value_size)):
        text = str(field.content.get(name, ""))
        if text_width(text, size) > room:
            where = f"{field.where}.{name} ({language})"
            yield warning(where, f'"{text}" is likely cut off', "Write it shorter, or on the back.")


def _slot(field: Placed) -> str:
    titled = (
        field.style == "posterGeneric" and field.where.endswith("primaryFields[0]") and not field.content.get("label")
    )
    return TITLE if titled else field.list


def _row(field: Placed) -> tuple[str, str]:
    """Fields of the same row share its room."""
    slot = _slot(field)
    return field.style, "auxiliaryFields" if slot == "secondaryFields" else slot


def _em(letter: str) -> float:
    if letter.isspace():
        return 0.28
    if letter.isupper():
        return 0.68
    return 0.58 if letter.isalnum() else 0.4
