"""How a language writes whole numbers and counts things, compiled once from CLDR into quick functions."""

from collections.abc import Callable, Mapping
from functools import lru_cache

from babel import Locale
from babel.core import UnknownLocaleError
from babel.numbers import get_group_symbol

from wallet_service.errors import Invalid

PERIOD = 1000


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
