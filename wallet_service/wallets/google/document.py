"""Google's own description of its payloads (the discovery document of Wallet Objects, v1) as a strict JSON Schema. PURE.

The document says which keys there are and of what type. Read strictly: an unknown key, a null, a word out of use or
a number beyond its width is a mistake, although Google would pass over some of them in silence.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from pathlib import Path
from typing import Any, Literal

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from wallet_service.wallets.google.finding import Finding, error, quoted, within

Kind = Literal["LoyaltyClass", "LoyaltyObject", "Message"]
"""Payloads that we send, by their name in the document."""

DISCOVERY = Path(__file__).with_name("walletobjects.v1.json")
WIDTHS = {"int32": (-(2**31), 2**31 - 1), "uint32": (0, 2**32 - 1)}
WIDE = ("int64", "uint64")
TYPES = {
    "array": "a list",
    "boolean": "true or false",
    "integer": "a whole number",
    "number": "a number",
    "object": "an object",
    "string": "a text",
}


@dataclass(frozen=True, slots=True)
class Node:
    """An object of a payload, where it stands, and the properties that Google describes for it."""

    schema: str
    where: str
    content: Mapping[str, Any]
    properties: Mapping[str, Any]


def check_document(kind: Kind, payload: Any) -> list[Finding]:
    """What the document says against a payload. Never raises on JSON."""
    return [finding for broken in _validator(kind).iter_errors(payload) for finding in _findings(broken)]


def nodes(kind: str, content: Any, where: str = "") -> Iterator[Node]:
    """Every object of a payload whose name the document tells, outermost first."""
    if not isinstance(content, Mapping):
        return
    properties = schemas()[kind]["properties"]
    yield Node(kind, where, content, properties)
    for key, value in content.items():
        described = properties.get(key, {})
        inner = described.get("$ref") or described.get("items", {}).get("$ref")
        if inner:
            for place, each in _each(value, within(where, key)):
                yield from nodes(inner, each, place)


@cache
def schemas() -> Mapping[str, Any]:
    """The descriptions of the document, by name."""
    described: Mapping[str, Any] = json.loads(DISCOVERY.read_bytes())["schemas"]
    return described


def _each(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, list):
        yield from ((within(where, index), each) for index, each in enumerate(value))
    else:
        yield where, value


@cache
def _validator(kind: str) -> Draft202012Validator:
    """The checker of one kind of payload."""
    definitions = {name: _strict(described) for name, described in schemas().items()}
    return Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": definitions})


def _strict(described: Mapping[str, Any]) -> dict[str, Any]:
    """A description in Google's dialect as a JSON Schema that lets nothing else pass."""
    if "$ref" in described:
        return {"$ref": f"#/$defs/{described['$ref']}"}
    return STRICT.get(described["type"], _strict_scalar)(described)


def _strict_object(described: Mapping[str, Any]) -> dict[str, Any]:
    inner = {key: _strict(value) for key, value in described["properties"].items()}
    return {"type": "object", "properties": inner, "additionalProperties": False}


def _strict_scalar(described: Mapping[str, Any]) -> dict[str, Any]:
    form = described.get("format")
    if form in WIDE:  # proto3 JSON writes 64 bits as text, and reads both
        return {"anyOf": [{"type": "string", "pattern": r"^-?\d+$"}, {"type": "integer"}]}
    strict = {"type": described["type"]}
    if form in WIDTHS:
        strict |= dict(zip(("minimum", "maximum"), WIDTHS[form], strict=True))
    if "enum" in described:
        strict["enum"] = _in_use(described)
    return strict


def _in_use(described: Mapping[str, Any]) -> list[str]:
    """The words of an enumeration, without the aliases that Google calls deprecated."""
    words = described["enum"]
    old = described.get("enumDeprecated", [False] * len(words))
    return [word for word, deprecated in zip(words, old, strict=True) if not deprecated]


STRICT: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "any": lambda _: {},
    "array": lambda described: {"type": "array", "items": _strict(described["items"])},
    "object": _strict_object,
}


def _findings(broken: ValidationError) -> Iterator[Finding]:
    """What one error of the validator means, in words."""
    where = reduce(within, broken.absolute_path, "")
    say = WORDS.get(str(broken.validator))
    if say:
        yield error(
            where, f"{quoted(broken.instance)} is {say(broken.validator_value)}.", "Write what Google takes here."
        )
    else:
        for key in sorted(broken.instance.keys() - broken.schema["properties"].keys()):
            yield error(within(where, key), "Google knows no such key.", "Remove it, or mend its spelling.")


WORDS: Mapping[str, Callable[[Any], str]] = {
    "anyOf": lambda _: "no whole number",
    "enum": lambda words: f"none of {', '.join(words)}",
    "maximum": lambda most: f"more than {most}",
    "minimum": lambda least: f"less than {least}",
    "type": lambda name: f"not {TYPES[name]}",
}
"""By keyword of JSON Schema. The one that is missing here, `additionalProperties`, speaks of several keys at once."""
