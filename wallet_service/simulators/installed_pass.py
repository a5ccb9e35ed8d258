"""A pass as a phone keeps it: what it is called, what its owner reads on it, what the owner is told when it changes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

LEGACY_STYLES = ("storeCard", "coupon", "generic", "eventTicket", "boardingPass")
"""A pass has one of these; `posterGeneric` may stand beside it (Apple: Pass; Creating a poster generic pass)."""
STYLES = (*LEGACY_STYLES, "posterGeneric")
FRONT = ("headerFields", "primaryFields", "secondaryFields", "auxiliaryFields", "footerFields")
"""The rows of the front, from the top."""
SECTIONS = (*FRONT, "backFields", "additionalInfoFields")

Field = Mapping[str, Any]
"""One entry of a section: `key`, `value` and, perhaps, `label`, `changeMessage` and styles."""


class PassRejected(Exception):
    """A pass that iOS would not take; the text says why."""


def require(condition: bool, reason: str) -> None:
    """Reject the pass for this reason unless the condition holds."""
    if not condition:
        raise PassRejected(reason)


@dataclass(frozen=True, slots=True)
class InstalledPass:
    """A pass that was verified and kept."""

    serial: str
    pass_type: str
    token: str
    web_service_url: str
    """Empty, like `token`, when the pass is never updated."""
    document: Mapping[str, Any]
    """pass.json as it came."""
    manifest: Mapping[str, str]
    """Every file of the pass and the SHA-1 of its bytes: two passes with equal manifests are the same pass."""

    @property
    def identity(self) -> dict[str, str]:
        """What no update may change (Apple: Adding a Web Service to Update Passes)."""
        return {
            "serialNumber": self.serial,
            "passTypeIdentifier": self.pass_type,
            "authenticationToken": self.token,
        }

    @property
    def files(self) -> frozenset[str]:
        """Names of the files that the manifest lists."""
        return frozenset(self.manifest)

    def field(self, key: str) -> Field:
        """The field with this key, front or back. Raises `KeyError` when the pass has none."""
        return self.fields()[key]

    def fields(self) -> dict[str, Field]:
        """All fields by key; where the poster repeats a key of the other style, the latter speaks."""
        return {field["key"]: field for style in reversed(self._styles()) for field in _fields(style)}

    def face(self) -> str:
        """The front as a person reads it: a line for the brand, one for each row of fields, one for the barcode."""
        style = self._styles()[0]
        rows = (" · ".join(map(_labelled, style.get(row, ()))) for row in FRONT)
        lines = [self._heading(), *rows, self._barcode()]
        return "\n".join(filter(None, lines))

    def _styles(self) -> list[Mapping[str, Any]]:
        return [self.document[style] for style in STYLES if style in self.document]

    def _heading(self) -> str:
        name = str(self.document.get("logoText") or self.document["organizationName"])
        return f"{name} (no longer valid)" if self.document.get("voided") else name

    def _barcode(self) -> str:
        barcodes = self.document.get("barcodes") or [{}]
        text = barcodes[0].get("altText")
        return f"[{text}]" if text else ""


def notification(before: InstalledPass, after: InstalledPass) -> str | None:
    """What the lock screen says when `after` replaces `before`; None when the update is silent.

    Only a field whose value changed and which carries a changeMessage speaks; several at once, or a message without
    `%@`, give one general text (Apple: PassFieldContent; field reports for the general text).
    """
    old = before.fields()
    speaking = [field for key, field in after.fields().items() if _speaks(old.get(key), field)]
    if not speaking:
        return None
    message = speaking[0]["changeMessage"] if len(speaking) == 1 else ""
    if "%@" not in message:
        return f"{after.document['organizationName']}: your card has changed"
    return str(message.replace("%@", shown(speaking[0])))


def shown(field: Field) -> str:
    """The value of a field as the front shows it."""
    value = field["value"]
    if isinstance(value, str):
        return value
    if "currencyCode" in field:
        return f"{value:.2f} {field['currencyCode']}"
    return _NUMBER_STYLES.get(field.get("numberStyle", ""), str)(value)


_NUMBER_STYLES: Mapping[str, Callable[[float], str]] = {
    "PKNumberStyleDecimal": "{:,}".format,
    "PKNumberStylePercent": "{:.0%}".format,
    "PKNumberStyleScientific": "{:E}".format,
}


def _speaks(before: Field | None, after: Field) -> bool:
    return before is not None and before["value"] != after["value"] and "changeMessage" in after


def _labelled(field: Field) -> str:
    label = field.get("label")
    return f"{label}: {shown(field)}" if label else shown(field)


def _fields(style: Mapping[str, Any]) -> Iterator[Field]:
    for section in SECTIONS:
        yield from style.get(section, ())
