"""Shapes of JSON values: what fits stays, what does not is reported and left out.

Whoever reads a document after it was fitted may trust the type of every value in it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from typing import Any, Final, Protocol

from wallet_service.wallets.apple.checks.finding import Finding, error, printable, quoted, warning

UNFIT: Final = object()
"""Stands for a value that had to be left out."""

MOST_UNKNOWN = 20
"""Unknown keys named for a whole document; a hostile file may have a hundred thousand."""

MOST_ENTRIES = 200
"""Longest array that is looked at; no card has so many fields."""

LONGEST_KEY = 40
UNKNOWN = "Wallet does not know this key."


class Shape(Protocol):
    """What a value must look like."""

    def fit(self, value: Any, where: str, found: list[Finding]) -> Any:
        """`value` without its unfit parts, or `UNFIT`; what was left out is added to `found`."""
        ...


@dataclass(frozen=True, slots=True)
class Plain:
    """A value that fits or does not, as a whole."""

    words: str
    """What is wanted, after "must be"."""
    fits: Callable[[Any], bool]
    number: int = 19

    def fit(self, value: Any, where: str, found: list[Finding]) -> Any:
        """The value itself, or `UNFIT`."""
        if self.fits(value):
            return value
        found.append(error(self.number, where, f"{quoted(value)} must be {self.words}.", f"Write {self.words}."))
        return UNFIT


@dataclass(frozen=True, slots=True)
class Listing:
    """An array whose entries all have one shape."""

    of: Shape
    number: int = 19

    def fit(self, value: Any, where: str, found: list[Finding]) -> Any:
        """The array without its unfit entries, or `UNFIT` if it is no array."""
        if not isinstance(value, list | tuple):
            found.append(error(self.number, where, "This must be an array.", "Put the value between [ and ]."))
            return UNFIT
        if len(value) > MOST_ENTRIES:
            found.append(error(self.number, where, f"It has {len(value)} entries.", f"Keep {MOST_ENTRIES} at most."))
        entries = enumerate(islice(value, MOST_ENTRIES))
        fitted = (self.of.fit(entry, f"{where}[{index}]", found) for index, entry in entries)
        return [entry for entry in fitted if entry is not UNFIT]


@dataclass(frozen=True, slots=True)
class Record:
    """An object with known keys."""

    keys: Mapping[str, Shape]
    required: tuple[str, ...] = ()

    def fit(self, value: Any, where: str, found: list[Finding]) -> Any:
        """The object without its unfit and unknown keys; `UNFIT` if it is no object or a required key is not left."""
        if not isinstance(value, Mapping):
            found.append(error(19, where, "This must be an object.", "Put the keys between { and }."))
            return UNFIT
        self._report_missing(value, where, found)
        self._report_unknown(value, where, found)
        fitted = self._fit_known(value, where, found)
        return fitted if all(key in fitted for key in self.required) else UNFIT

    def partly(self, value: Mapping[str, Any], found: list[Finding]) -> dict[str, Any]:
        """The root object, of which whatever fits is kept even when required keys are missing."""
        self._report_missing(value, "", found)
        self._report_unknown(value, "", found)
        return self._fit_known(value, "", found)

    def _fit_known(self, value: Mapping[str, Any], where: str, found: list[Finding]) -> dict[str, Any]:
        known = ((key, shape) for key, shape in self.keys.items() if key in value)
        fitted = {key: shape.fit(value[key], _join(where, key), found) for key, shape in known}
        return {key: part for key, part in fitted.items() if part is not UNFIT}

    def _report_missing(self, value: Mapping[str, Any], where: str, found: list[Finding]) -> None:
        missing = (key for key in self.required if key not in value)
        found += [error(17, _join(where, key), "This required key is missing.", f"Add “{key}”.") for key in missing]

    def _report_unknown(self, value: Mapping[str, Any], where: str, found: list[Finding]) -> None:
        room = MOST_UNKNOWN - sum(finding.message == UNKNOWN for finding in found)
        unknown = islice((key for key in value if key not in self.keys), max(room, 0))
        found += [warning(19, _join(where, key), UNKNOWN, self._advice(key)) for key in unknown]

    def _advice(self, key: str) -> str:
        near = get_close_matches(key[:LONGEST_KEY], self.keys, 1)
        return f"Did you mean “{near[0]}”?" if near else "Leave it out, or put it into userInfo."


def one_of(*names: str, number: int = 19) -> Plain:
    """One of these words, exactly."""
    allowed = frozenset(names)
    return Plain(f"one of {', '.join(names)}", lambda value: isinstance(value, str) and value in allowed, number)


def is_number(value: Any) -> bool:
    """Whether this is a JSON number (in Python, true is an int; in JSON it is not)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _join(where: str, key: str) -> str:
    key = printable(key, LONGEST_KEY)
    return f"{where}.{key}" if where else key
