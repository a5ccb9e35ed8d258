"""The link that puts a card on a phone: `/c/<card>.<token>`, the same for ever, answered with the pass as it is now.

The token is derived from the card's id, so a link can be written anywhere without being stored, and not be guessed.
A GET changes nothing: previews of mail and messengers may fetch it as often as they like.
"""

from collections.abc import Callable
from dataclasses import dataclass

import structlog

from wallet_service.cards.design import CardState
from wallet_service.cards.faces import Faces
from wallet_service.engine.grouping import Grouped
from wallet_service.errors import WalletServiceError
from wallet_service.tokens import MasterKeys
from wallet_service.web.phones.http import Answer, Receive, Scope, Send, http_date, segments
from wallet_service.web.writes import Writes

LOG = structlog.get_logger()

PURPOSE = "card-link"
NOTHING_HERE = Answer(404, (b"There is no card here.\n",), {"Content-Type": "text/plain; charset=utf-8"})
WITHDRAWN = Answer(410, (b"This card was withdrawn.\n",), {"Content-Type": "text/plain; charset=utf-8"})
TRY_LATER = Answer(
    503,
    (b"The card cannot be given out at the moment. Please try again later.\n",),
    {"Content-Type": "text/plain; charset=utf-8", "Retry-After": "60"},
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

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Give out the card, or say why not."""
        try:
            answer, state = await self._answer(scope)
        except WalletServiceError as refusal:
            LOG.warning("card not given out", slug=refusal.slug, why=refusal.detail)
            answer, state = TRY_LATER, None
        await answer.send(send, head=scope["method"] == "HEAD")
        if state is not None and scope["method"] == "GET":
            await self._note(state)

    async def _answer(self, scope: Scope) -> tuple[Answer, CardState | None]:
        if scope["method"] not in {"GET", "HEAD"}:
            return Answer(405, headers={"Allow": "GET, HEAD"}), None
        match segments(scope):
            case ["c", name]:
                card_id, _, token = name.removesuffix(".pkpass").partition(".")
            case _:
                return NOTHING_HERE, None
        state = await self.look.submit(card_id) if self.recognises(token, PURPOSE, card_id) else None
        if state is None:
            return NOTHING_HERE, None
        if state.voided:
            return WITHDRAWN, None
        package = await self.faces.package(state)
        headers = {
            "Content-Type": package.media_type,
            "Content-Disposition": 'attachment; filename="card.pkpass"',
            "Last-Modified": http_date(state.modified_at),
            "Cache-Control": "private, no-store",
            "X-Robots-Tag": "noindex",
        }
        return Answer(200, package.pieces, headers), state

    async def _note(self, state: CardState) -> None:
        try:
            await self.writes.handed.submit((state.serial, state.version))
        except WalletServiceError as refusal:  # costs one needless push at most
            LOG.warning("note not kept", slug=refusal.slug)
