"""The fields of a card that Google shows below its front, as texts or as links. PURE."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wallet_service.wallets.seam import Design, Text, Value

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
    value: Text | Value

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


def fields_of(design: Design) -> Iterator[Field]:
    """The fields of a design in their order, without those that stand on Google's front already."""
    layout = design.google
    front = {text for text in (layout.account_name, layout.account_id) if text}
    for content in _contents(design.pass_json):
        match content:
            case {"key": str(key), "value": Text() | str() | int() | float() as value, **others}:
                if key != layout.balance and value not in front:
                    yield Field(design.language, key, _label(others.get("label")), _number(value))


def address(text: str) -> str | None:
    """The address that a text is: a page, a mailbox or a telephone."""
    for scheme, form in ADDRESSES.items():
        if form.fullmatch(text):
            return scheme + (TIDY.sub("", text) if scheme == "tel:" else text)
    return None


def _label(label: object) -> Text | str:
    return label if isinstance(label, Text | str) else ""


def _number(value: Text | Value | float) -> Text | Value:
    return str(value) if isinstance(value, float) else value


def _contents(pass_json: Mapping[str, Any]) -> Iterator[object]:
    """The fields of the style that older phones show, as they stand in the template."""
    style = next((style for name in STYLES if isinstance(style := pass_json.get(name), Mapping)), {})
    for slot in SLOTS:
        listed = style.get(slot)
        yield from listed if isinstance(listed, list) else ()
