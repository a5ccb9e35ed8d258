"""Routes that ask who calls before they read, stop reading in time, and read JSON strictly.

The framework's own reading would parse a stranger's body before it asks for the key, take the last of two equal
keys, and let NaN pass.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope

from wallet_service.errors import TooLarge, WalletServiceError
from wallet_service.settings import LimitSettings
from wallet_service.web.callers import recognise_caller
from wallet_service.web.doors import Doors
from wallet_service.web.strict_json import read_json

JSON = "application/json"


class MediaTypeUnsupported(WalletServiceError):
    """The body is in a format that this endpoint does not read; name it truly in `Content-Type`, as the detail says."""

    status = 415
    slug = "media-type-unsupported"
    title = "The body has the wrong media type"


class RequestTooSlow(WalletServiceError):
    """The body of a request took longer to arrive than anybody's network needs; nothing was done."""

    status = 408
    slug = "request-too-slow"
    title = "The request took too long to arrive"


class StrictRequest(Request):
    """A request whose body is bounded in size and time, and whose JSON is read strictly."""

    def __init__(self, scope: Scope, receive: Receive, limits: LimitSettings) -> None:
        """Nothing is read yet."""
        super().__init__(scope, receive)
        self._limits = limits

    async def stream(self) -> AsyncGenerator[bytes]:
        """The body in pieces. Raises `TooLarge`, before it is read if its length was declared."""
        most = self._limits.body_bytes
        declared = self.headers.get("content-length", "")
        size = 0
        if declared.isdigit():
            _refuse_beyond(most, int(declared[:20]))
        async for piece in super().stream():
            size += len(piece)
            _refuse_beyond(most, size)
            yield piece

    async def read(self) -> Any:
        """The body as JSON, None if there is no body; the framework finds it too.

        Raises `JsonInvalid`, `MediaTypeUnsupported`, `TooLarge` and `RequestTooSlow`.
        """
        try:
            async with asyncio.timeout(self._limits.body_seconds):
                raw = await self.body()
        except TimeoutError:
            raise RequestTooSlow("The body did not come in time.", remedy="Send the same request again.") from None
        if not raw:
            return None
        require_media_type(self, JSON)
        self._json = read_json(raw)
        return self._json


def _refuse_beyond(most: int, size: int) -> None:
    if size > most:
        raise TooLarge(f"A body may have {most} bytes.", remedy="Send less at once.", limit=most)


def require_media_type(request: Request, *accepted: str) -> None:
    """Raises `MediaTypeUnsupported` unless the request's body is in an accepted format."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in accepted:
        raise MediaTypeUnsupported(f"This takes {accepted[0]}.", remedy=f"Send `Content-Type: {accepted[0]}`.")


class StrictRoute(APIRoute):
    """A route that knows its caller before it reads, and reads strictly."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, given a `StrictRequest` that has been read."""
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            await recognise_caller(request)
            doors: Doors = request.app.state.doors
            strict = StrictRequest(request.scope, request.receive, doors.service.settings.limits)
            if self.body_field:
                await strict.read()
            return await handle(strict)

        return strictly
