"""The till's call: one request changes a balance. And the ledger, read back."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from wallet_service.amounts import Points
from wallet_service.loyalty.balances import Posting
from wallet_service.loyalty.keys import Caller, Scope
from wallet_service.loyalty.members import find_member, list_entries
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.members import REFUSALS, MemberPath
from wallet_service.web.api.models import EntryOut, EntryPage, NewBalance, NewEntry
from wallet_service.web.callers import KnownCaller, Reader, require
from wallet_service.web.idempotency import Once, answer
from wallet_service.web.paging import MOST, CursorInvalid, from_cursor, to_cursor
from wallet_service.web.render import entry_out, reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/members/{member}", tags=["points"], route_class=StrictRoute)


def require_for(caller: Caller, amount: int) -> None:
    """Earning and spending are scopes of their own."""
    require(caller, Scope.EARN if amount > 0 else Scope.SPEND)


@router.post("/entries", status_code=201, response_model=EntryOut, responses=REFUSALS, operation_id="post_entry")
async def post(request: Request, caller: KnownCaller, member: MemberPath, wish: NewEntry, once: Once) -> Response:
    """Add or take points. With an `Idempotency-Key`, a repeated request has no second effect."""
    require_for(caller, wish.amount)
    posting = Posting(
        caller.brand_id,
        parse_reference(member),
        amount=Points(wish.amount),
        reason=wish.reason,
        reference=wish.reference,
        once=once,
    )
    return answer(await request.app.state.doors.writes.postings.submit(posting))


@router.put("/balance", status_code=201, response_model=EntryOut, responses=REFUSALS, operation_id="set_balance")
async def put(request: Request, caller: KnownCaller, member: MemberPath, wish: NewBalance, once: Once) -> Response:
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
    return answer(await request.app.state.doors.writes.postings.submit(posting))


@router.get("/entries", response_model=EntryPage, responses=REFUSALS, operation_id="list_entries")
async def index(
    request: Request,
    caller: Reader,
    member: MemberPath,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> Response:
    """The member's ledger, newest first."""
    before = _entry_id(cursor) if cursor else None
    async with request.app.state.doors.database.read() as tx:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        entries = await list_entries(tx, found, before, limit + 1)
    following = to_cursor(str(entries[limit - 1].id)) if len(entries) > limit else None
    return answer(reply(200, {"items": [entry_out(entry) for entry in entries[:limit]], "next": following}))


def _entry_id(cursor: str) -> int:
    position = from_cursor(cursor)
    if not position.isdigit() or len(position) > 18:
        raise CursorInvalid("This is the cursor of another list.")
    return int(position)
