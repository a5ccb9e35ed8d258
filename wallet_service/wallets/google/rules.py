"""What Google's document leaves unsaid: needed keys, one-of, counts, lengths, ids, ranges, words out of use. PURE.

Sources: the descriptions in the discovery document (revision 20260806) and Google's guide to loyalty cards. The
tables go by the name of a description, so that a rule holds wherever such an object stands.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from wallet_service.wallets.google.document import Kind, Node, check_document, nodes
from wallet_service.wallets.google.finding import Finding, error, quoted, warning, within
from wallet_service.wallets.google.lengths import MOST, SHOWN, Most, texts

NEEDED: Mapping[str, Sequence[str]] = {
    "Barcode": ("type", "value"),
    "LoyaltyClass": ("id", "issuerName", "programName", "programLogo", "reviewStatus"),
    "LoyaltyObject": ("id", "classId", "state"),
    "LoyaltyPoints": ("balance",),
    "MerchantLocation": ("latitude", "longitude"),
    "Message": ("header", "body"),
    "Uri": ("uri",),
    "ValueAddedModuleData": ("uri",),
}
ONE_OF: Mapping[str, Sequence[str]] = {
    "CardRowTemplateInfo": ("oneItem", "twoItems", "threeItems"),
    "Image": ("sourceUri", "privateImageId"),
    "LoyaltyPointsBalance": ("string", "int", "double", "money"),
}
GOOGLES_OWN: Mapping[str, Sequence[str]] = {
    "LoyaltyClass": ("review",),
    "LoyaltyObject": ("hasUsers", "hasLinkedDevice", "classReference"),
}
"""Keys that the platform writes and nobody sends."""
REACH = {"latitude": 90.0, "longitude": 180.0}
"""Degrees from zero, either way."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a text must be written."""

    pattern: re.Pattern[str]
    message: str
    mend: str


ID = Form(
    re.compile(r"[0-9]+\.[A-Za-z0-9._-]+"), "is no id", "Write the issuer's number, a dot, then letters, digits, . _ -"
)
HTTPS = Form(re.compile(r"https://\S+"), "is no https address", "Google fetches and calls over https only.")
FORMS: Mapping[tuple[str, str], Form] = {
    ("CallbackOptions", "url"): HTTPS,
    ("ImageUri", "uri"): HTTPS,
    ("LoyaltyClass", "hexBackgroundColor"): Form(
        re.compile(r"#(?:[0-9a-fA-F]{3}){1,2}"), "is no colour", "Write #rgb or #rrggbb."
    ),
    ("LoyaltyClass", "id"): ID,
    ("LoyaltyClass", "reviewStatus"): Form(
        re.compile("DRAFT|UNDER_REVIEW"), "is not ours to say", "Send UNDER_REVIEW with every change of a class."
    ),
    ("LoyaltyObject", "classId"): ID,
    ("LoyaltyObject", "id"): ID,
    ("TextModuleData", "id"): Form(
        re.compile(r"[A-Za-z0-9_-]+"), "is no id of a text module", "Use letters, digits, _ and -; a dot is for paths."
    ),
    ("Uri", "uri"): Form(
        re.compile(r"[a-z][a-z0-9+.-]*:\S+"), "has no scheme", "Begin it with https:, tel:, mailto: or geo:"
    ),
}


def check(kind: Kind, payload: Any) -> list[Finding]:
    """Everything that is wrong with a payload: Google's document and what it leaves unsaid. Never raises on JSON."""
    return sorted([*check_document(kind, payload), *check_rules(kind, payload)])


def check_rules(kind: Kind, payload: Any) -> list[Finding]:
    """What the overlay alone says against a payload; of wrong types it says nothing."""
    return [finding for node in nodes(kind, payload) for rule in RULES for finding in rule(node)]


def _needed(node: Node) -> Iterator[Finding]:
    for key in NEEDED.get(node.schema, ()):
        if node.content.get(key) in (None, "", {}):
            yield error(within(node.where, key), "Google needs this key, and it is missing or empty.", "Fill it in.")


def _one_of(node: Node) -> Iterator[Finding]:
    kinds = ONE_OF.get(node.schema, ())
    found = [key for key in kinds if key in node.content]
    if kinds and len(found) != 1:
        said = " and ".join(found) or "nothing"
        yield error(node.where, f"Here stands {said}; Google takes exactly one of {', '.join(kinds)}.", "Keep one.")


def _counts(node: Node) -> Iterator[Finding]:
    for key, found in node.content.items():
        most = MOST.get((node.schema, key))
        if most and isinstance(found, list) and len(found) > most.count:
            yield _too_many(within(node.where, key), len(found), most)


def _too_many(where: str, count: int, most: Most) -> Finding:
    if most.refused:
        return error(where, f"These are {count}; Google refuses more than {most.count}.", "Keep fewer.")
    return warning(where, f"These are {count}; Google shows the first {most.count}.", "Keep fewer.")


def _lengths(node: Node) -> Iterator[Finding]:
    for key, value in node.content.items():
        if length := SHOWN.get((node.schema, key)):
            yield from _too_long(texts(value, within(node.where, key)), length)


def _too_long(said: Iterator[tuple[str, str]], length: int) -> Iterator[Finding]:
    for place, text in said:
        if len(text) > length:
            yield warning(place, f"{quoted(text)} is cut: {length} characters are shown.", "Write it shorter.")


def _forms(node: Node) -> Iterator[Finding]:
    for key, value in node.content.items():
        form = FORMS.get((node.schema, key))
        if form and isinstance(value, str) and not form.pattern.fullmatch(value):
            yield error(within(node.where, key), f"{quoted(value)} {form.message}.", form.mend)


def _reach(node: Node) -> Iterator[Finding]:
    for key, most in REACH.items() if node.schema == "MerchantLocation" else ():
        value = node.content.get(key)
        if isinstance(value, int | float) and not -most <= value <= most:
            yield error(within(node.where, key), f"{value} is nowhere on earth.", f"Keep it from -{most} to {most}.")


def _offsets(node: Node) -> Iterator[Finding]:
    """Both ends of an interval name an offset, or neither does."""
    if node.schema == "TimeInterval":
        ends = [node.content.get(key) for key in ("start", "end")]
        dates = [end["date"] for end in ends if isinstance(end, Mapping) and isinstance(end.get("date"), str)]
        if len({OFFSET.search(date) is None for date in dates}) > 1:
            yield error(node.where, "Only one end of this interval has an offset.", "Write it at both, or at neither.")


OFFSET = re.compile(r"T.*(?:Z|[+-]\d\d:?\d\d(?::?\d\d)?)$")


def _in_vain(node: Node) -> Iterator[Finding]:
    own = GOOGLES_OWN.get(node.schema, ())
    for key in node.content:
        described = node.properties.get(key, {})
        if key in own:
            yield error(within(node.where, key), "Google writes this key itself.", "Remove it.")
        elif described.get("deprecated") or described.get("description", "").startswith("Deprecated"):
            yield error(within(node.where, key), "Google has put this key out of use.", "Remove it.")


RULES: Sequence[Callable[[Node], Iterator[Finding]]] = (
    _needed,
    _one_of,
    _counts,
    _lengths,
    _forms,
    _reach,
    _offsets,
    _in_vain,
)
