"""How a language writes whole numbers and counts things, compiled once from CLDR into quick functions."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache, partial

from babel import Locale
from babel.core import UnknownLocaleError
from babel.numbers import format_currency, format_decimal, get_currency_precision, get_group_symbol

from wallet_service.errors import Invalid

PERIOD = 1000
SUMS = 4096
"""Sums remembered as they are written: a card is fetched by several devices, and again."""


class NumbersUnknown(Invalid):
    """The language is not one that CLDR describes: write a BCP 47 tag such as `en`, `ru` or `zh-Hans`."""

    slug = "numbers-unknown"
    title = "Nobody knows how numbers are written in this language"


def locale_of(language: str) -> Locale:
    """What CLDR knows about a BCP 47 language tag. Raises `NumbersUnknown`."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError) as trouble:
        raise NumbersUnknown(
            f'"{language}" is not a known language', remedy="Write a tag such as en, ru, pt-BR."
        ) from trouble


@lru_cache
def grouper(language: str) -> Callable[[int], str]:
    """Writes a whole number in groups as this language does: 1250 is `1,250` in English, `1 250` in Russian.

    Four digits are grouped everywhere: on a card, beside other numbers, that reads better than CLDR's finer habits.
    """
    locale = locale_of(language)
    symbol = get_group_symbol(locale)
    first, rest = locale.decimal_formats[None].grouping
    if first != rest:
        return lambda number: _by_sizes(number, symbol, first, rest)
    return lambda number: f"{number:,}".replace(",", symbol)


def pricer(language: str) -> Callable[[int, str], str]:
    """Writes a sum in minor units of a currency (ISO 4217) as this language does: 1240 of EUR is `€12.40` in English.

    Without a currency it is a number of hundredths. Raises `NumbersUnknown`.
    """
    locale_of(language)
    return partial(_priced, language)


@lru_cache(SUMS)
def _priced(language: str, minor: int, currency: str) -> str:
    locale = locale_of(language)
    if not currency:
        return format_decimal(Decimal(minor).scaleb(-2), format="#,##0.00", locale=locale)
    sum_ = Decimal(minor).scaleb(-get_currency_precision(currency))
    return str(format_currency(sum_, currency, locale=locale))


def plural_forms(language: str) -> frozenset[str]:
    """The CLDR plural forms that this language tells apart (`one few many other` in Russian)."""
    return locale_of(language).plural_form.tags | {"other"}


def counter(language: str, forms: Mapping[str, str]) -> Callable[[int], str]:
    """Gives the form of a word that goes with a whole number; a form that is not given is read as `other`."""
    kind = _plural_kind(language)
    other = forms["other"]
    return lambda number: forms.get(kind(number), other)


@lru_cache
def _plural_kind(language: str) -> Callable[[int], str]:
    """CLDR's rule for whole numbers, read from a table: beyond a thousand only exact thousands differ in more."""
    rule = locale_of(language).plural_form
    table = tuple(map(rule, range(2 * PERIOD)))

    def kind(number: int) -> str:
        number = abs(number)
        rest = number % PERIOD
        if number < PERIOD:
            return table[number]
        return table[PERIOD + rest] if rest else rule(number)

    return kind


def _by_sizes(number: int, symbol: str, first: int, rest: int) -> str:
    """Groups of unequal size, as in Hindi: 12,34,567."""
    digits = str(abs(number))
    head, groups = digits[:-first], [digits[-first:]]
    while head:
        groups.append(head[-rest:])
        head = head[:-rest]
    return "-" * (number < 0) + symbol.join(reversed(groups))
