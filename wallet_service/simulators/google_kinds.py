"""The types of resources that the simulated Google keeps, and how their versions are merged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Resource = Mapping[str, Any]
"""A class or object as JSON. Never changed in place: each version is a new one."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of resource: where it lives, what it must have, which of its members notify when they change."""

    path: str
    schema: str
    claim: str
    """Its list in the payload of a save link."""
    required: tuple[str, ...]
    class_path: str | None = None
    """For an object: where its class lives. None: this is a class."""
    notifying: tuple[tuple[str, ...], ...] = ()
    """Members that notify when changed with NOTIFY_ON_UPDATE, as paths; nothing else does."""


_TITLES = (("programName",), ("rewardsTier",), ("secondaryRewardsTier",))
_BALANCES = (("loyaltyPoints", "balance"), ("secondaryLoyaltyPoints", "balance"))
_PROGRAMME = ("id", "issuerName", "programName", "programLogo", "reviewStatus")
_OFFER = ("id", "issuerName", "title", "provider", "redemptionChannel", "reviewStatus")
_OBJECT = ("id", "classId", "state")

KINDS = {
    kind.path: kind
    for kind in (
        Kind("loyaltyClass", "LoyaltyClass", "loyaltyClasses", _PROGRAMME, notifying=_TITLES),
        Kind("loyaltyObject", "LoyaltyObject", "loyaltyObjects", _OBJECT, "loyaltyClass", _BALANCES),
        Kind("offerClass", "OfferClass", "offerClasses", _OFFER),
        Kind("offerObject", "OfferObject", "offerObjects", _OBJECT, "offerClass"),
    )
}
"""By path, classes before their objects."""

OUTPUT_ONLY = frozenset({"hasUsers", "hasLinkedDevice", "classReference"})
"""Set by Google; ignored when sent."""
EPHEMERAL = frozenset({"notifyPreference"})
"""True of one request, and not kept."""
ONE_OF = frozenset({"balance"})
"""Holds one of several kinds of value: naming another kind takes the place of the first."""


def at(resource: Resource, path: tuple[str, ...]) -> Any:
    """The member at that path, or None."""
    value: Any = resource
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def kept(resource: Resource) -> dict[str, Any]:
    """Only what Google keeps of what was sent."""
    return {name: value for name, value in resource.items() if name not in OUTPUT_ONLY | EPHEMERAL}


def merged(old: Resource, patch: Resource) -> dict[str, Any]:
    """PATCH: objects are merged, anything else, arrays too, is replaced whole."""
    return {**old, **{name: _merged_member(name, old.get(name), value) for name, value in patch.items()}}


def _merged_member(name: str, old: Any, new: Any) -> Any:
    return merged(old, new) if isinstance(old, dict) and isinstance(new, dict) and name not in ONE_OF else new


def changed_notably(kind: Kind, old: Resource, new: Resource) -> bool:
    """Whether a member changed that may notify."""
    return any(at(old, path) != at(new, path) for path in kind.notifying)
