"""The smallest change that turns one payload into another, as Google merges it. PURE.

Google merges objects key by key and replaces lists whole; what a request does not name stays as it is. A null would be
read as not sent, so a text or list that is gone is sent empty; an object that is gone takes a PUT.
"""

from collections.abc import Mapping
from typing import Any

Payload = Mapping[str, Any]

WHOLE = frozenset({"balance"})
"""A one-of: naming one kind of balance takes the place of another."""
EMPTY: Mapping[str, Any] = {
    **dict.fromkeys(("accountId", "accountIdLabel", "accountName", "accountNameLabel", "alternateText", "label"), ""),
    "linksModuleData": {"uris": []},
    "merchantLocations": [],
    "textModulesData": [],
}
"""What is sent for a key that is gone. The others Google would refuse to see empty, as an image without an address."""
RENEWED = ("reviewStatus",)
"""Must stand in every change of a class, or the change would lose its approval."""
NOTIFYING = (("loyaltyPoints", "balance"), ("secondaryLoyaltyPoints", "balance"))
NOTIFYING_OF_CLASS = (("programName",), ("rewardsTier",), ("secondaryRewardsTier",))


def patch(before: Payload, after: Payload, *, notify: bool = False) -> dict[str, Any]:
    """What to PATCH, empty if nothing changed; `notify` asks that the phone tells its owner of it.

    Ask `can_merge` first: of what it denies, a PATCH changes only a part.
    Google tells only of changes that `can_notify`, and of few a day: in others the wish is left out.
    """
    change = _difference(before, after)
    if not change:
        return {}
    renewed = {key: after[key] for key in RENEWED if key in after}
    wish = {"notifyPreference": "NOTIFY_ON_UPDATE"} if notify and can_notify(change) else {}
    return change | renewed | wish


def can_merge(before: Payload, after: Payload) -> bool:
    """Whether a PATCH can say the whole change. If not, PUT the new payload, with the messages that shall stay."""
    return all(_can_change(key, old, after) for key, old in before.items())


def can_notify(change: Payload) -> bool:
    """Whether Google tells the owner of such a change at all (Google's guide: update notifications)."""
    return any(_names(change, path) for path in NOTIFYING + NOTIFYING_OF_CLASS)


def _names(change: Payload, path: tuple[str, ...]) -> bool:
    key, *rest = path
    if key not in change:
        return False
    return not rest or _names(change[key], tuple(rest))


def _can_change(key: str, old: Any, after: Payload) -> bool:
    if key not in after:
        return key in EMPTY
    return key in WHOLE or not isinstance(old, dict) or can_merge(old, after[key])


def _difference(before: Payload, after: Payload) -> dict[str, Any]:
    changed = {key: _new(key, before.get(key), value) for key, value in after.items() if before.get(key) != value}
    return changed | {key: EMPTY[key] for key in before if key in EMPTY and key not in after}


def _new(key: str, old: Any, new: Any) -> Any:
    if isinstance(old, dict) and key not in WHOLE:
        return _difference(old, new)
    return new
