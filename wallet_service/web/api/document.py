"""What the OpenAPI document says beyond what the framework finds by itself: refusals, lines of NDJSON, summaries."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from wallet_service.web.problems import MEDIA_TYPE

HEADERS = {
    401: {"WWW-Authenticate": "how to say who calls"},
    429: {"Retry-After": "seconds to wait"},
    503: {"Retry-After": "seconds to wait"},
}
"""Headers that come with a status."""

REFUSALS: Mapping[str, tuple[int, ...]] = {
    "reads": (401, 403, 404, 409, 422, 503),
    "writes": (400, 401, 403, 404, 408, 409, 413, 415, 422, 503),
    "rationed": (400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 503),
    "streams": (400, 401, 415, 422, 503),
}
"""Statuses with which each kind of call may be refused."""

TAGS: Mapping[str, str] = {
    "members": "Who they are, what they agreed to, where they came from, and everything that ever happened to them.",
    "cards": "The card of a member: one link for every phone, and whether each phone is up to date.",
    "points": "The ledger: entries, the lots that points are kept in, why they came, and the proof that they add up.",
    "purchases": "What a basket would come to, what a receipt came to, and what goes back when goods come back.",
    "holds": "Points set aside while a sale is under way, then kept or given back.",
    "offers": "Coupons, codes and gifts: what there is, who has it, and what became of it.",
    "standing": "Visits, events and memberships, the tier that a member has, and what is missing for the next one.",
    "rules": "What a programme gives by itself: mechanics and tiers, all their versions, and trials on the past.",
    "reports": "How points moved, what is owed and when it ends, and what was sold.",
    "addresses": "Where pushes to the brand's own app find a member.",
    "wallets": "How the brand stands with Apple Wallet, Google Wallet, web push and its own app.",
}
"""What the operations of each tag are about, in the order in which a reader wants them."""

OF_SOMEBODY = frozenset({"refund_purchase", "undo_merge", "undo_redemption"})
"""Operations on what belongs to a member, whom they do not name."""


def refusals(kind: Literal["reads", "writes", "rationed", "streams"]) -> dict[int | str, dict[str, Any]]:
    """The refusals of one kind of call, as the document shows them."""
    return {status: _refusal(status) for status in REFUSALS[kind]}


def _refusal(status: int) -> dict[str, Any]:
    headers = {
        name: {"description": meaning, "schema": {"type": "string"}}
        for name, meaning in HEADERS.get(status, {}).items()
    }
    return {
        "description": HTTPStatus(status).phrase,
        "content": {MEDIA_TYPE: {"schema": {"$ref": ref("Problem")}}},
    } | ({"headers": headers} if headers else {})


def ref(model: str) -> str:
    """How the document points to a model."""
    return f"#/components/schemas/{model}"


def _body(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """The schema of an operation's JSON body; empty, if it has none."""
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    found: dict[str, Any] = document["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
    return found


def complete(document: dict[str, Any], *models: type[BaseModel]) -> dict[str, Any]:
    """The document with these models, its tags, a summary of each operation, and that members may be erased."""
    _, found = models_json_schema([(model, "validation") for model in models], ref_template=ref("{model}"))
    document["components"]["schemas"] |= found["$defs"]
    document["tags"] = [{"name": name, "description": about} for name, about in TAGS.items()]
    for path, methods in document["paths"].items():
        for operation in methods.values():
            operation["summary"] = operation["operationId"].replace("_", " ").capitalize()
            if "{member}" in path or _of_somebody(document, operation):
                operation["responses"]["410"] = _refusal(410)
    return document


def _of_somebody(document: dict[str, Any], operation: dict[str, Any]) -> bool:
    return operation["operationId"] in OF_SOMEBODY or "member" in _body(document, operation).get("properties", {})
