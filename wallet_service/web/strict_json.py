"""JSON as strictly as two systems need it to agree: no duplicate keys, no NaN, no NUL, no half characters. PURE."""

import json
from typing import Any

from wallet_service.errors import Invalid

DEEPEST = 32


class JsonInvalid(Invalid):
    """The body is not JSON as RFC 8259 and RFC 7493 (I-JSON) have it: UTF-8, each key once, plain numbers."""

    status = 400
    slug = "json-invalid"
    title = "The body is not valid JSON"


def read_json(raw: bytes) -> Any:
    """The value in `raw`. Raises `JsonInvalid`."""
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise JsonInvalid(f"{error.msg} at line {error.lineno}, column {error.colno}.") from error
    except UnicodeDecodeError as error:
        raise JsonInvalid(f"Byte {error.start} is not UTF-8.") from error
    except RecursionError as error:
        raise JsonInvalid("The nesting is too deep.") from error
    except ValueError as error:
        raise JsonInvalid(str(error)[:200]) from error
    _check(found, 0)
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"The key {twice[:40]!r} stands twice.")
    return found


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON.")


def _check(value: Any, depth: int) -> None:
    if depth > DEEPEST:
        raise JsonInvalid(f"The nesting is deeper than {DEEPEST}.")
    match value:
        case str():
            _check_text(value)
        case float() if value in {float("inf"), float("-inf")}:
            raise JsonInvalid("A number is too large.")
        case list():
            for inner in value:
                _check(inner, depth + 1)
        case dict():
            for name, inner in value.items():
                _check_text(name)
                _check(inner, depth + 1)


def _check_text(text: str) -> None:
    if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
        raise JsonInvalid("A text holds a NUL or half a surrogate pair.")
