"""JSON as strictly as two systems need it to agree: no duplicate keys, no NaN, no NUL, no half characters. PURE."""

import json
import math
import re
from typing import Any

from wallet_service.errors import Invalid

DEEPEST = 32
LONGEST_NUMBER = 40
"""Characters; no number of ours needs half as many, and reading a long one takes more than linear time."""

BROKEN = re.compile("[\0\ud800-\udfff]")
"""NUL, which Postgres cannot store, and halves of surrogate pairs, which are no text."""


class JsonInvalid(Invalid):
    """The body is not JSON as RFC 8259 and RFC 7493 (I-JSON) have it; `detail` says where it goes wrong.

    Send UTF-8 without a byte order mark, each key of an object once, numbers without NaN and Infinity, texts without
    NUL and without halves of surrogate pairs, and nesting of no more than 32 levels.
    """

    status = 400
    slug = "json-invalid"
    title = "The body is not valid JSON"


def read_json(raw: bytes) -> Any:
    """The value in `raw`. Raises `JsonInvalid`."""
    try:
        found = READER.decode(raw.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise JsonInvalid(f"{error.msg} at line {error.lineno}, column {error.colno}.") from error
    except UnicodeDecodeError as error:
        raise JsonInvalid(f"Byte {error.start} is not UTF-8.") from error
    except RecursionError as error:
        raise JsonInvalid(f"The nesting is deeper than {DEEPEST}.") from error
    _check(found, 0)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise JsonInvalid("A key stands twice in the same object.")
    return found


def _no_constant(name: str) -> None:
    raise JsonInvalid(f"{name} is not JSON.")


def _integer(digits: str) -> int:
    return int(_short(digits))


def _fraction(digits: str) -> float:
    number = float(_short(digits))
    if math.isinf(number):
        raise JsonInvalid("A number is too large.")
    return number


def _short(digits: str) -> str:
    if len(digits) > LONGEST_NUMBER:
        raise JsonInvalid(f"A number has more than {LONGEST_NUMBER} characters.")
    return digits


READER = json.JSONDecoder(
    object_pairs_hook=_once, parse_constant=_no_constant, parse_int=_integer, parse_float=_fraction
)


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise JsonInvalid(f"The nesting is deeper than {DEEPEST}.")
    match value:
        case str():
            _check_text(value)
        case list():
            for inner in value:
                _check(inner, depth + 1)
        case dict():
            for name, inner in value.items():
                _check_text(name)
                _check(inner, depth + 1)


def _check_text(text: str) -> None:
    if BROKEN.search(text):
        raise JsonInvalid("A text holds NUL or half a surrogate pair.")
