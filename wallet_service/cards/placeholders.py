"""The closed language of placeholders in a template's texts: `{field}`, `{field|filter}`, `{field|filter:argument}`.

    {first_name}          Anna                 {balance}          1250, a number that the phone formats
    {first_name|or:you}   you, if no name      {balance|number}   1,250
    {name}                Anna Petrova         {balance|points}   1,250 points, in the member's language

    {expiring_points|points}       120 points: so many expire next; 0, if none ever do
    {expires_on|or:none expires}   31 January 2027, the last day on which they can be spent; empty, if none ever do
    {tier}, {tier_until}           Gold; the last day for which it is sure
    {next_goal}                    2 purchases to Platinum
    {last_purchase}                what was paid, when and where; what for; and the points it gave: a line each
    {offers}                       titles with their last day, a line each

Filters chain from left to right; `{{` and `}}` are the braces themselves. Nothing else can be said: a template is
written by people who design, and read for every card.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from difflib import get_close_matches
from itertools import groupby
from operator import attrgetter
from typing import Any

from wallet_service.cards.calendar import dater
from wallet_service.cards.numerals import grouper
from wallet_service.cards.sayings import Units, goal_sayer, offers_sayer, pointer, receipt_sayer, titler
from wallet_service.cards.standing import Goal, Offer, Receipt, Title
from wallet_service.cards.words import ANY, GOALS, Words
from wallet_service.errors import Invalid
from wallet_service.wallets.seam import Hole, Text, Value


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose card it is: everything that a placeholder can show. Text that is not known is empty."""

    first_name: str
    name: str
    balance: int
    external_id: str
    member_id: str
    card_id: str
    programme: str
    brand: str
    language: str
    expiring_points: int = 0
    """How many points expire next."""
    expires_on: date | None = None
    """The last day on which they can be spent."""
    tier: Title = ""
    """The title of the member's tier."""
    tier_until: date | None = None
    """The last day for which it is sure."""
    next_goal: Goal | None = None
    last_purchase: Receipt | None = None
    offers: Sequence[Offer] = ()


class PlaceholderInvalid(Invalid):
    """A text has a placeholder that does not exist, or braces that do not match."""

    slug = "placeholder-invalid"
    title = "A placeholder is not valid"


