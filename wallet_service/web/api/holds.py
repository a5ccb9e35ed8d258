"""Holds over REST: a till sets points aside before payment, then captures or releases them."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import Field

from wallet_service.amounts import Points
from wallet_service.database.seam import Transaction
from wallet_service.loyalty.ledger.balances import Posting
from wallet_service.loyalty.ledger.hold_list import list_holds
from wallet_service.loyalty.ledger.holds import State, capture_hold, find_hold, open_hold, release_hold
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.people.members import find_member
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.document import refusals
from wallet_service.web.api.entries import is_entry_id
from wallet_service.web.api.ledger_answers import HoldOut, HoldPage
from wallet_service.web.api.members import MemberPath
from wallet_service.web.api.models import NewCapture, NewHold
from wallet_service.web.callers import Reader, Spender
from wallet_service.web.idempotency import Once, answer, do_once
from wallet_service.web.paging import PageWish, from_cursor, page_of
from wallet_service.web.render import hold_out, render_hold, reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1", tags=["holds"], route_class=StrictRoute)

HoldPath = Annotated[str, Path(max_length=64, description="`hold_…`")]


@router.post(
    "/members/{member}/holds",
    status_code=201,
    response_model=HoldOut,
    responses=refusals("writes"),
    operation_id="open_hold",
)
async def create(request: Request, caller: Spender, member: MemberPath, wish: NewHold, once: Once) -> Response:
    """Set points aside: they leave the balance at once, and come back if nobody captures them in time."""
    posting = Posting(
        caller.brand_id,
        parse_reference(member),
        amount=Points(-wish.amount),
        reason=wish.reason,
        reference=wish.reference,
    )

    async def act(tx: Transaction) -> Reply:
        return render_hold(201, await open_hold(tx, posting, timedelta(seconds=wish.expires_in)))

    return await do_once(request.app.state.doors.database, once, act)


class HoldsWish(PageWish):
    """Which part of which list."""

    state: State | None = Field(None, strict=False, description="only those in this state; left out: all")


@router.get("/members/{member}/holds", response_model=HoldPage, responses=refusals("reads"), operation_id="list_holds")
async def index(request: Request, caller: Reader, member: MemberPath, wish: Annotated[HoldsWish, Query()]) -> Response:
    """The member's holds, newest first."""
    before = from_cursor(wish.cursor, is_entry_id)
    async with request.app.state.doors.database.read() as tx:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        holds = await list_holds(tx, found, wish.state, int(before) if before else None, wish.limit + 1)
    return answer(reply(200, page_of(holds, wish.limit, hold_out, lambda hold: str(hold.taken.id))))


@router.get("/holds/{hold}", response_model=HoldOut, responses=refusals("reads"), operation_id="get_hold")
async def get(request: Request, caller: Spender, hold: HoldPath) -> Response:
    """A hold as it is."""
    async with request.app.state.doors.database.read() as tx:
        return answer(render_hold(200, await find_hold(tx, caller.brand_id, hold)))


@router.post("/holds/{hold}/capture", response_model=HoldOut, responses=refusals("writes"), operation_id="capture_hold")
async def capture(request: Request, caller: Spender, hold: HoldPath, wish: NewCapture, once: Once) -> Response:
    """Keep the points, or some of them: the others go back to the lots they came from."""
    amount = None if wish.amount is None else Points(wish.amount)

    async def act(tx: Transaction) -> Reply:
        return render_hold(200, await capture_hold(tx, caller.brand_id, hold, amount))

    return await do_once(request.app.state.doors.database, once, act)


@router.post("/holds/{hold}/release", response_model=HoldOut, responses=refusals("writes"), operation_id="release_hold")
async def release(request: Request, caller: Spender, hold: HoldPath, once: Once) -> Response:
    """Give the points back to the lots they came from; those of lots that have expired meanwhile lapse."""

    async def act(tx: Transaction) -> Reply:
        return render_hold(200, await release_hold(tx, caller.brand_id, hold))

    return await do_once(request.app.state.doors.database, once, act)
