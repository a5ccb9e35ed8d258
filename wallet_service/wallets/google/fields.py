"""The fields of a card that Google shows below its front, as texts or as links. PURE.

Google formats nothing there, so texts are written as Apple's phones would write them.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wallet_service.wallets.filling import filled
from wallet_service.wallets.seam import Design, Text, Value
from wallet_service.wallets.written import customs, written

STYLES = ("storeCard", "posterGeneric")
SLOTS = ("secondaryFields", "auxiliaryFields", "backFields")
ADDRESSES: Mapping[str, re.Pattern[str]] = {
    "": re.compile(r"https://\S+"),
    "mailto:": re.compile(r"[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+"),
    "tel:": re.compile(r"\+\d[\d ()-]{6,}"),
}
"""Texts that lead somewhere, by the scheme that they lack."""
TIDY = re.compile(r"[ ()-]")


@dataclass(frozen=True, slots=True)
class Field:
    """One field in one language."""

    language: str
    key: str
    label: Text | str
    value: Text | Value | float
    form: Mapping[str, Any]
    """How the value is written: the field as it stands in the template."""

    @property
    def id(self) -> str:
        """The key as Google takes it: dots would be read as a path."""
        return re.sub(r"[^A-Za-z0-9_-]", "-", self.key)

    @property
    def varies(self) -> bool:
        """Whether cards fill it each for itself."""
        return isinstance(self.label, Text) or isinstance(self.value, Text)

    @property
    def address(self) -> str | None:
        """Where it leads, if its value is an address and nothing else; an address with holes is a text."""
        return address(self.value) if isinstance(self.value, str) else None

    def said(self, values: Mapping[str, Value]) -> str:
        """The value as text, holes filled with these."""
        return written({**self.form, "value": filled(self.value, values)}, customs(self.language))


def fields_of(design: Design) -> Iterator[Field]:
    """The fields of a design in their order, without those that stand on Google's front already."""
    layout = design.google
    front = {text for text in (layout.account_name, layout.account_id) if text}
    for content in _contents(_style(design), SLOTS):
        match content:
            case {"key": str(key), "value": Text() | str() | int() | float() as value}:
                if key != layout.balance and value not in front:
                    yield Field(design.language, key, _label(content.get("label")), value, content)


def form_of(design: Design, key: str) -> Mapping[str, Any]:
    """How the field of this key is written, wherever it stands: the field itself. Empty, if there is none."""
    style = _style(design)
    found = (each for each in _contents(style, style) if isinstance(each, Mapping) and each.get("key") == key)
    return next(found, {})


def address(text: str) -> str | None:
    """The address that a text is: a page, a mailbox or a telephone."""
    for scheme, form in ADDRESSES.items():
        if form.fullmatch(text):
            return scheme + (TIDY.sub("", text) if scheme == "tel:" else text)
    return None


def _label(label: object) -> Text | str:
    return label if isinstance(label, Text | str) else ""


def _contents(style: Mapping[str, Any], slots: Iterable[str]) -> Iterator[Any]:
    """The fields in these slots, as they stand in the template."""
    for slot in slots:
        listed = style.get(slot)
        yield from listed if isinstance(listed, list) else ()


def _style(design: Design) -> Mapping[str, Any]:
    """The style that older phones show."""
    return next((style for name in STYLES if isinstance(style := design.pass_json.get(name), Mapping)), {})
