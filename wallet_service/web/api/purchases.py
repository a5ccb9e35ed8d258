"""Purchases over REST: a till asks what a check would come to, reports the sale, and what came back of it."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from wallet_service.amounts import Points
from wallet_service.database.seam import Transaction
from wallet_service.ids import is_id
from wallet_service.loyalty.keys import Caller, Scope
from wallet_service.loyalty.offers.offers_judged import CodeNotFound
from wallet_service.loyalty.once import OnceKey, Reply
from wallet_service.loyalty.people.members import find_member
from wallet_service.loyalty.references import parse_reference
from wallet_service.loyalty.rules.happening import Line
from wallet_service.loyalty.sales.purchases import find_by_receipt, find_purchase, list_purchases
from wallet_service.loyalty.sales.quotes import quote
from wallet_service.loyalty.sales.receipts import Purchase, Receipt, Return
from wallet_service.loyalty.sales.refunds import refund
from wallet_service.web.api.document import refusals
from wallet_service.web.api.entries import Here
from wallet_service.web.api.members import MemberPath
from wallet_service.web.api.models import Number
from wallet_service.web.api.purchases_answers import PurchaseOut, PurchasePage, QuoteOut, RefundOut
from wallet_service.web.api.purchases_models import Check, NewPurchase, NewQuote, NewRefund
from wallet_service.web.callers import KnownCaller, Reader, require
from wallet_service.web.doors import Doors
from wallet_service.web.idempotency import Once, answer, do_once
from wallet_service.web.paging import Page, from_cursor, page_of
from wallet_service.web.render import is_refusal, reply
from wallet_service.web.render_purchases import purchase_out, quote_out, refund_out
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1", tags=["purchases"], route_class=StrictRoute)

PurchasePath = Annotated[str, Path(max_length=64, description="`pur_…`")]
ReceiptQuery = Annotated[Number, Query(description="the `receipt` that the till gave it", examples=["mitte-4711"])]

EPOCH, MICROSECOND = datetime(2000, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
NEWEST = datetime(2200, 1, 1, tzinfo=UTC), ""
"""Later than whatever was bought."""


@router.post(
    "/purchases",
    status_code=201,
    response_model=PurchaseOut,
    responses=refusals("rationed"),
    operation_id="record_purchase",
)
async def create(doors: Here, caller: KnownCaller, wish: NewPurchase, once: Once) -> Reply:
    """Record a sale: points pay, mechanics give. The same receipt again has no second effect, and the same answer."""
    require(caller, Scope.EARN)
    if wish.spend or wish.hold is not None or wish.codes:
        require(caller, Scope.SPEND)
    if not wish.codes:
        return await doors.writes.purchases.submit(receipt_of(caller, wish, once))
    doors.guesses.require_patience(caller.key_id)
    said = await doors.writes.purchases.submit(receipt_of(caller, wish, once))
    if is_refusal(said, CodeNotFound):
        doors.guesses.miss(caller.key_id)
    return said


@router.post("/quotes", response_model=QuoteOut, responses=refusals("rationed"), operation_id="quote_purchase")
async def ask(doors: Here, caller: KnownCaller, wish: NewQuote) -> Reply:
    """What a check would come to: how many points may pay, what is then left to pay, and what it would give."""
    require(caller, Scope.EARN)
    with doors.guesses.counted(caller.key_id) if wish.codes else nullcontext():
        async with doors.database.read() as tx:
            return reply(200, quote_out(await quote(tx, doors.rulebooks, check_of(caller, wish))))


@router.post(
    "/purchases/{purchase}/refunds",
    status_code=201,
    response_model=RefundOut,
    responses=refusals("writes"),
    operation_id="refund_purchase",
)
async def give_back(
    request: Request, caller: KnownCaller, purchase: PurchasePath, wish: NewRefund, once: Once
) -> Response:
    """Goods come back: the points that paid return to their lots, and what mechanics gave is taken back."""
    require(caller, Scope.EARN)
    require(caller, Scope.SPEND)
    doors: Doors = request.app.state.doors
    lines = None if wish.lines is None else [(each.line, each.quantity) for each in wish.lines]

    async def act(tx: Transaction) -> Reply:
        made, before = await refund(tx, doors.rulebooks, Return(caller.brand_id, purchase, wish.refund, lines))
        return replace(reply(201, refund_out(made)), replayed=before)

    return await do_once(doors.database, once, act)


@router.get("/purchases", response_model=PurchaseOut, responses=refusals("reads"), operation_id="find_purchase")
async def find(request: Request, caller: Reader, receipt: ReceiptQuery) -> Response:
    """The purchase that a receipt became."""
    async with request.app.state.doors.database.read() as tx:
        return answer(reply(200, purchase_out(await find_by_receipt(tx, caller.brand_id, receipt))))


@router.get(
    "/purchases/{purchase}", response_model=PurchaseOut, responses=refusals("reads"), operation_id="get_purchase"
)
async def get(request: Request, caller: Reader, purchase: PurchasePath) -> Response:
    """A purchase as it is."""
    async with request.app.state.doors.database.read() as tx:
        return answer(reply(200, purchase_out(await find_purchase(tx, caller.brand_id, purchase))))


@router.get(
    "/members/{member}/purchases",
    response_model=PurchasePage,
    responses=refusals("reads"),
    operation_id="list_purchases",
)
async def index(request: Request, caller: Reader, member: MemberPath, page: Page) -> Response:
    """The member's purchases, newest first."""
    before = from_cursor(page.cursor, is_position)
    async with request.app.state.doors.database.read() as tx:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        rows = await list_purchases(tx, found.id, to_position(before), page.limit + 1)
    return answer(reply(200, page_of(rows, page.limit, purchase_out, position_of)))


