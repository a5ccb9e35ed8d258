"""What a template's card says in Google Wallet, in one language: its `[google]` table, else what Apple's card shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wallet_service.cards.google_sheet import GoogleSheet
from wallet_service.cards.placeholders import field_of, parse
from wallet_service.wallets.seam import GoogleLayout, Hole, Text, Value

STYLES = ("storeCard", "posterGeneric")
IDS = frozenset({"external_id", "member_id", "card_id"})
OWN_IMAGE = "google"
"""Images whose names begin so are Google's alone: no pass carries them."""
IMAGES: Mapping[str, tuple[str, ...]] = {
    "logo": ("icon@3x.png", "icon@2x.png", "icon.png"),
    "wide_logo": ("logo@3x.png", "logo@2x.png", "logo.png"),
    "hero": ("strip@3x.png", "strip@2x.png", "strip.png"),
}
"""Apple's images that serve, the best first."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A text of the card, and the label above it."""

    text: Text | Value = ""
    label: str = ""


def google_layout(
    sheet: GoogleSheet,
    language: str,
    *,
    title: str,
    announce: str,
    pass_json: Mapping[str, Any],
    images: Mapping[str, bytes],
) -> GoogleLayout:
    """Lay out a template for Google in one language.

    `pass_json` is the design's in this language, `images` are all it has. Raises `PlaceholderInvalid`.
    """
    shown = dict(_fields(pass_json))
    balance = sheet.balance or announce
    points = shown.get(balance, Shown())
    name = _account(sheet.text("account_name", language), shown, frozenset({"name"}))
    number = _account(sheet.text("account_id", language), shown, IDS)
    return GoogleLayout(
        programme=sheet.text("programme", language) or title,
        issuer_name=sheet.text("issuer_name", language) or _plain(pass_json.get("organizationName")),
        balance=balance,
        points=_bare(points.text),
        points_label=sheet.text("points_label", language) or points.label,
        account_name=_words(name.text),
        account_name_label=name.label,
        account_id=_words(number.text),
        account_id_label=number.label,
        logo=_image(images, sheet.logo, "logo"),
        wide_logo=_image(images, "", "wide_logo"),
        hero=_image(images, sheet.hero, "hero"),
    )


def _fields(pass_json: Mapping[str, Any]) -> Iterator[tuple[str, Shown]]:
    """Every field of the style that has the most of them in the open, by key."""
    style = next((style for name in STYLES if isinstance(style := pass_json.get(name), dict)), {})
    for listed in style.values():
        for content in listed if isinstance(listed, list) else ():
            match content:
                case {"key": str(key), "value": Text() | str() | int() as value}:
                    yield key, Shown(value, _plain(content.get("label")))


def _account(said: str, shown: Mapping[str, Shown], fields: frozenset[str]) -> Shown:
    """What the sheet says, under the label of a field that says the same; else the first field that shows just this."""
    if said:
        text = parse(said)
        return Shown(text, next((field.label for field in shown.values() if field.text == text), ""))
    return next((field for field in shown.values() if _lone(field.text) in fields), Shown())


def _lone(text: Text | Value) -> str:
    """The field that is all a text shows, whatever its filters."""
    match text:
        case Text((Hole(name),)):
            return field_of(name)
    return ""


def _bare(text: Text | Value) -> Text | Value:
    """The balance alone as a number: Google writes it as the phone's language does, with a label above."""
    return Text((Hole("balance"),)) if _lone(text) == "balance" else text


def _words(text: Text | Value) -> Text | str:
    return text if isinstance(text, Text) else str(text)


def _plain(text: object) -> str:
    return text if isinstance(text, str) else ""


def _image(images: Mapping[str, bytes], named: str, part: str) -> bytes | None:
    names = (named,) if named else IMAGES[part]
    return next((images[name] for name in names if name in images), None)
