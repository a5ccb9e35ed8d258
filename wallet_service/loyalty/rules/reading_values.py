"""Reads the single values of a programme file: numbers, shares, texts, days. PURE."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from babel import Locale, UnknownLocaleError
from babel.numbers import is_currency

from wallet_service.amounts import MOST
from wallet_service.loyalty.rules.forms import Form, Key, Place, Read, Wrong, nearest, shown, table
from wallet_service.loyalty.rules.mechanic import Goods, Words

T = TypeVar("T")
E = TypeVar("E", bound=StrEnum)

MOST_DAYS = 1100
"""Three years: the longest window, the longest life of points, the longest term."""
MOST_MULTIPLE = 100
NAME = re.compile(r"[a-z0-9-]{1,40}")
TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
HOUR = re.compile(r"\d\d:\d\d(:00)?")
DAY = re.compile(r"2[01]\d\d-\d\d-\d\d")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]|[\ud800-\udfff]")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def whole(least: int, most: int = MOST) -> Read[int]:
    """A whole number in this range."""

    def read(value: Any, place: Place) -> int:
        if type(value) is not int or not least <= value <= most:
            raise place.wrong(f"{shown(value)} does not fit here", f"Write a whole number from {least} to {most}.")
        return value

    return read


def percent(value: Any, place: Place) -> int:
    """Basis points of a percentage: 12.5 is 1250."""
    return _hundredths(value, place, 1, 100_00, "Write a number of percent, from 0.01 to 100, such as 15 or 7.25.")


def most_percent(value: Any, place: Place) -> int:
    """The same, of what may be none at all."""
    return _hundredths(value, place, 0, 100_00, "Write a number of percent, from 0 to 100, such as 50.")


def multiple(value: Any, place: Place) -> int:
    """Basis points of a factor: 1.5 is 15000."""
    mend = f"Write a number above 1 and up to {MOST_MULTIPLE}, such as 2 or 1.5: with 1, nothing is added."
    return 100 * _hundredths(value, place, 1_01, MOST_MULTIPLE * 100, mend)


def _hundredths(value: Any, place: Place, least: int, most: int, mend: str) -> int:
    """A number with at most two decimals, exactly as it is written, in hundredths."""
    if type(value) not in {int, float} or not 0 <= value <= most:
        raise place.wrong(f"{shown(value)} does not fit here", mend)
    hundredths = Decimal(str(value)).scaleb(2)
    if hundredths != hundredths.to_integral_value():
        raise place.wrong(f"{shown(value)} has more than two decimals", mend)
    if not least <= hundredths <= most:
        raise place.wrong(f"{shown(value)} does not fit here", mend)
    return int(hundredths)


def text(longest: int) -> Read[str]:
    """A line of text, in normal form C."""

    def read(value: Any, place: Place) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= longest or CONTROL.search(value):
            raise place.wrong(f"{shown(value)} does not fit here", f"Write one line of 1 to {longest} characters.")
        if value != value.strip():
            raise place.wrong(f"{shown(value)} has blanks around it", "Leave them out.")
        return unicodedata.normalize("NFC", value)

    return read


def name(value: Any, place: Place) -> str:
    """A name within the file."""
    if not isinstance(value, str) or NAME.fullmatch(value) is None:
        raise place.wrong(f"{shown(value)} cannot be a name", 'Write 1 to 40 of a-z, 0-9 and -, such as "welcome-300".')
    return value


def one_of(kind: type[E]) -> Read[E]:
    """One of some words."""
    known = [str(word) for word in kind]

    def read(value: Any, place: Place) -> E:
        return kind(word_of(known, value, place))

    return read


def word_of(known: list[str], value: Any, place: Place) -> str:
    """The value, if it is one of these words."""
    if not isinstance(value, str) or value not in known:
        raise place.wrong(f"{shown(value)} is not known here", nearest(value if isinstance(value, str) else "", known))
    return value


def weekday(value: Any, place: Place) -> int:
    """A day of the week; 0 is Monday."""
    return WEEKDAYS.index(word_of(list(WEEKDAYS), value, place))


def flag(value: Any, place: Place) -> bool:
    """Yes or no."""
    if not isinstance(value, bool):
        raise place.wrong(f"{shown(value)} is neither true nor false", "Write true or false.")
    return value


def yes(value: Any, place: Place) -> bool:
    """Yes, since a condition for the contrary does not exist."""
    if value is not True:
        raise place.wrong(f"{shown(value)} does not fit here", "Write true, or leave the condition out.")
    return True


def currency(value: Any, place: Place) -> str:
    """A code of ISO 4217."""
    if not isinstance(value, str) or not is_currency(value):
        raise place.wrong(f"{shown(value)} is no currency", 'Write a code of ISO 4217, such as "EUR".')
    return value


def day(value: Any, place: Place) -> date:
    """A day: TOML's own, or its text."""
    mend = "Write a day of this century or the next, such as 2026-12-01 (in JSON, in quotes)."
    said = value.isoformat() if isinstance(value, date) else value
    if not isinstance(said, str) or DAY.fullmatch(said) is None:
        raise place.wrong(f"{shown(value)} is no day", mend)
    return _parsed(date.fromisoformat, said, place, mend)


