"""Images of templates at addresses that change with their content: Google fetches them, and keeps them for good."""

import re
from dataclasses import dataclass

from wallet_service.cards.images import public_image
from wallet_service.database.seam import Database
from wallet_service.web.http import Answer, Call, Receive, Scope, Send, fields, not_allowed
from wallet_service.web.phones.respond import respond

NAME = re.compile(r"[0-9a-f]{64}\.png")
NOT_FOUND = Answer(404)
TROUBLE = Answer(503, fields=fields({"Retry-After": "60"}))
FOR_EVER = fields({"Content-Type": "image/png", "Cache-Control": "public, max-age=31536000, immutable"})


@dataclass(frozen=True, slots=True)
class ImageDoor:
    """The ASGI application below `/images/`."""

    database: Database

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give out an image."""
        call = Call(scope, receive)
        await respond(call, self._answer(call), send, TROUBLE)

    async def _answer(self, call: Call) -> Answer:
        if call.method not in {"GET", "HEAD"}:
            return not_allowed(("GET", "HEAD"))
        match call.path:
            case ["images", name] if NAME.fullmatch(name):
                async with self.database.read() as tx:
                    content = await public_image(tx, name)
                return Answer(200, (content,), FOR_EVER) if content else NOT_FOUND
        return NOT_FOUND