def receipt_of(caller: Caller, wish: NewPurchase, once: OnceKey | None) -> Receipt:
    """The receipt that a call reports. Raises `MemberReferenceInvalid` or `PhoneInvalid`."""
    member = None if wish.member is None else parse_reference(wish.member)
    return Receipt(
        caller.brand_id,
        wish.receipt,
        lines_of(wish),
        member,
        wish.programme,
        wish.place,
        moment_of(wish),
        wish.currency,
        None if wish.spend is None else Points(wish.spend),
        wish.hold,
        wish.codes,
        once,
    )


def check_of(caller: Caller, wish: NewQuote) -> Receipt:
    """The check that a call asks about. Raises `MemberReferenceInvalid` or `PhoneInvalid`."""
    member, points = parse_reference(wish.member), Points(wish.spend or 0)
    return Receipt(
        caller.brand_id,
        "",
        lines_of(wish),
        member,
        None,
        wish.place,
        moment_of(wish),
        wish.currency,
        points,
        codes=wish.codes,
    )


def moment_of(wish: Check) -> datetime | None:
    """When a sale was, in UTC; None: now."""
    return None if wish.at is None else wish.at.astimezone(UTC)


def lines_of(wish: Check) -> list[Line]:
    """The lines of a check."""
    return [
        Line(each.sku or "", each.category or "", each.quantity, each.price, each.discount, each.name)
        for each in wish.lines
    ]


def is_position(text: str) -> bool:
    """Whether a text says where a page of purchases ended: a moment in microseconds, and an id."""
    moment, _, purchase = text.partition(" ")
    return moment.isdigit() and len(moment) <= 16 and is_id("pur", purchase)


def position_of(purchase: Purchase) -> str:
    """Where a page ends."""
    return f"{(purchase.at - EPOCH) // MICROSECOND} {purchase.id}"


def to_position(text: str | None) -> tuple[datetime, str]:
    """What a page begins before."""
    if text is None:
        return NEWEST
    moment, _, purchase = text.partition(" ")
    return EPOCH + int(moment) * MICROSECOND, purchase
