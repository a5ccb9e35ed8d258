"""What stands where on the screens that show a card: its fronts, its back, its notification. PURE."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from babel import Locale
from babel.dates import format_date, format_skeleton

from wallet_service.wallets.apple.checks import Finding
from wallet_service.wallets.apple.checks.keys import CLASSIC_STYLES, SLOTS
from wallet_service.wallets.apple.checks.notations import Colour, read_colour
from wallet_service.wallets.apple.checks.styles import POSTER
from wallet_service.wallets.apple.preview.barcode import CLASSIC, EVERY, Barcode, pick
from wallet_service.wallets.apple.preview.links import Part, detected, marked_up
from wallet_service.wallets.apple.preview.phrases import Phrases, phrases
from wallet_service.wallets.apple.preview.subject import Picture, Subject
from wallet_service.wallets.written import written

NEW_VALUE = "%@"
BEHIND = ("backFields", "additionalInfoFields")
PAPER, INK = Colour(236, 236, 240), Colour(0, 0, 0)
"""What Wallet takes where a pass names no colours (about)."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a front: which fields it shows, and how many at most."""

    name: str
    slots: tuple[str, ...]
    most: int


@dataclass(frozen=True, slots=True)
class Layout:
    """How a front is made."""

    rows: tuple[Row, ...]
    forms: tuple[str, ...]
    """Barcodes that phones with this layout can draw."""


OLD = Layout(
    (
        Row("header", ("headerFields",), 3),
        Row("primary", ("primaryFields",), 1),
        Row("beside", ("secondaryFields", "auxiliaryFields"), 4),
    ),
    CLASSIC,
)
"""A store card, until iOS 26; the other classic styles are drawn like one."""

NEW = Layout(
    (
        Row("header", ("headerFields",), 1),
        Row("primary", ("primaryFields",), 4),
        Row("footer", ("footerFields",), 1),
    ),
    EVERY,
)
"""The poster of iOS 27, which shows the first of its footer fields (WWDC 2026, session 209)."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A field as it is read."""

    label: str
    parts: tuple[Part, ...]
    alignment: str
    """`left`, `center`, `right` or `natural`."""

    @property
    def text(self) -> str:
        """The value, links and all."""
        return "".join(part.text for part in self.parts)


@dataclass(frozen=True, slots=True)
class Front:
    """The front of a card in one layout."""

    rows: Mapping[str, Sequence[Shown]]
    crowded_out: Sequence[Shown]
    """Fields that found no room in their row; the phone lists them behind."""
    barcode: Barcode | None


@dataclass(frozen=True, slots=True)
class Colours:
    """What a card is painted with."""

    background: Colour
    foreground: Colour
    label: Colour


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """Everything that a page about a card shows."""

    subject: str
    organisation: str
    description: str
    logo_text: str
    locale: Locale
    styles: Sequence[str]
    """Of the pass; a classic one comes before the poster."""
    colours: Colours
    images: Mapping[str, Picture]
    classic: Front | None
    poster: Front | None
    back: Sequence[Shown]
    notification: str | None
    """What the lock screen says once the announcing field has its present value; None if nothing."""
    lapsed: bool
    """Voided or expired: Wallet shows it grey."""
    day: str
    phrases: Phrases
    findings: Sequence[Finding]


def view(subject: Subject, locale: Locale, now: datetime) -> View:
    """Lay a card out as a phone of this locale would at this moment."""
    document, tongue, said = subject.document, _Tongue(locale, now), phrases(subject.language)
    styles = [style for style in (*CLASSIC_STYLES, POSTER) if style in document]
    fronts = [_front(document, style, tongue) for style in styles]
    newest = document[styles[-1]] if styles else {}
    return View(
        subject=subject.name,
        organisation=document.get("organizationName", ""),
        description=document.get("description", ""),
        logo_text=document.get("logoText", ""),
        locale=locale,
        styles=styles,
        colours=_colours(document),
        images=subject.images,
        classic=fronts[0] if styles and styles[0] != POSTER else None,
        poster=fronts[-1] if POSTER in styles else None,
        back=[*_behind(newest, tongue), *(fronts[-1].crowded_out if fronts else ())],
        notification=_notification(newest, tongue, said),
        lapsed=_lapsed(document, now),
        day=tongue.day,
        phrases=said,
        findings=subject.findings,
    )


@dataclass(frozen=True, slots=True)
class _Tongue:
    """Reads fields aloud."""

    locale: Locale
    now: datetime

    @property
    def day(self) -> str:
        """The date as it stands on a lock screen: `Sunday, November 22`."""
        weekday = format_date(self.now, "EEEE", locale=self.locale)
        return f"{weekday}, {format_skeleton('MMMMd', self.now, locale=self.locale)}"

    def read(self, field: Mapping[str, Any]) -> str:
        """The value of a field."""
        return written(field, self.locale, self.now)

    def on_front(self, field: Mapping[str, Any]) -> Shown:
        """A field on the front; `attributedValue` speaks before `value`."""
        rich = field.get("attributedValue")
        parts = marked_up(rich) if isinstance(rich, str) else (Part(self.read(field)),)
        alignment = field.get("textAlignment", "Natural").removeprefix("PKTextAlignment").lower()
        return Shown(field.get("label", ""), parts, alignment)

    def behind(self, field: Mapping[str, Any]) -> Shown:
        """A field on the back, where the phone looks for links by itself."""
        shown = self.on_front(field)
        if "attributedValue" in field:
            return shown
        return replace(shown, parts=detected(shown.text, field.get("dataDetectorTypes")))


def _front(document: Mapping[str, Any], style: str, tongue: _Tongue) -> Front:
    layout, slots = NEW if style == POSTER else OLD, document[style]
    rows = {row: [tongue.on_front(field) for slot in row.slots for field in slots.get(slot, ())] for row in layout.rows}
    rest = [shown for row, fields in rows.items() for shown in fields[row.most :]]
    return Front({row.name: fields[: row.most] for row, fields in rows.items()}, rest, pick(document, layout.forms))


def _behind(slots: Mapping[str, Any], tongue: _Tongue) -> Iterator[Shown]:
    return (tongue.behind(field) for slot in BEHIND for field in slots.get(slot, ()))


def _notification(slots: Mapping[str, Any], tongue: _Tongue, said: Phrases) -> str | None:
    """One announcing field speaks for itself; several, or a message without the new value, get a general text."""
    announcing = [field for slot in SLOTS for field in slots.get(slot, ()) if field.get("changeMessage")]
    if not announcing:
        return None
    first, *others = announcing
    if others or NEW_VALUE not in first["changeMessage"]:
        return said.changed
    return str(first["changeMessage"].replace(NEW_VALUE, tongue.read(first)))


def _colours(document: Mapping[str, Any]) -> Colours:
    foreground = read_colour(document.get("foregroundColor")) or INK
    return Colours(
        background=read_colour(document.get("backgroundColor")) or PAPER,
        foreground=foreground,
        label=read_colour(document.get("labelColor")) or foreground,
    )


def _lapsed(document: Mapping[str, Any], now: datetime) -> bool:
    end = document.get("expirationDate")
    return bool(document.get("voided")) or (end is not None and datetime.fromisoformat(end) <= now)
