"""How an object follows its card: each step is one call, and the answer says whether there is another step. PURE.

A change says everything, in absolute terms, so it may be repeated and the newest wins. Google merges it key by key,
replaces lists whole, and keeps what it does not name; a null would be read as not named. So a text or list that is gone
is sent empty, and for the few parts that Google does not take empty the object is looked at and put anew.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from wallet_service.wallets.google import calls
from wallet_service.wallets.google.calls import Call, Kind
from wallet_service.wallets.google.card_class import CardClass
from wallet_service.wallets.google.objects import Payload, object_payload
from wallet_service.wallets.google.verdict import (
    Done,
    NoSuchClass,
    NoSuchObject,
    NotificationQuotaExceeded,
    TokenStale,
    Verdict,
)
from wallet_service.wallets.seam import GoogleCard

Step = Callable[[CardClass, GoogleCard], Call]

EMPTY: Mapping[str, Any] = {
    **dict.fromkeys(("accountId", "accountIdLabel", "accountName", "accountNameLabel", "alternateText", "label"), ""),
    "linksModuleData": {"uris": []},
    "merchantLocations": [],
    "textModulesData": [],
}
"""What is sent for a part that is gone."""
MAY_BE_GONE: Mapping[str, tuple[str, ...]] = {
    "loyaltyClass": ("accountIdLabel", "accountNameLabel", "linksModuleData", "merchantLocations", "textModulesData"),
    "loyaltyObject": ("accountId", "accountName", "linksModuleData", "textModulesData"),
    "loyaltyPoints": ("label",),
    "barcode": ("alternateText",),
}
"""What each may have lost since, of what can be sent empty."""
STAYS: Mapping[Kind, tuple[str, ...]] = {
    "loyaltyClass": (
        "heroImage",
        "hexBackgroundColor",
        "localizedAccountIdLabel",
        "localizedAccountNameLabel",
        "localizedIssuerName",
        "localizedProgramName",
        "wideProgramLogo",
    ),
    "loyaltyObject": ("barcode", "loyaltyPoints"),
}
"""What cannot be sent empty: an image without an address, a code without a kind."""


def whole(kind: str, payload: Payload) -> Payload:
    """The payload with whatever it may have lost since, sent empty."""
    gone = {name: EMPTY[name] for name in MAY_BE_GONE.get(kind, ())}
    parts = {name: whole(name, part) if isinstance(part, dict) else part for name, part in payload.items()}
    return gone | parts


def can_merge(kind: Kind, before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether a PATCH can say the whole change, or something would stay that is gone."""
    return all(name in after or name not in before for name in STAYS[kind])


def put(kind: Kind, payload: Payload, present: Mapping[str, Any]) -> Call:
    """The payload in place of what Google has at present, but for the messages, which stay."""
    messages = {"messages": present["messages"]} if present.get("messages") else {}
    return calls.update(kind, payload["id"], payload | messages)


def change(style: CardClass, card: GoogleCard) -> Call:
    """The whole object as a change; Google tells its owner where that is wished and the balance is another."""
    wish = {"notifyPreference": "NOTIFY_ON_UPDATE"} if card.notify else {}
    return _patch(style, card, wish)


def change_silently(style: CardClass, card: GoogleCard) -> Call:
    """The same, and nobody is told."""
    return _patch(style, card, {})


def insert(style: CardClass, card: GoogleCard) -> Call:
    """The object, for the first time."""
    return calls.insert("loyaltyObject", object_payload(style, card.face))


def look(style: CardClass, card: GoogleCard) -> Call:
    """What Google has of the object."""
    return calls.get("loyaltyObject", style.object_id(card.face.serial))


def replace(present: Mapping[str, Any], style: CardClass, card: GoogleCard) -> Call:
    """The object in place of the present one; nobody is told, for a new design is no news."""
    return put("loyaltyObject", object_payload(style, card.face), present)


def first_step(style: CardClass, card: GoogleCard) -> Step:
    """How to begin."""
    if card.formerly is None:
        return change
    before, after = object_payload(style, card.formerly), object_payload(style, card.face)
    return change if can_merge("loyaltyObject", before, after) else look


def next_step(step: Step, verdict: Verdict) -> Step | None:
    """How to go on after this answer; None: it has been done, or no other words help."""
    match verdict:
        case TokenStale() | NoSuchClass():  # a new token, a new class: then the same again
            return step
        case NoSuchObject():
            return insert
        case NotificationQuotaExceeded():
            return change_silently
        case Done(resource) if step is look:
            return partial(replace, resource)
    return None


def _patch(style: CardClass, card: GoogleCard, wish: Payload) -> Call:
    payload = whole("loyaltyObject", object_payload(style, card.face))
    return calls.patch("loyaltyObject", payload["id"], payload | wish)
