"""Members over REST: enrol, find, list, change."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from wallet_service.database.seam import Transaction
from wallet_service.loyalty.brands import find_programme
from wallet_service.loyalty.members import change_member, enrol_member, find_member, list_members
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.models import MemberChange, MemberOut, MemberPage, NewMember, Problem
from wallet_service.web.callers import Enroller, Reader
from wallet_service.web.idempotency import Once, answer, do_once
from wallet_service.web.paging import MOST, from_cursor, to_cursor
from wallet_service.web.render import member_out, reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/members", tags=["members"], route_class=StrictRoute)

MemberPath = Annotated[
    str,
    Path(max_length=120, description="`mem_…`, `card_…` (as scanned), `external:YOUR-ID` or `phone:+NUMBER`"),
]
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem} for status in (400, 401, 403, 404, 409, 413, 422, 503)
}


@router.post("", status_code=201, response_model=MemberOut, responses=REFUSALS, operation_id="enrol_member")
async def enrol(request: Request, caller: Enroller, wishes: NewMember, once: Once) -> Response:
    """Enrol a member with a balance of 0."""

    async def act(tx: Transaction) -> Reply:
        programme = await find_programme(tx, caller.brand_id, wishes.programme)
        member = await enrol_member(tx, programme, wishes.model_dump(exclude={"programme"}))
        return reply(201, member_out(member))

    return await do_once(request.app.state.doors.database, once, act)


@router.get("", response_model=MemberPage, responses=REFUSALS, operation_id="list_members")
async def index(
    request: Request,
    caller: Reader,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 100,
) -> Response:
    """Members in the order they joined."""
    async with request.app.state.doors.database.read() as tx:
        found = await list_members(tx, caller.brand_id, from_cursor(cursor) if cursor else None, limit + 1)
    following = to_cursor(found[limit - 1].id) if len(found) > limit else None
    return answer(reply(200, {"items": [member_out(member) for member in found[:limit]], "next": following}))


@router.get("/{member}", response_model=MemberOut, responses=REFUSALS, operation_id="get_member")
async def get(request: Request, caller: Reader, member: MemberPath) -> Response:
    """One member."""
    async with request.app.state.doors.database.read() as tx:
        return answer(reply(200, member_out(await find_member(tx, caller.brand_id, parse_reference(member)))))


@router.patch("/{member}", response_model=MemberOut, responses=REFUSALS, operation_id="change_member")
async def change(request: Request, caller: Enroller, member: MemberPath, wishes: MemberChange, once: Once) -> Response:
    """Change some of a member's data; the card follows where it shows them."""

    async def act(tx: Transaction) -> Reply:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        return reply(200, member_out(await change_member(tx, found, wishes.model_dump(exclude_unset=True))))

    return await do_once(request.app.state.doors.database, once, act)
