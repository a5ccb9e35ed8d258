"""How a phone writes the value of a field: numbers, money and dates by the customs of its language. PURE."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_currency, format_decimal, format_percent, format_scientific

from wallet_service.wallets.apple.checks.notations import is_date

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


def written(field: Mapping[str, Any], locale: Locale, now: datetime) -> str:
    """The value of a field as its text on the phone. Times stand in the zone they are written in."""
    value = field["value"]
    if not isinstance(value, str):
        return _number(field, value, locale)
    asks = field.keys() & {"dateStyle", "timeStyle", "isRelative"}
    return _moment(field, datetime.fromisoformat(value), locale, now) if asks and is_date(value) else value


def long_day(now: datetime, locale: Locale) -> str:
    """The date as it stands on a lock screen: `Sunday, November 22`."""
    return f"{format_date(now, 'EEEE', locale=locale)}, {format_skeleton('MMMMd', now, locale=locale)}"


def _number(field: Mapping[str, Any], value: float, locale: Locale) -> str:
    if abs(value) >= MOST:
        return str(value)
    if "currencyCode" in field:
        return str(format_currency(value, field["currencyCode"], locale=locale))
    write = NUMBERS.get(field.get("numberStyle", ""))
    return write(value, locale) if write else str(value)


def _moment(field: Mapping[str, Any], moment: datetime, locale: Locale, now: datetime) -> str:
    if field.get("isRelative"):
        return format_timedelta(moment - now, add_direction=True, locale=locale)
    date, time = (STYLES.get(field.get(key, "")) for key in ("dateStyle", "timeStyle"))
    parts = (
        format_date(moment, date, locale=locale) if date else "",
        format_time(moment, time, tzinfo=moment.tzinfo, locale=locale) if time else "",
    )
    return ", ".join(filter(None, parts))
