"""What one version of a programme's rules has that another has not. PURE."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

Document = Mapping[str, Any]
"""A programme file, as it is written down."""

PARTS = ("tiers", "mechanics", "offers")
"""Parts of a document that are lists of tables, each table with a name of its own."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that is different."""

    part: str
    """One of `PARTS`, or the name of a setting."""
    name: str
    """Of the tier, mechanic or offer; empty for a setting, and for the order of a whole part."""
    how: str
    """`added`, `removed`, `changed` or `reordered`."""


def plain(value: Any) -> Any:
    """What a TOML file holds, as JSON can write it: dates and times are ISO 8601 texts."""
    match value:
        case Mapping():
            return {key: plain(inner) for key, inner in value.items()}
        case list():
            return [plain(inner) for inner in value]
        case date() | time():
            return value.isoformat()
    return value


def changes(before: Document, after: Document) -> list[Change]:
    """What is different in `after`: settings first, then each part in the order in which it now stands."""
    return [*_settings(before, after), *(change for part in PARTS for change in _part(part, before, after))]


def redefined(found: Iterable[Change]) -> list[str]:
    """Names of mechanics that are no longer what they were."""
    return [each.name for each in found if each.part == "mechanics" and each.how in {"changed", "removed"}]


def _settings(before: Document, after: Document) -> Iterator[Change]:
    for key in sorted((before.keys() | after.keys()) - set(PARTS)):
        yield from _compared(key, "", before.get(key), after.get(key))


def _part(part: str, before: Document, after: Document) -> Iterator[Change]:
    was, now = _by_name(before.get(part, ())), _by_name(after.get(part, ()))
    for name in [*now, *(name for name in was if name not in now)]:
        yield from _compared(part, name, was.get(name), now.get(name))
    if [name for name in was if name in now] != [name for name in now if name in was]:
        yield Change(part, "", "reordered")


def _compared(part: str, name: str, was: Any, now: Any) -> Iterator[Change]:
    if was != now:
        yield Change(part, name, "added" if was is None else "removed" if now is None else "changed")


def _by_name(tables: Iterable[Document]) -> dict[str, Document]:
    return {table["name"]: table for table in tables}