@dataclass(frozen=True, slots=True)
class Setting:
    """What a placeholder is filled for."""

    language: str
    units: Units
    words: Words
    argument: str = ""
    """Of a filter."""


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: what it takes, whether it needs an argument, how it is made. It always gives text.

    A filter of points must always show the number: a card is written anew when a field it shows has changed.
    """

    takes: type[Value]
    needs_argument: bool
    make: Callable[[Setting], Callable[[Any], str]]


@dataclass(frozen=True, slots=True)
class Reading:
    """A placeholder understood: a field, then filters with their arguments."""

    field: str
    steps: tuple[tuple[Filter, str], ...]


def _points(setting: Setting) -> Callable[[int], str]:
    if "other" not in setting.units:
        raise PlaceholderInvalid(
            f'"points" has no words for "{setting.language}"',
            remedy=f"Add [points.{setting.language}] to card.toml.",
        )
    return pointer(setting.language, setting.units)


def _goal(setting: Setting) -> Callable[[Goal | None], str]:
    if missing := [measure for measure in GOALS if measure not in setting.words]:
        raise PlaceholderInvalid(
            f'"next_goal" has no words for "{setting.language}"',
            remedy=f"Add {', '.join(missing)} to [words.{setting.language}] in card.toml.",
        )
    return goal_sayer(setting.language, setting.units, setting.words)


WRITERS: Mapping[str, Callable[[Setting], Callable[[Any], str]]] = {
    "expires_on": lambda setting: dater(setting.language),
    "tier": lambda setting: titler(setting.language),
    "tier_until": lambda setting: dater(setting.language),
    "next_goal": _goal,
    "last_purchase": lambda setting: receipt_sayer(setting.language, setting.units),
    "offers": lambda setting: offers_sayer(setting.language, setting.words),
}
"""Fields that are neither text nor number: each is written in words before any filter sees it."""
FIELDS: Mapping[str, type[Value]] = {field.name: int if field.type is int else str for field in fields(Holder)}
"""What each field is to a filter."""
EXPIRY = frozenset({"expiring_points", "expires_on"})
"""Fields that tell what expires next."""
FILTERS: Mapping[str, Filter] = {
    "points": Filter(int, False, _points),
    "number": Filter(int, False, lambda setting: grouper(setting.language)),
    "or": Filter(str, True, lambda setting: lambda text: text or setting.argument),
}

TOKEN = re.compile(r"\{\{|\}\}|\{(?P<name>[^{}]*)\}|[{}]")
LITERAL = {"{{": "{", "}}": "}"}


def parse(text: str) -> Text | str:
    """Understand a text: a plain string when it shows nothing of the card. Raises `PlaceholderInvalid`."""
    runs = groupby(_pieces(text), type)
    parts = tuple(part for kind, run in runs for part in (run if kind is Hole else ["".join(map(str, run))]))
    if any(isinstance(part, Hole) for part in parts):
        return Text(parts)
    return "".join(map(str, parts))


def holes_of(text: str) -> tuple[Hole, ...]:
    """The placeholders of a text, in order. Raises `PlaceholderInvalid`."""
    return tuple(piece for piece in _pieces(text) if isinstance(piece, Hole))


def field_of(name: str) -> str:
    """The field that a placeholder shows, whatever its filters."""
    return name.partition("|")[0]


def fields_of(text: str) -> frozenset[str]:
    """The fields that a text shows: while they stand still, so does the text. Raises `PlaceholderInvalid`."""
    return frozenset(field_of(hole.name) for hole in holes_of(text))


def compile_hole(name: str, language: str, units: Units, words: Words = ANY) -> Callable[[Holder], Value]:
    """A quick function that fills a placeholder (`balance|points`) in a language.

    `units` are the words for `points`, `words` those around goals and offers: both are needed only there. Bare points
    stay a number. Raises `PlaceholderInvalid`, or `NumbersUnknown` for a language of which nobody knows how it writes
    numbers.
    """
    reading, setting = _read(name, f"{{{name}}}", 1), Setting(language, units, words)
    fill: Callable[[Holder], Any] = attrgetter(reading.field)
    if reading.field in WRITERS:
        fill = _then(fill, WRITERS[reading.field](setting))
    for filter_, argument in reading.steps:
        fill = _then(fill, filter_.make(replace(setting, argument=argument)))
    return fill


def _then(first: Callable[[Holder], Any], second: Callable[[Any], str]) -> Callable[[Holder], str]:
    return lambda holder: second(first(holder))


def _pieces(text: str) -> Iterator[str | Hole]:
    """Texts and holes in order; braces that are meant as such come as texts of their own."""
    end = 0
    for token in TOKEN.finditer(text):
        if token.start() > end:
            yield text[end : token.start()]
        yield LITERAL.get(token[0]) or _hole(token, text)
        end = token.end()
    if end < len(text):
        yield text[end:]


def _hole(token: re.Match[str], text: str) -> Hole:
    name = token["name"]
    if name is None:
        raise _refusal("A brace stands alone; write {{ or }} for the brace itself", text, token.start())
    _read(name, text, token.start() + 1)
    return Hole(name)


def _read(name: str, text: str, position: int) -> Reading:
    """Understand what stands between braces, or refuse with the place in the whole text."""
    field, *words = name.split("|")
    if field not in FIELDS:
        raise _refusal(_unknown("field", field, FIELDS), text, position)
    kind, position = FIELDS[field], position + len(field) + 1
    steps = []
    for word in words:
        steps.append(_step(word, kind, text, position))
        kind, position = str, position + len(word) + 1
    return Reading(field, tuple(steps))


def _step(word: str, kind: type[Value], text: str, position: int) -> tuple[Filter, str]:
    name, colon, argument = word.partition(":")
    filter_ = FILTERS.get(name)
    if filter_ is None:
        raise _refusal(_unknown("filter", name, FILTERS), text, position)
    if filter_.needs_argument != bool(colon):
        form = f"{name}:TEXT" if filter_.needs_argument else name
        raise _refusal(f'The filter "{name}" is written {form}', text, position)
    if filter_.takes is not kind:
        raise _refusal(f'The filter "{name}" goes with {_names_of(filter_.takes)} only', text, position)
    return filter_, argument


def _names_of(kind: type[Value]) -> str:
    return "bare points" if kind is int else "text"


def _unknown(what: str, name: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(name, known, 1)
    guess = f" (did you mean {near[0]}?)" if near else ""
    return f'There is no {what} "{name}"{guess}; {what}s are {", ".join(known)}'


def _refusal(reason: str, text: str, position: int) -> PlaceholderInvalid:
    return PlaceholderInvalid(f'{reason}: character {position + 1} of "{text}"', position=position + 1)
