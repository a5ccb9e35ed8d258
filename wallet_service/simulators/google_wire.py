"""What goes over Google's wire: a call, the reply to it, and the shape of a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

JSON = "application/json; charset=UTF-8"

_CANONICAL = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    409: "ALREADY_EXISTS",
    429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request, alone or as a part of a batch; names of headers in lower case."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def path(self) -> str:
        """The path asked for, decoded."""
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        """The parameters of the query."""
        return dict(parse_qsl(urlsplit(self.target).query))

    @property
    def bearer(self) -> str:
        """The access token, or ""."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and what is to be done with it."""

    status: int
    body: Any
    """JSON, or bytes that are sent as they are."""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds until it is sent; the deed is done at once."""
    dropped: bool = False
    """It never leaves: the connection is cut instead."""

    @property
    def content(self) -> bytes:
        """The body as bytes."""
        return self.body if isinstance(self.body, bytes) else orjson.dumps(self.body)

    @property
    def reason(self) -> str | None:
        """Google's name of the refusal, when this is one."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        return error["errors"][0]["reason"] if isinstance(error, dict) and error.get("errors") else None


class GoogleRefusal(Exception):
    """Google says no: an HTTP status and a reason in Google's own words."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        """Keep what is to be said."""
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message

    @property
    def reply(self) -> Reply:
        """The refusal as it is sent."""
        return error_reply(self.status, self.reason, self.message)


def error_reply(status: int, reason: str, message: str, headers: Mapping[str, str] | None = None) -> Reply:
    """Google's shape of an error: code, canonical status, message, and one entry with domain and reason."""
    entry = {"message": message, "domain": "walletobjects", "reason": reason}
    canonical = _CANONICAL.get(status, HTTPStatus(status).name)
    error = {"code": status, "message": message, "status": canonical, "errors": [entry]}
    return Reply(status, {"error": error}, headers or {})


def json_of(body: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises `GoogleRefusal`."""
    try:
        parsed = orjson.loads(body or b"{}")
    except orjson.JSONDecodeError as trouble:
        raise GoogleRefusal(400, "parseError", f"Invalid JSON payload received. {trouble}") from None
    if not isinstance(parsed, dict):
        raise GoogleRefusal(400, "parseError", "Invalid JSON payload received. An object was expected.")
    return parsed
