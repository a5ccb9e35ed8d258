"""Merges over REST: two members turn out to be one person; or did not, and the merge is undone."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from wallet_service.database.seam import Transaction
from wallet_service.ids import is_id
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.people.members import find_member
from wallet_service.loyalty.references import parse_reference
from wallet_service.loyalty.unions.merges import Merge, list_merges, merge_members, undo_merge
from wallet_service.web.api.document import refusals
from wallet_service.web.api.members import MemberPath
from wallet_service.web.api.merges_models import MergeOut, MergePage, NewMerge
from wallet_service.web.callers import Enroller, Reader
from wallet_service.web.idempotency import Once, answer, do_once
from wallet_service.web.paging import Page, from_cursor, page_of
from wallet_service.web.render import reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1", tags=["members"], route_class=StrictRoute)

MergePath = Annotated[str, Path(max_length=64, description="`mrg_…`")]


@router.post(
    "/members/{member}/merge",
    status_code=201,
    response_model=MergeOut,
    responses=refusals("writes"),
    operation_id="merge_members",
)
async def create(request: Request, caller: Enroller, member: MemberPath, wish: NewMerge, once: Once) -> Response:
    """Merge another member into this one: its points come over, and all references to it lead here from then on.

    Each of its lots comes as one with the same end; what was promised stays promised, and a debt is taken over. Its card
    is void for as long as the merge stands. Points that a till holds are captured or released first.
    """

    async def act(tx: Transaction) -> Reply:
        survivor, absorbed = parse_reference(member), parse_reference(wish.absorbed)
        return reply(201, merge_out(await merge_members(tx, doors.rulebooks, caller.brand_id, survivor, absorbed)))

    doors = request.app.state.doors
    return await do_once(doors.database, once, act)


@router.post("/merges/{merge}/undo", response_model=MergeOut, responses=refusals("writes"), operation_id="undo_merge")
async def undo(request: Request, caller: Enroller, merge: MergePath, once: Once) -> Response:
    """Undo a merge: what is still there of the points goes back; what was spent meanwhile, the survivor has spent."""

    async def act(tx: Transaction) -> Reply:
        return reply(200, merge_out(await undo_merge(tx, doors.rulebooks, caller.brand_id, merge)))

    doors = request.app.state.doors
    return await do_once(doors.database, once, act)


@router.get(
    "/members/{member}/merges", response_model=MergePage, responses=refusals("reads"), operation_id="list_merges"
)
async def index(request: Request, caller: Reader, member: MemberPath, page: Page) -> Response:
    """Who became this member, newest first; undone merges too."""
    before = from_cursor(page.cursor, partial(is_id, "mrg"))
    async with request.app.state.doors.database.read() as tx:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        merges = await list_merges(tx, found, before, page.limit + 1)
    return answer(reply(200, page_of(merges, page.limit, merge_out, lambda merge: merge.id)))


def merge_out(merge: Merge) -> dict[str, Any]:
    """A merge."""
    return {
        "id": merge.id,
        "survivor": merge.survivor_id,
        "absorbed": merge.absorbed_id,
        "points": merge.points,
        "promised": merge.promised,
        "merged_at": merge.merged_at,
        "returned": merge.returned,
        "undone_at": merge.undone_at,
    }
