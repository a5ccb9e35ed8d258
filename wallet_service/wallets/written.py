"""The value of a field as Apple's phones write it: numbers, money and dates by the customs of a language. PURE.

The format stands in the field itself (Apple: PassFieldContent). Where no phone obeys it, we write the text ourselves.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from babel import Locale
from babel.core import UnknownLocaleError
from babel.dates import format_date, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent, format_scientific

from wallet_service.wallets.dates import is_date

MOST = 10**15
"""Numbers beyond it are written as they stand: no card is so rich."""

NUMBERS: Mapping[str, Callable[[Any, Locale], str]] = {
    "PKNumberStyleDecimal": lambda value, locale: format_decimal(value, locale=locale),
    "PKNumberStylePercent": lambda value, locale: format_percent(value, locale=locale),
    "PKNumberStyleScientific": lambda value, locale: format_scientific(value, locale=locale),
    "PKNumberStyleSpellOut": lambda value, locale: format_decimal(
        value, locale=locale
    ),  # CLDR's rules are not in babel
}

STYLES: Mapping[str, Any] = {f"PKDateStyle{name}": name.lower() for name in ("Short", "Medium", "Long", "Full")}
"""Babel's names of Apple's styles of dates and times; `PKDateStyleNone` has none."""


def written(field: Mapping[str, Any], locale: Locale, now: datetime | None = None) -> str:
    """The value of a field as text. Times stand in the zone they are written in; a format of no sense is none.

    Without `now`, a date that should be told by its distance is written as a date: the text is to stay true.
    """
    value = field["value"]
    if not isinstance(value, str):
        return _number(field, value, locale)
    said = _moment(field, datetime.fromisoformat(value), locale, now) if is_date(value) else ""
    return said or value


def currency(field: Mapping[str, Any]) -> str:
    """The currency that a number is counted in; empty if none."""
    code = field.get("currencyCode")
    return code if isinstance(code, str) else ""


def customs(language: str) -> Locale:
    """The customs of a language, by its BCP 47 tag; of one that CLDR does not know, the English ones."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


def _number(field: Mapping[str, Any], value: float, locale: Locale) -> str:
    if abs(value) >= MOST:
        return str(value)
    if code := currency(field):
        return str(format_currency(value, code, locale=locale))
    write = NUMBERS.get(str(field.get("numberStyle")))
    return write(value, locale) if write else str(value)


def _moment(field: Mapping[str, Any], moment: datetime, locale: Locale, now: datetime | None) -> str:
    date, time = (STYLES.get(str(field.get(key))) for key in ("dateStyle", "timeStyle"))
    if field.get("isRelative"):
        if now is not None:
            return format_timedelta(moment - now, add_direction=True, locale=locale)
        date = date or "medium"
    parts = (
        format_date(moment, date, locale=locale) if date else "",
        format_time(moment, time, tzinfo=moment.tzinfo, locale=locale) if time else "",
    )
    return ", ".join(filter(None, parts))
