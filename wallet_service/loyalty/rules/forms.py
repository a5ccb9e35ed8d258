"""Forms: what a table of a programme file may say, itself a table; reading by it tells everything that is wrong. PURE.

A reader takes what stands at a place and gives what it means. Whatever is wrong is noted with its place, and reading
goes on beside it: so whoever wrote the file hears of all mistakes at once.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date, time
from difflib import get_close_matches
from itertools import islice
from typing import Any, Generic, NamedTuple, TypeVar

from wallet_service.errors import Invalid

T = TypeVar("T")

MOST_TOLD = 100
"""Problems of one file that are told; whoever made more sent something else altogether."""
LONGEST_SHOWN = 40
"""Characters of somebody's own word that a problem repeats."""
TOO_LONG = 10**LONGEST_SHOWN
BARE = re.compile(r"[A-Za-z0-9_-]{1,40}")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend in a programme file."""

    place: str
    """Keys and numbers of entries, which begin with 0: `mechanics[2].when[0].purchases.at_least`."""
    what: str
    remedy: str


class RulebookInvalid(Invalid):
    """The rules cannot be used: `findings` says of each problem where it is, what is wrong, and how to mend it."""

    slug = "rulebook-invalid"
    title = "The rules are not valid"

    def __init__(self, findings: Sequence[Finding]) -> None:
        """Refuse for these findings, at least one."""
        first, told = findings[0], findings[:MOST_TOLD]
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        where = f"{first.place}: " if first.place else ""
        super().__init__(f"{where}{first.what}{more}", remedy=first.remedy, findings=[asdict(found) for found in told])
        self.findings = findings


class Wrong(Exception):
    """What stands at a place cannot be used; why has been noted."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the file a value stands, and what was found wrong in all of it."""

    path: str = ""
    findings: list[Finding] = field(default_factory=list)

    def key(self, key: str) -> "Place":
        """The place of a key in this table."""
        word = key if BARE.fullmatch(key) else ascii(key[:LONGEST_SHOWN])
        return Place(f"{self.path}.{word}".lstrip("."), self.findings)

    def item(self, number: int) -> "Place":
        """The place of an entry of this list."""
        return Place(f"{self.path}[{number}]", self.findings)

    def wrong(self, what: str, remedy: str) -> Wrong:
        """Note that this cannot be used; raise what you get, unless there is more to look at."""
        self.findings.append(Finding(self.path, what, remedy))
        return Wrong(what)

    def note(self, findings: Iterable[Finding]) -> None:
        """Note what was found below this place."""
        for found in findings:
            path = f"{self.path}.{found.place}" if self.path and found.place else self.path + found.place
            self.findings.append(Finding(path, found.what, found.remedy))


Read = Callable[[Any, Place], T]
"""Gives what a value means, or notes what is wrong and raises `Wrong`."""


class Key(NamedTuple):
    """What a form knows of a key."""

    read: Read[Any]
    needed: str = ""
    """How to write it, if it must be there."""
    into: str = ""
    """What it is called by whatever the form makes; empty: the same."""
    goes_with: str = ""
    """A key without which this one means nothing."""


def no_doubts(_made: object) -> Iterable[Finding]:
    """Nothing to say."""
    return ()


@dataclass(frozen=True, slots=True)
class Form(Generic[T]):
    """A table with known keys; reads one into whatever `make` makes of them."""

    make: Callable[..., T]
    keys: Mapping[str, Key]
    doubts: Callable[[T], Iterable[Finding]] = no_doubts
    """Tells contradictions between keys that are right by themselves."""

    def __call__(self, value: Any, place: Place) -> T:
        """What the table says. Where enough is wrong already, nothing more is looked at."""
        before = len(place.findings)
        if before >= MOST_TOLD:
            raise Wrong(place.path)
        found = self.fields(table(value, place), place)
        if len(place.findings) == before:
            made = self.make(**found)
            place.note(self.doubts(made))
            if len(place.findings) == before:
                return made
        raise Wrong(place.path)

    def fields(self, value: Mapping[str, Any], place: Place) -> dict[str, Any]:
        """As much of the table as can be read."""
        found = {}
        for name, key in self.keys.items():
            if name in value:
                with suppress(Wrong):
                    found[key.into or name] = key.read(value[name], place.key(name))
                if key.goes_with and key.goes_with not in value:
                    place.key(name).wrong(f"this says nothing without {key.goes_with}", f"Add {key.goes_with} = ….")
            elif key.needed:
                place.key(name).wrong("this is missing", key.needed)
        for name in islice((name for name in value if name not in self.keys), MOST_TOLD):
            place.key(name).wrong("there is no such key here", nearest(name, self.keys))
        return found


@dataclass(frozen=True, slots=True)
class Choice(Generic[T]):
    """A table whose first word says what it is; each word leads to the form of the whole table."""

    what: str
    forms: Mapping[str, Form[Any]]

    def __call__(self, value: Any, place: Place) -> T:
        """What the table says."""
        said = table(value, place)
        forms = {id(self.forms[word]): self.forms[word] for word in said if word in self.forms}
        if len(forms) > 1:
            words = " and ".join(word for word in said if word in self.forms)
            raise place.wrong(f"{words} are {self.what}s of their own", "Write a table { … } for each of them.")
        if not forms:
            word = next(iter(said), "")
            place = place.key(word) if word else place
            raise place.wrong(f"this is no {self.what}", nearest(word, self.forms))
        made: T = next(iter(forms.values()))(said, place)
        return made


def table(value: Any, place: Place) -> Mapping[str, Any]:
    """A table."""
    if not isinstance(value, Mapping):
        raise place.wrong(f"{shown(value)} is no table", "Write { key = value, … }.")
    return value


def nearest(word: str, known: Iterable[str]) -> str:
    """What somebody who wrote this may have meant."""
    words = list(known)
    near = get_close_matches(word[:LONGEST_SHOWN], words, 1)
    return f"Did you mean {near[0]}?" if near else f"Known here: {', '.join(words)}."


def shown(value: Any) -> str:
    """A value as a problem repeats it: short, and of plain characters. Tables and lists are not repeated."""
    if isinstance(value, str):
        return ascii(value[:LONGEST_SHOWN]) + "…" * (len(value) > LONGEST_SHOWN)
    if isinstance(value, int) and abs(value) >= TOO_LONG:
        return "this number"
    return str(value).lower() if isinstance(value, bool | int | float | date | time) else "this"
