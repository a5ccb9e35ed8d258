"""The style of a pass and how much its face holds (rules 17, 18, 31 and the ticket keys of 19)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wallet_service.wallets.apple.checks.finding import Finding, error, warning
from wallet_service.wallets.apple.checks.keys import CLASSIC_STYLES, PASS, REQUIRED, SLOTS, STYLES, TICKET_KEYS

POSTER = "posterGeneric"
TICKET_STYLES = ("eventTicket", "boardingPass")


@dataclass(frozen=True, slots=True)
class Room:
    """How many fields some slots hold together."""

    slots: tuple[str, ...]
    most: int


BESIDE = ("secondaryFields", "auxiliaryFields")
ONE_ROW = (Room(("headerFields",), 3), Room(("primaryFields",), 1), Room(BESIDE, 4))

ROOMS: Mapping[str, tuple[Room, ...]] = {
    "storeCard": ONE_ROW,
    "coupon": ONE_ROW,
    "generic": (
        Room(("headerFields",), 3),
        Room(("primaryFields",), 1),
        Room(("secondaryFields",), 4),
        Room(("auxiliaryFields",), 4),
    ),
    POSTER: (
        Room(("headerFields",), 1),
        Room(("primaryFields",), 4),
        Room(("footerFields",), 2),
        Room(BESIDE, 0),
    ),
}
"""Beyond it, fields are listed in the details only."""


def check_style(document: Mapping[str, Any], raw: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether the pass has one style, and its fields have room in it. `raw`: the document before it was fitted."""
    yield from _empty(document)
    yield from _one_classic(raw)
    yield from _unknown(raw)
    yield from _in_vain(document)
    for style in STYLES:
        yield from _crowded(style, document.get(style, {}))


def _empty(document: Mapping[str, Any]) -> Iterator[Finding]:
    for key in REQUIRED:
        value = document.get(key)
        if isinstance(value, str) and not value.strip():
            yield error(
                17, key, "This required text is empty.", "Write what the pass is, for its owner and for VoiceOver."
            )


def _one_classic(raw: Mapping[str, Any]) -> Iterator[Finding]:
    classic = [style for style in CLASSIC_STYLES if style in raw]
    if len(classic) > 1:
        yield error(18, classic[1], f"There are {len(classic)} styles: {', '.join(classic)}.", "Keep one of them.")
    if not classic and POSTER in raw:
        yield warning(31, POSTER, "Before iOS 27 there is no style to show.", "Add a storeCard with the same fields.")
    if not classic and POSTER not in raw:
        yield error(18, "pass.json", "There is no style.", "Add a storeCard.")


def _unknown(raw: Mapping[str, Any]) -> Iterator[Finding]:
    for key, value in raw.items():
        if key not in PASS.keys and isinstance(value, Mapping) and not value.keys().isdisjoint(SLOTS):
            yield error(18, key, "Wallet does not know this style.", f"Use one of {', '.join(STYLES)}.")


def _in_vain(document: Mapping[str, Any]) -> Iterator[Finding]:
    if any(style in document for style in TICKET_STYLES):
        return
    for key in TICKET_KEYS:
        if key in document:
            yield warning(19, key, "Only event tickets and boarding passes use this key.", "Leave it out.")


def _crowded(style: str, slots: Mapping[str, Any]) -> Iterator[Finding]:
    for room in ROOMS.get(style, ()):
        count = sum(len(slots.get(slot, ())) for slot in room.slots)
        if count > room.most:
            words = f"{' and '.join(room.slots)} have {count} fields, {room.most} are shown."
            yield warning(31, f"{style}.{room.slots[0]}", words, "Move the least important ones to backFields.")
    if "transitType" in slots and style != "boardingPass":
        yield warning(31, f"{style}.transitType", "Only boarding passes travel.", "Leave it out.")
