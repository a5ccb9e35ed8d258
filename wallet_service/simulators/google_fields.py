"""The query parameter `fields`: which members of a reply the caller wants (Google, "Working with partial resources")."""

import re
from collections.abc import Mapping
from typing import Any

from wallet_service.simulators.google_wire import GoogleRefusal

Mask = Mapping[str, "Mask"]
"""Members wanted, each with what is wanted inside; an empty mask wants everything."""

_TOKEN = re.compile(r"[\w*]+|[,/()]")


def partial(reply: Any, fields: str) -> Any:
    """Only what `fields` names, such as `id,loyaltyPoints/balance,resources(id,state)`. Raises `GoogleRefusal` (400)."""
    tokens = _TOKEN.findall(fields)
    try:
        mask = _selection(tokens)
        _require(not tokens and "".join(_TOKEN.findall(fields)) == fields)
    except (IndexError, ValueError):
        raise GoogleRefusal(400, "invalidParameter", f"Invalid field selection {fields}") from None
    return _picked(reply, mask)


def _selection(tokens: list[str]) -> dict[str, Mask]:
    """Read `path[,path]…` off the front. Raises `IndexError`, `ValueError`."""
    mask: dict[str, Mask] = {}
    while True:
        name = _name(tokens)
        mask[name] = _inside(tokens)
        if tokens[:1] != [","]:
            return mask
        tokens.pop(0)


def _inside(tokens: list[str]) -> Mask:
    """Read `/path` or `(selection)`, or nothing, off the front. Raises `IndexError`, `ValueError`."""
    if tokens[:1] == ["/"]:
        tokens.pop(0)
        return {_name(tokens): _inside(tokens)}
    if tokens[:1] == ["("]:
        tokens.pop(0)
        mask = _selection(tokens)
        _require(tokens.pop(0) == ")")
        return mask
    return {}


def _name(tokens: list[str]) -> str:
    name = tokens.pop(0)
    _require(name not in ",/()")
    return name


def _require(is_so: bool) -> None:
    if not is_so:
        raise ValueError


def _picked(value: Any, mask: Mask) -> Any:
    if not mask:
        return value
    if isinstance(value, list):
        return [_picked(item, mask) for item in value]
    if not isinstance(value, dict):
        return value
    wanted = dict.fromkeys(value, mask["*"]) if "*" in mask else mask
    return {name: _picked(value[name], inner) for name, inner in wanted.items() if name in value}