def hour(value: Any, place: Place) -> time:
    """A time of day: TOML's own, or its text."""
    mend = 'Write hours and minutes, such as "14:00".'
    said = value.isoformat() if isinstance(value, time) else value
    if not isinstance(said, str) or HOUR.fullmatch(said) is None:
        raise place.wrong(f"{shown(value)} is no time of day", mend)
    return _parsed(time.fromisoformat, said, place, mend)


def _parsed(parse: Callable[[str], T], said: str, place: Place, mend: str) -> T:
    try:
        return parse(said)
    except ValueError:
        raise place.wrong(f"{said} does not exist", mend) from None


def listed(read: Read[T], most: int, least: int = 0) -> Read[tuple[T, ...]]:
    """A list."""

    def read_all(value: Any, place: Place) -> tuple[T, ...]:
        found = numbered(read, most, least)(value, place)
        if len(found) < len(value):
            raise Wrong(place.path)
        return tuple(found.values())

    return read_all


def numbered(read: Read[T], most: int, least: int = 0) -> Read[dict[int, T]]:
    """A list, as far as it can be read, by the numbers of its entries."""

    def read_all(value: Any, place: Place) -> dict[int, T]:
        if not isinstance(value, list | tuple) or not least <= len(value) <= most:
            raise place.wrong("this does not fit here", f"Write a list [ … ] of {least} to {most} entries.")
        found = {}
        for number, each in enumerate(value):
            try:
                found[number] = read(each, place.item(number))
            except Wrong:
                continue
        return found

    return read_all


def set_of(read: Read[T], most: int = 200, least: int = 0) -> Read[frozenset[T]]:
    """A list in which nothing stands twice, and whose order says nothing."""

    def read_all(value: Any, place: Place) -> frozenset[T]:
        found = listed(read, most, least)(value, place)
        if len(set(found)) < len(found):
            raise place.wrong("something stands here twice", "Name everything once.")
        return frozenset(found)

    return read_all


def words(longest: int) -> Read[Words]:
    """A text by its language."""
    line = text(longest)

    def read(value: Any, place: Place) -> Words:
        said = table(value, place)
        if not said:
            raise place.wrong("there is no text in any language", 'Write { en = "…" }, and other languages beside it.')
        found: dict[str, str] = {}
        before = len(place.findings)
        for tag, each in said.items():
            _add_words(found, tag, each, place.key(tag), line)
        if len(place.findings) > before:
            raise Wrong(place.path)
        return found

    return read


def _add_words(found: dict[str, str], tag: str, value: Any, place: Place, line: Read[str]) -> None:
    try:
        language, said = _language(tag, place), line(value, place)
    except Wrong:
        return
    if language in found:
        place.wrong("this language stands here twice", "Keep one of the texts.")
    found[language] = said


def _language(tag: str, place: Place) -> str:
    try:
        return str(Locale.parse(tag if TAG.fullmatch(tag) else "", sep="-")).replace("_", "-")
    except (ValueError, UnknownLocaleError):
        raise place.wrong("this is not a language", "Write a BCP 47 tag, such as en, ru or pt-BR.") from None


SEVERAL = set_of(text(100))
GOODS_KEYS = {"categories": Key(SEVERAL), "skus": Key(SEVERAL)}
GOODS: Form[Goods] = Form(Goods, GOODS_KEYS)
