"""The till's calls: one request changes a balance. And the ledger, read back.

What the till calls is described here to the framework, and called by `web/till.py` without it.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from wallet_service.amounts import Points
from wallet_service.loyalty.keys import Caller, Scope
from wallet_service.loyalty.ledger.balances import Posting
from wallet_service.loyalty.ledger.entry_list import list_entries
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.people.members import find_member
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.document import refusals
from wallet_service.web.api.ledger_answers import EntryOut, EntryPage
from wallet_service.web.api.members import MemberPath
from wallet_service.web.api.models import NewBalance, NewEntry
from wallet_service.web.callers import KnownCaller, Reader, require
from wallet_service.web.doors import Doors
from wallet_service.web.idempotency import Once, answer
from wallet_service.web.paging import Page, from_cursor, page_of
from wallet_service.web.render import entry_out, reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/members/{member}", tags=["points"], route_class=StrictRoute)


async def doors_of(request: Request) -> Doors:
    """The doors that this request came through."""
    doors: Doors = request.app.state.doors
    return doors


Here = Annotated[Doors, Depends(doors_of)]


def require_for(caller: Caller, amount: int) -> None:
    """Earning and spending are scopes of their own."""
    require(caller, Scope.EARN if amount > 0 else Scope.SPEND)


@router.post(
    "/entries", status_code=201, response_model=EntryOut, responses=refusals("writes"), operation_id="post_entry"
)
async def post(doors: Here, caller: KnownCaller, member: MemberPath, wish: NewEntry, once: Once) -> Reply:
    """Add or take points. With an `Idempotency-Key`, a repeated request has no second effect."""
    require_for(caller, wish.amount)
    posting = Posting(
        caller.brand_id,
        parse_reference(member),
        amount=Points(wish.amount),
        reason=wish.reason,
        reference=wish.reference,
        once=once,
        expires_at=wish.expires_at,
        activates_at=wish.activates_at,
    )
    return await doors.writes.postings.submit(posting)


@router.put(
    "/balance", status_code=201, response_model=EntryOut, responses=refusals("writes"), operation_id="set_balance"
)
async def put(doors: Here, caller: KnownCaller, member: MemberPath, wish: NewBalance, once: Once) -> Reply:
    """Set the balance: the entry that makes the difference is written (of 0, if there is none)."""
    require(caller, Scope.EARN)
    require(caller, Scope.SPEND)
    posting = Posting(
        caller.brand_id,
        parse_reference(member),
        target=Points(wish.balance),
        reason=wish.reason,
        reference=wish.reference,
        once=once,
    )
    return await doors.writes.postings.submit(posting)


@router.get("/entries", response_model=EntryPage, responses=refusals("reads"), operation_id="list_entries")
async def index(request: Request, caller: Reader, member: MemberPath, page: Page) -> Response:
    """The member's ledger, newest first."""
    before = from_cursor(page.cursor, is_entry_id)
    async with request.app.state.doors.database.read() as tx:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        entries = await list_entries(tx, found, int(before) if before else None, page.limit + 1)
    return answer(reply(200, page_of(entries, page.limit, entry_out, lambda entry: str(entry.id))))


def is_entry_id(text: str) -> bool:
    """Whether a text can be the number of an entry, or of the lot that it granted."""
    return text.isdigit() and len(text) <= 18
