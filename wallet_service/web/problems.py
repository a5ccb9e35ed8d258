"""Every refusal in one shape: application/problem+json (RFC 9457), its `type` a page that explains it."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from wallet_service.errors import Conflict, Invalid, NotFound, TooLarge, WalletServiceError

LOG = structlog.get_logger()

MEDIA_TYPE = "application/problem+json"


class MethodNotAllowed(WalletServiceError):
    """This path exists, but not for this method; `Allow` names those it takes."""

    status = 405
    slug = "method-not-allowed"
    title = "This method is not allowed here"


class Malformed(Invalid):
    """The request cannot be understood."""

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
    async def framework(_request: Request, error: HTTPException) -> Response:
        kind = BY_STATUS.get(error.status_code, Malformed)
        return problem_response(kind(kind.title + "."), error.headers)

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> Response:
        LOG.error("a bug", route=getattr(request.scope.get("route"), "path", "?"), exc_info=error)
        return problem_response(WalletServiceError("The fault is ours and has been logged."))


def _invalid(errors: Any) -> Invalid:
    """Where and what, never the value itself: it may be somebody's phone number."""
    found = [{"pointer": _pointer(error["loc"]), "message": error["msg"]} for error in errors[:20]]
    return Invalid(f"{found[0]['pointer']}: {found[0]['message']}", errors=found)


def _pointer(place: tuple[Any, ...]) -> str:
    """A JSON pointer (RFC 6901) into the body, or the name of a parameter."""
    where, *path = place
    if where != "body":
        return f"{where} {'.'.join(map(str, path))}"
    return "#" + "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)
