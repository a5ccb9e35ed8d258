"""Codes over REST: looked at without effect, redeemed, given back; and offers given to one member."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from wallet_service.database.seam import Transaction
from wallet_service.loyalty.offers.offers_given import Present, give_offer, held_offers
from wallet_service.loyalty.offers.offers_judged import OfferRefused, Outcome, Redeeming, Redemption, try_codes
from wallet_service.loyalty.offers.offers_redeemed import redeem, unredeem
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.people.members import find_member
from wallet_service.loyalty.references import parse_reference
from wallet_service.loyalty.rules.happening import Line
from wallet_service.loyalty.rules.offer import Check
from wallet_service.web.api.document import refusals
from wallet_service.web.api.members import MemberPath
from wallet_service.web.api.offers_answers import (
    PersonalOfferList,
    PersonalOfferOut,
    RedemptionOut,
    TriedCodeOut,
    personal_out,
    redemption_out,
    tried_out,
)
from wallet_service.web.api.offers_models import NewPresent, NewRedemption, ShownCode
from wallet_service.web.callers import Earner, Reader, Spender
from wallet_service.web.idempotency import Once, answer, do_once
from wallet_service.web.render import reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1", tags=["offers"], route_class=StrictRoute)

RedemptionPath = Annotated[str, Path(max_length=64, description="`red_…`")]


@router.post(
    "/offers/validate", response_model=TriedCodeOut, responses=refusals("rationed"), operation_id="validate_code"
)
async def validate(request: Request, caller: Spender, shown: ShownCode) -> Response:
    """What a code would bring for a check, or why nothing. Nothing is redeemed."""
    with request.app.state.doors.guesses.counted(caller.key_id):
        async with request.app.state.doors.database.read() as tx:
            (outcome,) = await try_codes(tx, [await redeeming(tx, caller.brand_id, shown)])
        return answer(reply(200, tried_out(of_one_code(outcome))))


@router.post(
    "/offers/redeem",
    status_code=201,
    response_model=RedemptionOut,
    responses=refusals("rationed"),
    operation_id="redeem_code",
)
async def create(request: Request, caller: Spender, wish: NewRedemption, once: Once) -> Response:
    """Redeem a code by itself: the till applies the discount; points are granted at once.

    A code that belongs to a purchase is redeemed with it, by its `codes`.
    """

    async def act(tx: Transaction) -> Reply:
        with request.app.state.doors.guesses.counted(caller.key_id):
            return reply(201, redemption_out(await redeem(tx, await redeeming(tx, caller.brand_id, wish))))

    return await do_once(request.app.state.doors.database, once, act)


@router.post(
    "/redemptions/{redemption}/undo",
    response_model=RedemptionOut,
    responses=refusals("writes"),
    operation_id="undo_redemption",
)
async def undo(request: Request, caller: Spender, redemption: RedemptionPath, once: Once) -> Response:
    """Give a code back: it can be redeemed again, and the points that it brought are taken back."""

    async def act(tx: Transaction) -> Reply:
        return reply(200, redemption_out(await unredeem(tx, caller.brand_id, redemption)))

    return await do_once(request.app.state.doors.database, once, act)


@router.post(
    "/members/{member}/offers",
    status_code=201,
    response_model=PersonalOfferOut,
    responses=refusals("writes"),
    operation_id="give_offer",
)
async def give(request: Request, caller: Earner, member: MemberPath, wish: NewPresent, once: Once) -> Response:
    """Give a member a personal offer, once for each occasion; it appears on the card."""

    async def act(tx: Transaction) -> Reply:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        return reply(201, personal_out(await give_offer(tx, Present(found.id, wish.offer, wish.occasion, wish.skus))))

    return await do_once(request.app.state.doors.database, once, act)


@router.get(
    "/members/{member}/offers",
    response_model=PersonalOfferList,
    responses=refusals("reads"),
    operation_id="list_member_offers",
)
async def index(request: Request, caller: Reader, member: MemberPath) -> Response:
    """The personal offers that a member can redeem now, the nearest end first, a hundred at most."""
    async with request.app.state.doors.database.read() as tx:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        held = await held_offers(tx, [found.id])
    return answer(reply(200, {"items": [personal_out(each) for each in held]}))


def of_one_code(outcome: Outcome) -> Redemption | OfferRefused:
    """What became of a wish with one code. Raises `CodeNotFound`."""
    if isinstance(outcome, list):
        return outcome[0]
    if isinstance(outcome, OfferRefused):
        return outcome
    raise outcome


async def redeeming(tx: Transaction, brand_id: str, shown: ShownCode) -> Redeeming:
    """Who shows which code for what. Raises what a reference to a member refuses."""
    member = await find_member(tx, brand_id, parse_reference(shown.member)) if shown.member else None
    lines = [
        Line(each.sku or "", each.category or "", each.quantity, each.price, each.discount) for each in shown.lines
    ]
    return Redeeming(
        brand_id,
        [shown.code],
        Check(lines, shown.place),
        member.id if member else None,
        reference=getattr(shown, "reference", None),
    )
