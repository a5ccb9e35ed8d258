"""What Google demands of a resource beyond its schema: required members, one-of groups, counts, ids, ranges.

Source: descriptions in the discovery document of walletobjects v1, and the Google Wallet guide to loyalty passes.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from wallet_service.simulators.google_kinds import Kind, Resource
from wallet_service.simulators.google_wire import GoogleRefusal

_ID = re.compile(r"[0-9]+\.[A-Za-z0-9._-]+")
_COLOUR = re.compile(r"#(?:[0-9A-Fa-f]{3}){1,2}")


def require_id(resource_id: Any) -> str:
    """The issuer in `issuer.suffix`. Raises `GoogleRefusal` (400) for any other shape."""
    if not isinstance(resource_id, str) or not _ID.fullmatch(resource_id):
        raise GoogleRefusal(400, "invalidResourceId", f"Invalid resource id: {resource_id}")
    return resource_id.partition(".")[0]


def require_rules(kind: Kind, resource: Resource) -> None:
    """Hold a whole resource, as it would be stored, against every rule. Raises `GoogleRefusal` (400)."""
    complaint = next(complaints(kind, resource), None)
    if complaint:
        raise GoogleRefusal(400, "badRequest", complaint)


def complaints(kind: Kind, resource: Resource) -> Iterator[str]:
    """Everything wrong with a whole resource that the schema lets pass."""
    for name in kind.required:
        if not resource.get(name):
            yield f"{name}: required"
    for path, name, value in _members(resource):
        rule = _RULES.get(name)
        complaint = rule(value) if rule else None
        if complaint:
            yield f"{path}: {complaint}"


def _members(resource: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, str, Any]]:
    """Every member of every object inside: its path, name and value."""
    for name, value in resource.items():
        yield f"{path}{name}", name, value
        items = value if isinstance(value, list) else [value]
        for item in items:
            if isinstance(item, dict):
                yield from _members(item, f"{path}{name}.")


Rule = Callable[[Any], str | None]
"""Looks at a member and says what is wrong with it."""


def _matching(shape: re.Pattern[str]) -> Rule:
    return lambda value: None if shape.fullmatch(value) else f"{value!r} does not match {shape.pattern}"


def _within(low: float, high: float) -> Rule:
    return lambda value: None if low <= value <= high else f"{value} is not in {low}..{high}"


def _at_most(limit: int, each: Rule = lambda _: None) -> Rule:
    def rule(items: list[Any]) -> str | None:
        if len(items) > limit:
            return f"{len(items)} items, at most {limit} are allowed"
        return next(filter(None, map(each, items)), None)

    return rule


def _one_of(*names: str) -> Rule:
    return lambda value: None if sum(name in value for name in names) == 1 else f"exactly one of {', '.join(names)}"


def _having(*names: str) -> Rule:
    def rule(value: Resource) -> str | None:
        missing = [name for name in names if name not in value]
        return f"{', '.join(missing)}: required" if missing else None

    return rule


def _interval(value: Resource) -> str | None:
    """Both ends ISO 8601; either both or neither with an offset from UTC."""
    try:
        ends = [datetime.fromisoformat(value[end]["date"]) for end in ("start", "end") if end in value]
    except (KeyError, ValueError):
        return "not ISO 8601"
    return "both ends or neither need an offset" if len({end.tzinfo is None for end in ends}) > 1 else None


def _callback(value: Resource) -> str | None:
    """HTTPS; plain HTTP only where the network cannot listen, on the loopback interface."""
    url = urlsplit(value.get("url", ""))
    return None if url.scheme == "https" or (url.scheme == "http" and _is_loopback(url.hostname)) else "HTTPS required"


def _is_loopback(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False


_image = _one_of("sourceUri", "privateImageId")
_points = _having("balance")

_RULES: Mapping[str, Rule] = {
    "balance": _one_of("string", "int", "double", "money"),
    "loyaltyPoints": _points,
    "secondaryLoyaltyPoints": _points,
    "money": _having("micros", "currencyCode"),
    "programLogo": _image,
    "wideProgramLogo": _image,
    "heroImage": _image,
    "mainImage": _image,
    "image": _image,
    "sourceUri": _having("uri"),
    "barcode": _having("type"),
    "merchantLocations": _at_most(10, _having("latitude", "longitude")),
    "latitude": _within(-90, 90),
    "longitude": _within(-180, 180),
    "messages": _at_most(10),
    "valueAddedModuleData": _at_most(15, _having("uri")),
    "cardRowTemplateInfos": _at_most(3, _one_of("oneItem", "twoItems", "threeItems")),
    "hexBackgroundColor": _matching(_COLOUR),
    "validTimeInterval": _interval,
    "displayInterval": _interval,
    "callbackOptions": _callback,
}
"""By the name of a member, wherever in the resource it stands."""
