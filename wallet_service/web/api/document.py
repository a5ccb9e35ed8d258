"""What the OpenAPI document says beyond what the framework finds by itself: refusals, lines of NDJSON, summaries."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from wallet_service.web.problems import MEDIA_TYPE

HEADERS = {401: {"WWW-Authenticate": "how to say who calls"}, 503: {"Retry-After": "seconds to wait"}}
"""Headers that come with a status."""

REFUSALS: Mapping[str, tuple[int, ...]] = {
    "reads": (401, 403, 404, 409, 422, 503),
    "writes": (400, 401, 403, 404, 408, 409, 413, 415, 422, 503),
    "streams": (400, 401, 415, 422, 503),
}
"""Statuses with which each kind of call may be refused."""


def refusals(kind: Literal["reads", "writes", "streams"]) -> dict[int | str, dict[str, Any]]:
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


def complete(document: dict[str, Any], *models: type[BaseModel]) -> dict[str, Any]:
    """The document with these models, and with a summary of each operation in the words of its id."""
    _, found = models_json_schema([(model, "validation") for model in models], ref_template=ref("{model}"))
    document["components"]["schemas"] |= found["$defs"]
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["summary"] = operation["operationId"].replace("_", " ").capitalize()
    return document
