"""The library: programme files with a ready mechanic each, to be taken as they are, or changed."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

Document = Mapping[str, Any]
"""A programme file as it was read: docs/programme-file.md."""


@cache
def library() -> Mapping[str, Document]:
    """Every ready mechanic by its name, as a programme file that is whole by itself: with offers and tiers it needs."""
    found = (each for each in files(__package__).joinpath("library").iterdir() if each.name.endswith(".toml"))
    return {
        each.name.removesuffix(".toml"): tomllib.loads(each.read_text("utf-8"))
        for each in sorted(found, key=lambda file: file.name)
    }


def together(names: Iterable[str]) -> Document:
    """One programme file with several ready mechanics; what some of them share is there once."""
    chosen = [library()[name] for name in names]
    lists = {
        part: list({each["name"]: each for document in chosen for each in document.get(part, ())}.values())
        for part in ("tiers", "mechanics", "offers")
    }
    return {"currency": "EUR"} | {part: entries for part, entries in lists.items() if entries}
