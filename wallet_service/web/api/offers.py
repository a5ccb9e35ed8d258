"""Offers over REST: defined, shown, archived, and provided with codes."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from wallet_service.database.seam import Transaction
from wallet_service.ids import is_id
from wallet_service.loyalty.brands import find_programme
from wallet_service.loyalty.ledger.seals import micros
from wallet_service.loyalty.offers.offers import (
    Code,
    archive_offer,
    define_offer,
    find_offer,
    list_codes,
    list_offers,
    make_codes,
)
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.rules.offer_codes import normal_code
from wallet_service.web.api.document import refusals
from wallet_service.web.api.offers_answers import CodePage, OfferOut, OfferPage, code_out, offer_out
from wallet_service.web.api.offers_models import NewCodes, NewOffer
from wallet_service.web.callers import Reader, Ruler
from wallet_service.web.idempotency import Once, answer, do_once
from wallet_service.web.paging import MOST, Page, from_cursor, page_of
from wallet_service.web.render import reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/offers", tags=["offers"], route_class=StrictRoute)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

OfferPath = Annotated[str, Path(max_length=64, description="`off_…`")]


@router.post("", status_code=201, response_model=OfferOut, responses=refusals("writes"), operation_id="define_offer")
async def define(request: Request, caller: Ruler, wish: NewOffer, once: Once) -> Response:
    """Define an offer, or give the one of this name these terms. What was given to members keeps its end."""
    document = wish.model_dump(exclude={"programme"}, exclude_unset=True)

    async def act(tx: Transaction) -> Reply:
        programme = await find_programme(tx, caller.brand_id, wish.programme)
        offer, _ = await define_offer(tx, programme, document)
        return reply(201, offer_out(offer))

    return await do_once(request.app.state.doors.database, once, act)


@router.get("", response_model=OfferPage, responses=refusals("reads"), operation_id="list_offers")
async def index(request: Request, caller: Reader, page: Page) -> Response:
    """The brand's offers in the order in which they were defined, archived ones too."""
    after = from_cursor(page.cursor, partial(is_id, "off"))
    async with request.app.state.doors.database.read() as tx:
        found = await list_offers(tx, caller.brand_id, after, page.limit + 1)
    return answer(reply(200, page_of(found, page.limit, offer_out, lambda offer: offer.id)))


@router.get("/{offer}", response_model=OfferOut, responses=refusals("reads"), operation_id="get_offer")
async def get(request: Request, caller: Reader, offer: OfferPath) -> Response:
    """One offer."""
    async with request.app.state.doors.database.read() as tx:
        return answer(reply(200, offer_out(await find_offer(tx, caller.brand_id, offer))))


@router.delete("/{offer}", response_model=OfferOut, responses=refusals("writes"), operation_id="archive_offer")
async def archive(request: Request, caller: Ruler, offer: OfferPath, once: Once) -> Response:
    """End an offer: it is neither given nor redeemed any more, and leaves the cards. To define it anew revives it."""

    async def act(tx: Transaction) -> Reply:
        return reply(200, offer_out(await archive_offer(tx, caller.brand_id, offer)))

    return await do_once(request.app.state.doors.database, once, act)


@router.post(
    "/{offer}/codes",
    status_code=201,
    response_model=CodePage,
    responses=refusals("writes"),
    operation_id="make_offer_codes",
)
async def make(request: Request, caller: Ruler, offer: OfferPath, wish: NewCodes, once: Once) -> Response:
    """Make codes that are good once each, up to a million at once; the first page of them is the answer.

    They are so long that nobody guesses one, and hold no letters that look alike. `next` leads on in the list of codes.
    """

    async def act(tx: Transaction) -> Reply:
        found = await find_offer(tx, caller.brand_id, offer)
        await make_codes(tx, found, wish.count)
        codes = await list_codes(tx, found, (tx.now, ""), MOST + 1)
        return reply(201, page_of(codes, MOST, code_out, place_of))

    return await do_once(request.app.state.doors.database, once, act)


@router.get("/{offer}/codes", response_model=CodePage, responses=refusals("reads"), operation_id="list_offer_codes")
async def codes(request: Request, caller: Reader, offer: OfferPath, page: Page) -> Response:
    """The codes of an offer in the order in which they were made."""
    after = from_cursor(page.cursor, lambda text: place_in(text) is not None)
    async with request.app.state.doors.database.read() as tx:
        found = await find_offer(tx, caller.brand_id, offer)
        rows = await list_codes(tx, found, place_in(after or ""), page.limit + 1)
    return answer(reply(200, page_of(rows, page.limit, code_out, place_of)))


def place_of(code: Code) -> str:
    """Where in the list a code stands: its moment in microseconds, and itself, in ASCII (UTF-7, RFC 2152)."""
    return f"{micros(code.made_at)} {code.code.encode('utf-7').decode()}"


def place_in(text: str) -> tuple[datetime, str] | None:
    """The moment and the code of a place in the list; None where it is none."""
    moment, _, spelt = text.partition(" ")
    try:
        code = spelt.encode().decode("utf-7")
    except ValueError:
        return None
    right = moment.isascii() and moment.isdigit() and len(moment) <= 16 and normal_code(code) == code
    return (EPOCH + timedelta(microseconds=int(moment)), code) if right else None
