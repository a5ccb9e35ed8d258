"""Members over REST: enrol, find, list, change."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from wallet_service.database.seam import Transaction
from wallet_service.ids import is_id
from wallet_service.loyalty.brands import find_programme
from wallet_service.loyalty.keys import Scope
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.people.members import change_member, enrol_member, find_member, list_members
from wallet_service.loyalty.people.sources import Source
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.answers import MemberOut, MemberPage
from wallet_service.web.api.document import refusals
from wallet_service.web.api.member_models import MemberChange, NewMember
from wallet_service.web.api.models import MemberText
from wallet_service.web.callers import Enroller, Reader
from wallet_service.web.idempotency import Once, answer, do_once
from wallet_service.web.paging import Page, from_cursor, page_of
from wallet_service.web.render import member_out, personal, reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/members", tags=["members"], route_class=StrictRoute)

MemberPath = Annotated[
    MemberText,
    Path(
        description="`mem_…`, `card_…` (as scanned), `external:YOUR-ID` or `phone:+NUMBER`", examples=["external:BH-1"]
    ),
]


@router.post("", status_code=201, response_model=MemberOut, responses=refusals("writes"), operation_id="enrol_member")
async def enrol(request: Request, caller: Enroller, wishes: NewMember, once: Once) -> Response:
    """Enrol a member with a balance of 0."""

    async def act(tx: Transaction) -> Reply:
        programme = await find_programme(tx, caller.brand_id, wishes.programme)
        given = wishes.model_dump(exclude={"programme", "source", "referred_by"})
        source = Source(**wishes.source.model_dump()) if wishes.source else None
        member = await enrol_member(tx, programme, given, source, wishes.referred_by)
        return personal(201, member.id, member_out(member))

    return await do_once(request.app.state.doors.database, once, act)


@router.get("", response_model=MemberPage, responses=refusals("reads"), operation_id="list_members")
async def index(request: Request, caller: Reader, page: Page) -> Response:
    """Members in the order they joined."""
    after = from_cursor(page.cursor, partial(is_id, "mem"))
    async with request.app.state.doors.database.read() as tx:
        found = await list_members(tx, caller.brand_id, after, page.limit + 1)
    return answer(reply(200, page_of(found, page.limit, member_out, lambda member: member.id)))


@router.get("/{member}", response_model=MemberOut, responses=refusals("reads"), operation_id="get_member")
async def get(request: Request, caller: Reader, member: MemberPath) -> Response:
    """One member."""
    async with request.app.state.doors.database.read() as tx:
        return answer(reply(200, member_out(await find_member(tx, caller.brand_id, parse_reference(member)))))


@router.patch("/{member}", response_model=MemberOut, responses=refusals("writes"), operation_id="change_member")
async def change(request: Request, caller: Enroller, member: MemberPath, wishes: MemberChange, once: Once) -> Response:
    """Change some of a member's data; the card follows where it shows them."""

    async def act(tx: Transaction) -> Reply:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        given = wishes.model_dump(exclude_unset=True)
        changed = await change_member(tx, found, given, trusted=Scope.EARN in caller.scopes)
        return personal(200, changed.id, member_out(changed))

    return await do_once(request.app.state.doors.database, once, act)
