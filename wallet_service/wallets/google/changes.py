"""Resources as changes that say everything: absolute, so that they may be repeated and the newest wins. PURE."""

from collections.abc import Mapping

from wallet_service.wallets.google import calls
from wallet_service.wallets.google.card_class import CardClass
from wallet_service.wallets.google.objects import Payload, object_payload
from wallet_service.wallets.google.patch import EMPTY
from wallet_service.wallets.google.verdict import NoSuchObject, NotificationQuotaExceeded, Verdict
from wallet_service.wallets.seam import GoogleCard

MAY_BE_GONE: Mapping[str, tuple[str, ...]] = {
    "loyaltyClass": ("accountIdLabel", "accountNameLabel", "linksModuleData", "merchantLocations", "textModulesData"),
    "loyaltyObject": ("accountId", "accountName", "linksModuleData", "textModulesData"),
    "loyaltyPoints": ("label",),
    "barcode": ("alternateText",),
}
"""What each part may have lost since, of what can be sent empty: Google keeps what a change does not name."""


def whole(kind: str, payload: Payload) -> Payload:
    """The payload with whatever it may have lost since, sent empty."""
    gone = {name: EMPTY[name] for name in MAY_BE_GONE.get(kind, ())}
    parts = {name: whole(name, part) if isinstance(part, dict) else part for name, part in payload.items()}
    return gone | parts


def change(style: CardClass, card: GoogleCard, *, notify: bool) -> calls.Call:
    """The whole object as a change; `notify`: Google tells its owner, if the balance is another."""
    payload = whole("loyaltyObject", object_payload(style, card.face))
    wish = {"notifyPreference": "NOTIFY_ON_UPDATE"} if notify else {}
    return calls.patch("loyaltyObject", payload["id"], payload | wish)


def mended(style: CardClass, card: GoogleCard, verdict: Verdict) -> calls.Call | None:
    """What to ask instead after this answer to a change, where that helps."""
    match verdict:
        case NoSuchObject():
            return calls.insert("loyaltyObject", object_payload(style, card.face))
        case NotificationQuotaExceeded():
            return change(style, card, notify=False)
    return None
