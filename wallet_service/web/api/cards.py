"""Cards over REST: issue, look, withdraw."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from wallet_service.cards.devices import trace_devices
from wallet_service.cards.google_callbacks import trace_google
from wallet_service.cards.issue import Card, CardNotFound, find_card, issue_card, void_card
from wallet_service.database.seam import Transaction
from wallet_service.ids import is_id
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.people.members import find_member
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.answers import CardOut
from wallet_service.web.api.document import refusals
from wallet_service.web.api.models import NewCard
from wallet_service.web.callers import Issuer, Reader
from wallet_service.web.doors import Doors
from wallet_service.web.idempotency import Once, answer, do_once
from wallet_service.web.phones.link import card_link
from wallet_service.web.render import card_out, reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/cards", tags=["cards"], route_class=StrictRoute)

CardPath = Annotated[str, Path(max_length=64, description="`card_…`")]


ALREADY: dict[int | str, dict[str, Any]] = {200: {"model": CardOut, "description": "the living card there was already"}}


@router.post(
    "", status_code=201, response_model=CardOut, responses=ALREADY | refusals("writes"), operation_id="issue_card"
)
async def issue(request: Request, caller: Issuer, wish: NewCard, once: Once) -> Response:
    """Issue a member's card; if the member has a living one, that one (200)."""
    doors: Doors = request.app.state.doors

    async def act(tx: Transaction) -> Reply:
        member = await find_member(tx, caller.brand_id, parse_reference(wish.member))
        card, fresh = await issue_card(
            tx, member, shelf=doors.faces.shelf, wallet=doors.service.wallet, token_key=doors.service.keys.newest
        )
        return reply(201 if fresh else 200, await _traced(tx, doors, card))

    return await do_once(doors.database, once, act)


@router.get("/{card}", response_model=CardOut, responses=refusals("reads"), operation_id="get_card")
async def get(request: Request, caller: Reader, card: CardPath) -> Response:
    """A card, and whether the phones that hold it are up to date."""
    doors: Doors = request.app.state.doors
    async with doors.database.read() as tx:
        found = await find_card(tx, caller.brand_id, _card_id(card))
        return answer(reply(200, await _traced(tx, doors, found)))


@router.post("/{card}/void", response_model=CardOut, responses=refusals("writes"), operation_id="void_card")
async def void(request: Request, caller: Issuer, card: CardPath, once: Once) -> Response:
    """Withdraw a card: phones grey it out. Withdrawing it again changes nothing."""
    doors: Doors = request.app.state.doors

    async def act(tx: Transaction) -> Reply:
        interval = doors.service.settings.push.interval
        voided = await void_card(tx, caller.brand_id, _card_id(card), interval)
        return reply(200, await _traced(tx, doors, voided))

    return await do_once(doors.database, once, act)


async def _traced(tx: Transaction, doors: Doors, card: Card) -> dict[str, object]:
    link = card_link(doors.service.settings.public_url, doors.service.keys, card.id)
    return card_out(card, link, await trace_devices(tx, card.id), await trace_google(tx, card.id))


def _card_id(text: str) -> str:
    if not is_id("card", text):
        raise CardNotFound("A card is named card_… as it was issued.")
    return text
