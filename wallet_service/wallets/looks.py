"""How a card's face reads wherever it is not Wallet that shows it, by the same rules as a preview. PURE."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Any

from babel import Locale

from wallet_service.wallets.apple.checks.keys import CLASSIC_STYLES
from wallet_service.wallets.apple.checks.notations import Colour
from wallet_service.wallets.apple.checks.styles import POSTER
from wallet_service.wallets.apple.preview import Subject, from_face, view
from wallet_service.wallets.apple.preview.barcode import EVERY, Barcode, pick
from wallet_service.wallets.apple.preview.links import Part
from wallet_service.wallets.apple.preview.view import Colours, Shown
from wallet_service.wallets.seam import CardFace

__all__ = ["Barcode", "Colour", "Colours", "Look", "Part", "Shown", "look_of"]

DRAWN = ("QR",)
"""Barcodes that we draw; one of them is shown before any that we can only spell."""

STYLES = (*CLASSIC_STYLES, POSTER)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """A card as it is read, in its own language."""

    organisation: str
    description: str
    logo_text: str
    colours: Colours
    rows: Mapping[str, Sequence[Shown]]
    """The front: fields by the name of their row, the header first."""
    back: Sequence[Shown]
    barcode: Barcode | None
    notification: str
    """What the lock screen says once the announcing field shows its present value; empty if nothing."""
    lapsed: bool
    """Voided or expired."""

    @property
    def fields(self) -> Sequence[Shown]:
        """Every field, front before back."""
        return (*chain.from_iterable(self.rows.values()), *self.back)


def look_of(face: CardFace, locale: Locale, now: datetime) -> Look:
    """What the face says at this moment, in the first of its styles."""
    subject = _in_one_style(from_face(face))
    shown = view(subject, locale, now)
    front = shown.classic or shown.poster
    return Look(
        organisation=shown.organisation,
        description=shown.description,
        logo_text=shown.logo_text,
        colours=shown.colours,
        rows=front.rows if front else {"header": ()},
        back=shown.back,
        barcode=pick(subject.document, DRAWN) or pick(subject.document, EVERY),
        notification=shown.notification or "",
        lapsed=shown.lapsed,
    )


def _in_one_style(subject: Subject) -> Subject:
    document: Mapping[str, Any] = subject.document
    others = [style for style in STYLES if style in document][1:]
    return replace(subject, document={key: part for key, part in document.items() if key not in others})
