"""The link that puts a card on a phone: `/c/<card>.<token>`, the same for ever, answered with the pass as it is now.

The token is derived from the card's id, so a link can be written anywhere without being stored, and not be guessed.
A GET uses nothing up: previews of mail and messengers may fetch it as often as they like.
"""

from collections.abc import Callable
from dataclasses import dataclass

from wallet_service.cards.design import CardState
from wallet_service.cards.faces import Faces
from wallet_service.engine.grouping import Grouped
from wallet_service.tokens import MasterKeys
from wallet_service.web.phones.http import Answer, Call, Receive, Scope, Send, fields, http_date, not_allowed
from wallet_service.web.phones.respond import noted, respond
from wallet_service.web.writes import Writes

PURPOSE = "card-link"
PLAIN = fields({"Content-Type": "text/plain; charset=utf-8"})
NOTHING_HERE = Answer(404, (b"There is no card here.\n",), PLAIN)
WITHDRAWN = Answer(410, (b"This card was withdrawn.\n",), PLAIN)
TRY_LATER = Answer(
    503,
    (b"The card cannot be given out at the moment. Please try again later.\n",),
    PLAIN + fields({"Retry-After": "60"}),
)
GIVEN_OUT = fields(
    {
        "Content-Disposition": 'attachment; filename="card.pkpass"',
        "Content-Encoding": "identity",
        "Cache-Control": "private, no-store",
        "X-Robots-Tag": "noindex",
    }
)


def card_link(public_url: str, keys: MasterKeys, card_id: str) -> str:
    """The address a customer opens to add the card."""
    return f"{public_url.rstrip('/')}/c/{card_id}.{keys.token(keys.newest, PURPOSE, card_id)}"


@dataclass(frozen=True, slots=True)
class LinkDoor:
    """The ASGI application behind card links."""

    faces: Faces
    look: Grouped[str, CardState | None]
    writes: Writes
    recognises: Callable[..., bool]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Give out the card, or say why not."""
        call = Call(scope, receive)
        await respond(call, self._answer(call), send, TRY_LATER)

    async def _answer(self, call: Call) -> Answer:
        match call.path:
            case ["c", name] if call.method in {"GET", "HEAD"}:
                card_id, _, token = name.removesuffix(".pkpass").partition(".")
            case ["c", _]:
                return not_allowed(("GET", "HEAD"))
            case _:
                return NOTHING_HERE
        state = await self.look.submit(card_id) if self.recognises(token, PURPOSE, card_id) else None
        if state is None:
            return NOTHING_HERE
        return WITHDRAWN if state.voided else await self._give_out(state, call)

    async def _give_out(self, state: CardState, call: Call) -> Answer:
        package = await self.faces.package(state)
        if call.method == "GET":  # before the answer: the registration that follows is taken to hold this version
            await noted(self.writes.handed.submit((state.serial, state.version)))
        own = fields({"Content-Type": package.media_type, "Last-Modified": http_date(state.modified_at)})
        return Answer(200, package.pieces, own + GIVEN_OUT)
