"""How a language writes a day, by CLDR."""

from collections.abc import Callable
from datetime import date
from functools import lru_cache, partial

from babel.dates import format_date

from wallet_service.cards.numerals import locale_of

DAYS = 4096
"""Days remembered as they are written: cards of one programme show much the same ones."""


def dater(language: str) -> Callable[[date | None], str]:
    """Writes a day as this language does: `31 January 2027`; no day is empty. Raises `NumbersUnknown`."""
    locale_of(language)
    return partial(_written, language)


@lru_cache(DAYS)
def _written(language: str, day: date | None) -> str:
    return format_date(day, "long", locale_of(language)) if day else ""
