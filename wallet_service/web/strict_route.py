"""Routes that ask who calls before they read, stop reading in time, and read JSON strictly.

The framework's own reading would parse a stranger's body before it asks for the key, take the last of two equal
keys, and let NaN pass.
"""

from collections.abc import AsyncGenerator, Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute

from wallet_service.errors import TooLarge, WalletServiceError
from wallet_service.web.callers import recognise_caller
from wallet_service.web.doors import Doors
from wallet_service.web.strict_json import read_json

JSON = "application/json"


class MediaTypeUnsupported(WalletServiceError):
    """The body is in a format that this endpoint does not read; name it truly in `Content-Type`, as the detail says."""

    status = 415
    slug = "media-type-unsupported"
    title = "The body has the wrong media type"


class StrictRequest(Request):
    """A request whose body is bounded, and whose JSON is read strictly."""

    async def stream(self) -> AsyncGenerator[bytes]:
        """The body in pieces. Raises `TooLarge`, before it is read if its length was declared."""
        doors: Doors = self.app.state.doors
        most = doors.service.settings.limits.body_bytes
        declared = self.headers.get("content-length", "")
        size = 0
        if declared.isdigit():
            _refuse_beyond(most, int(declared[:20]))
        async for piece in super().stream():
            size += len(piece)
            _refuse_beyond(most, size)
            yield piece

    async def read(self) -> None:
        """Read the body as JSON, for the framework to find. Raises `JsonInvalid` and `MediaTypeUnsupported`."""
        raw = await self.body()
        if raw:
            require_media_type(self, JSON)
            self._json = read_json(raw)


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
            strict = StrictRequest(request.scope, request.receive)
            if self.body_field:
                await strict.read()
            return await handle(strict)

        return strictly
