"""Google's discovery document as a strict schema: whatever it does not name, or has deprecated, is refused."""

from functools import cache
from pathlib import Path
from typing import Any

import orjson
from jsonschema import Draft202012Validator

from wallet_service.simulators.google_wire import GoogleRefusal

DISCOVERY = Path(__file__).parents[1] / "wallets" / "google" / "walletobjects.v1.json"

_RANGES = {"int32": (-(2**31), 2**31 - 1), "uint32": (0, 2**32 - 1)}
_INT64 = {"anyOf": [{"type": "string", "pattern": r"^-?\d+$"}, {"type": "integer"}]}
"""Protocol buffers write a 64-bit integer as a string and read either."""


def require_shape(schema: str, value: Any) -> None:
    """Members, types, enums and ranges of Google's schema of that name. Raises `GoogleRefusal` (400) with the place."""
    fault = next(iter(_validator(schema).iter_errors(value)), None)
    if fault is not None:
        where = ".".join(str(step) for step in fault.absolute_path) or schema
        raise GoogleRefusal(
            400, "badRequest", f"Invalid JSON payload received. Invalid value at '{where}': {fault.message}"
        )


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": f"#/$defs/{schema}", "$defs": _definitions()})


@cache
def _definitions() -> dict[str, Any]:
    schemas = orjson.loads(DISCOVERY.read_bytes())["schemas"]
    return {name: _strict(schema) for name, schema in schemas.items()}


def _strict(schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return {"$ref": f"#/$defs/{schema['$ref']}"}
    return _BY_TYPE.get(schema["type"], _scalar)(schema)


def _object(schema: dict[str, Any]) -> dict[str, Any]:
    members = {name: _strict(member) for name, member in schema["properties"].items() if not member.get("deprecated")}
    return {"type": "object", "additionalProperties": False, "properties": members}


def _array(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": _strict(schema["items"])}


def _scalar(schema: dict[str, Any]) -> dict[str, Any]:
    kind, form = schema["type"], schema.get("format", "")
    if kind == "string" and form in {"int64", "uint64"}:
        return _INT64
    strict: dict[str, Any] = {"type": kind}
    if form in _RANGES:
        strict["minimum"], strict["maximum"] = _RANGES[form]
    if "enum" in schema:
        strict["enum"] = _living(schema)
    return strict


def _living(schema: dict[str, Any]) -> list[str]:
    deprecated = schema.get("enumDeprecated", [False] * len(schema["enum"]))
    return [value for value, dead in zip(schema["enum"], deprecated, strict=True) if not dead]


_BY_TYPE = {"object": _object, "array": _array}
