"""Every refusal in one shape: application/problem+json (RFC 9457), its `type` a page that explains it."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import compile_path

from wallet_service.errors import Conflict, Invalid, NotFound, TooLarge, WalletServiceError

LOG = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"


MOST_NAMED = 20
"""Mistakes of one body that are named; whoever made more sent something else altogether."""

LONGEST_NAME = 64
"""Characters of a caller's own field name that a pointer repeats."""


class MethodNotAllowed(WalletServiceError):
    """This path exists, but not for this method; the header `Allow` names those it takes."""

    status = 405
    slug = "method-not-allowed"
    title = "This method is not allowed here"


class Malformed(Invalid):
    """The request cannot be understood; compare it with an example of the reference."""

    status = 400
    slug = "malformed-request"
    title = "The request cannot be understood"


BY_STATUS: Mapping[int, type[WalletServiceError]] = {
    400: Malformed,
    404: NotFound,
    405: MethodNotAllowed,
    409: Conflict,
    413: TooLarge,
    422: Invalid,
}
"""The refusal behind a status that the framework chose."""


def problem(refusal: WalletServiceError) -> dict[str, Any]:
    """The problem document of a refusal."""
    document = {
        "type": f"/problems/{refusal.slug}",
        "title": refusal.title,
        "status": refusal.status,
        "code": refusal.slug,
        "detail": refusal.detail,
    }
    remedy = {"remedy": refusal.remedy} if refusal.remedy else {}
    return document | remedy | dict(refusal.extra)


def problem_response(refusal: WalletServiceError, headers: Mapping[str, str] | None = None) -> Response:
    """The response that says it."""
    sent = dict(headers or {})
    if refusal.status in {429, 503}:
        sent.setdefault("Retry-After", str(refusal.extra.get("retry_after", 1)))
    if refusal.status == HTTPStatus.UNAUTHORIZED:
        sent.setdefault("WWW-Authenticate", "Bearer")
    return Response(orjson.dumps(problem(refusal)), refusal.status, sent, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make the application answer every failure this way."""

    @app.exception_handler(WalletServiceError)
    async def refused(_request: Request, error: WalletServiceError) -> Response:
        return problem_response(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(_request: Request, error: RequestValidationError) -> Response:
        return problem_response(_invalid(error.errors()))

    @app.exception_handler(HTTPException)
    async def framework(request: Request, error: HTTPException) -> Response:
        kind = BY_STATUS.get(error.status_code, Malformed)
        allow = {"Allow": methods} if kind is MethodNotAllowed and (methods := _methods(app, request.url.path)) else {}
        return problem_response(kind(kind.title + "."), {**(error.headers or {}), **allow})

    @app.exception_handler(ClientDisconnect)
    async def gone(_request: Request, _error: ClientDisconnect) -> Response:
        return problem_response(Malformed("The connection ended before the body did."))

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> Response:
        return bug_response(getattr(request.scope.get("route"), "path", "?"), error)


def bug_response(route: str, error: Exception) -> Response:
    """Log a mistake of ours, and say no more than that it was ours."""
    LOG.error("a bug", route=route, exc_info=error)
    return problem_response(WalletServiceError("The fault is ours and has been logged."))


def invalid_input(error: ValidationError, *place: str) -> Invalid:
    """What is wrong with a part of a request (`body`, or `path` and a name) that was read without the framework."""
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return _invalid([{"loc": (*place, *each["loc"]), "msg": each["msg"]} for each in found])


def _invalid(errors: Sequence[Any]) -> Invalid:
    """Where and what, never the value itself: it may be somebody's phone number."""
    found = [{"pointer": _pointer(error["loc"]), "message": _message(error["msg"])} for error in errors[:MOST_NAMED]]
    return Invalid(f"{found[0]['pointer']}: {found[0]['message']}", errors=found)


def _message(text: str) -> str:
    return text.removeprefix("Value error, ")


def _pointer(place: Sequence[Any]) -> str:
    """A JSON pointer (RFC 6901) into the body, or the name of a parameter."""
    where, *path = (str(part)[:LONGEST_NAME] for part in place)
    if where != "body":
        return f"{where} {'.'.join(path)}"
    return "#" + "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


def _methods(app: FastAPI, path: str) -> str:
    """What `Allow` must say (RFC 9110, 15.5.6): each method of the path; the framework knows those of one route only.

    A path that the document has as it is comes before one with places that fits too (OpenAPI 3.1, 4.8.8).
    """
    known = app.openapi()["paths"]
    forms = [path] if path in known else [form for form in known if compile_path(form)[0].match(path)]
    return ", ".join(sorted(method.upper() for form in forms for method in known[form]))
