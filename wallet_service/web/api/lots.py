"""A member's lots over REST: which points were granted together, what is left of them, and until when."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import Field

from wallet_service.loyalty.ledger.lot_list import LotState, expiring_of, list_lots
from wallet_service.loyalty.people.members import find_member
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.document import refusals
from wallet_service.web.api.entries import is_entry_id
from wallet_service.web.api.ledger_answers import LotPage
from wallet_service.web.api.members import MemberPath
from wallet_service.web.callers import Reader
from wallet_service.web.idempotency import answer
from wallet_service.web.paging import PageWish, from_cursor, page_of
from wallet_service.web.render import expiring_out, lot_out, reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/members/{member}/lots", tags=["points"], route_class=StrictRoute)


class LotsWish(PageWish):
    """Which part of which list."""

    state: LotState = Field(
        LotState.OPEN,
        strict=False,
        description="`open`: what the balance consists of; `pending`: promised; `closed`: nothing is left",
    )


@router.get("", response_model=LotPage, responses=refusals("reads"), operation_id="list_lots")
async def index(request: Request, caller: Reader, member: MemberPath, wish: Annotated[LotsWish, Query()]) -> Response:
    """The member's lots, newest first. Spending takes from the one that expires first."""
    before = from_cursor(wish.cursor, is_entry_id)
    async with request.app.state.doors.database.read() as tx:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        lots = await list_lots(tx, found, wish.state, int(before) if before else None, wish.limit + 1)
        expiring = await expiring_of(tx, found.id, found.time_zone)
    page = page_of(lots, wish.limit, lot_out, lambda lot: str(lot.id))
    return answer(reply(200, page | {"expiring": expiring_out(expiring) if expiring else None}))
