"""How much Google shows, and a payload cut to that. PURE.

Lengths are those that the discovery document recommends (revision 20260806), in characters; beyond them some phones
end a text with an ellipsis of their own, wherever it happens to fall.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wallet_service.wallets.google.document import Kind, nodes, schemas
from wallet_service.wallets.google.finding import within

ELLIPSIS = "…"


@dataclass(frozen=True, slots=True)
class Most:
    """How many entries a list may have, and what becomes of the others."""

    count: int
    refused: bool
    """The whole payload is; otherwise they are not shown."""


MOST: Mapping[tuple[str, str], Most] = {
    ("CardTemplateOverride", "cardRowTemplateInfos"): Most(3, refused=True),
    **{
        (kind, key): most
        for kind in ("LoyaltyClass", "LoyaltyObject")
        for key, most in {
            "imageModulesData": Most(1, refused=False),
            "merchantLocations": Most(10, refused=True),
            "messages": Most(10, refused=True),
            "textModulesData": Most(10, refused=False),
            "valueAddedModuleData": Most(15, refused=True),
        }.items()
    },
}

PLAIN = {
    ("LoyaltyClass", "accountIdLabel"): 15,
    ("LoyaltyClass", "accountNameLabel"): 15,
    ("LoyaltyClass", "issuerName"): 20,
    ("LoyaltyClass", "programName"): 20,
    ("LoyaltyClass", "rewardsTier"): 7,
    ("LoyaltyClass", "rewardsTierLabel"): 9,
    ("LoyaltyObject", "accountId"): 20,
    ("LoyaltyObject", "accountName"): 20,
    ("LoyaltyPoints", "label"): 9,
    ("TextModuleData", "body"): 500,
    ("TextModuleData", "header"): 35,
    ("Uri", "description"): 20,
}
BALANCE = ("LoyaltyPointsBalance", "string")
"""The one text that is never cut: half a balance is a wrong balance."""
SHOWN: Mapping[tuple[str, str], int] = {
    **PLAIN,
    **{(kind, f"localized{key[0].upper()}{key[1:]}"): length for (kind, key), length in PLAIN.items()},
    ("AppLinkData", "displayText"): 30,
    ("ValueAddedModuleData", "body"): 50,
    ("ValueAddedModuleData", "header"): 60,
    BALANCE: 7,
}
"""Characters of a text that are seen, by description and key."""


def shortened(text: str, length: int) -> str:
    """The beginning of a text, with an ellipsis for its last character if something is missing."""
    return text if len(text) <= length else text[: length - 1].rstrip() + ELLIPSIS


def trimmed(kind: Kind, payload: Mapping[str, Any]) -> dict[str, Any]:
    """The payload as it is sent: lists and texts cut to what Google shows."""
    return _trimmed(kind, payload)


def texts(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """The text of a key, or its translations, each with its place."""
    if isinstance(value, str):
        yield where, value
    for node in nodes("LocalizedString", value, where):
        said = node.content.get("value") if node.schema == "TranslatedString" else None
        if isinstance(said, str):
            yield within(node.where, "value"), said


def _trimmed(kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _cut(kind, key, value) for key, value in content.items()}


def _cut(kind: str, key: str, value: Any) -> Any:
    """One value of a payload, cut to what is shown of it."""
    described = schemas()[kind]["properties"][key]
    length = SHOWN.get((kind, key)) if (kind, key) != BALANCE else None
    match value:
        case str() if length:
            return shortened(value, length)
        case dict():
            return _trimmed(described["$ref"], value) if length is None else _translations(value, length)
        case list() if "$ref" in described["items"]:
            most = MOST.get((kind, key), Most(len(value), refused=False))
            return [_trimmed(described["items"]["$ref"], each) for each in value[: most.count]]
    return value


def _translations(localised: Mapping[str, Any], length: int) -> dict[str, Any]:
    def cut(said: Mapping[str, Any]) -> dict[str, Any]:
        return {**said, "value": shortened(said["value"], length)}

    return {
        "defaultValue": cut(localised["defaultValue"]),
        "translatedValues": [cut(said) for said in localised["translatedValues"]],
    }
