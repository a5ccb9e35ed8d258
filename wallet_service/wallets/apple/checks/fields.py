"""The fields of a card and their slots (rules 20, 21, 22, 29 and the alignment of 31)."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wallet_service.wallets.apple.checks.finding import Finding, error, quoted, warning
from wallet_service.wallets.apple.checks.keys import SLOTS, STYLES
from wallet_service.wallets.apple.checks.shapes import is_number
from wallet_service.wallets.dates import is_date

UNALIGNED_SLOTS = frozenset({"primaryFields", "backFields"})
NEW_VALUE = "%@"
"""What a changeMessage puts the new value for."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A field where it stands."""

    style: str
    slot: str
    index: int
    field: Mapping[str, Any]

    @property
    def where(self) -> str:
        """The path to the field."""
        return f"{self.style}.{self.slot}[{self.index}]"

    def has(self, *keys: str) -> bool:
        """Whether the field has one of these keys."""
        return any(key in self.field for key in keys)


def fields_of(document: Mapping[str, Any]) -> Iterator[Placed]:
    """Every field of every style of a fitted document."""
    for style in STYLES:
        for slot in SLOTS:
            for index, field in enumerate(document.get(style, {}).get(slot, ())):
                yield Placed(style, slot, index, field)


def check_fields(document: Mapping[str, Any], translations: Sequence[Mapping[str, str]]) -> Iterator[Finding]:
    """Whether every field can be shown as it asks to be, in every language."""
    yield from _repeated(document)
    for placed in fields_of(document):
        yield from _silent(placed, translations)
        yield from (rule.finding(placed) for rule in FIELD_RULES if rule.is_broken(placed))


def _repeated(document: Mapping[str, Any]) -> Iterator[Finding]:
    seen = set()
    for placed in fields_of(document):
        identity = (placed.style, placed.field["key"])
        if identity in seen:
            yield error(
                20,
                placed.where,
                f"The key {quoted(identity[1])} was used before.",
                "Give every field of a style its own key.",
            )
        seen.add(identity)


def _silent(placed: Placed, translations: Sequence[Mapping[str, str]]) -> Iterator[Finding]:
    message = placed.field.get("changeMessage", NEW_VALUE)
    said = [table[message] for table in translations if message in table] or [message]
    if not all(NEW_VALUE in text for text in said):
        where = f"{placed.where}.changeMessage"
        yield warning(29, where, "It says no %@, so a generic text is shown.", "Put %@ where the new value belongs.")


def _date_style_on_text(placed: Placed) -> bool:
    return placed.has("dateStyle", "timeStyle") and not is_date(placed.field["value"])


def _number_style_on_text(placed: Placed) -> bool:
    return placed.has("numberStyle", "currencyCode") and not is_number(placed.field["value"])


def _two_number_styles(placed: Placed) -> bool:
    return placed.has("numberStyle") and placed.has("currencyCode")


def _aligned_in_vain(placed: Placed) -> bool:
    return placed.has("textAlignment") and placed.slot in UNALIGNED_SLOTS


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One way for a field to be wrong."""

    number: int
    report: Callable[[int, str, str, str], Finding]
    is_broken: Callable[[Placed], bool]
    message: str
    """With `{value}` where the field's value belongs."""
    mend: str

    def finding(self, placed: Placed) -> Finding:
        """What to say about a field that breaks this rule."""
        message = self.message.format(value=quoted(placed.field["value"]))
        return self.report(self.number, placed.where, message, self.mend)


FIELD_RULES = (
    FieldRule(
        21,
        error,
        _date_style_on_text,
        "A date style stands on {value}, which is no date with a time zone.",
        "Write the value as 2026-11-22T12:00:00+01:00, or drop dateStyle and timeStyle.",
    ),
    FieldRule(
        22,
        error,
        _number_style_on_text,
        "A number style or currency stands on the text {value}.",
        "Write the value as a JSON number, without quotation marks.",
    ),
    FieldRule(
        22,
        warning,
        _two_number_styles,
        "numberStyle and currencyCode stand together.",
        "Keep one of them.",
    ),
    FieldRule(
        31,
        warning,
        _aligned_in_vain,
        "textAlignment has no effect in this slot.",
        "Drop textAlignment here.",
    ),
)
