"""The barcode that each phone picks from a pass, and its drawing. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import segno

from wallet_service.wallets.apple.checks.barcodes import ENCODINGS

PREFIX = "PKBarcodeFormat"
CLASSIC = ("QR", "PDF417", "Aztec", "Code128")
"""What phones before iOS 27 can draw."""
EVERY = (*CLASSIC, "Code39", "Codabar", "EAN13", "I2of5")
SQUARE = ("QR", "Aztec")


@dataclass(frozen=True, slots=True)
class Barcode:
    """A barcode on a card."""

    form: str
    """`QR`, `PDF417` …"""
    message: str
    caption: str
    """The text under it; often empty."""
    svg: str
    """The drawing, made of black modules only; empty for what is not drawn here."""

    @property
    def square(self) -> bool:
        """Whether it is as high as wide."""
        return self.form in SQUARE


def pick(document: Mapping[str, Any], forms: tuple[str, ...]) -> Barcode | None:
    """The first barcode of the pass that a phone knowing these forms can draw."""
    listed = document.get("barcodes") or [document[key] for key in ("barcode",) if key in document]
    for barcode in listed:
        form = barcode["format"].removeprefix(PREFIX)
        if form in forms:
            svg = _qr(barcode["message"], barcode["messageEncoding"]) if form == "QR" else ""
            return Barcode(form, barcode["message"], barcode.get("altText", ""), svg)
    return None


@lru_cache(maxsize=1024)  # a card's code hardly ever changes, and takes longer to draw than the rest of the card
def _qr(message: str, encoding: str) -> str:
    """The QR code as inline SVG; nothing for a message too long or not in its own character set."""
    if encoding.lower() not in ENCODINGS:
        return ""
    try:
        code = segno.make_qr(message, error="m", encoding=encoding)
    except (ValueError, LookupError):
        return ""
    drawing: str = code.svg_inline(border=0, omitsize=True, svgclass="modules", lineclass=None)
    return drawing
