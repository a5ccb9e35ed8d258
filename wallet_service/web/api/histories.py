"""A member's whole history over REST: read as one list, taken away as one zip, or forgotten."""

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from wallet_service.database.seam import Transaction
from wallet_service.loyalty.found import MemberGone
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.people.erase import erase_member
from wallet_service.loyalty.people.export import gather, write_zip
from wallet_service.loyalty.people.members import find_member
from wallet_service.loyalty.people.moments import Place, is_place
from wallet_service.loyalty.people.timeline import list_timeline
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.document import refusals
from wallet_service.web.api.member_answers import ErasedOut, TimelinePage
from wallet_service.web.api.members import MemberPath
from wallet_service.web.callers import Enroller, Reader
from wallet_service.web.idempotency import Once, answer, do_once
from wallet_service.web.paging import Page, from_cursor, page_of
from wallet_service.web.render import refusal_reply, reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/members/{member}", tags=["members"], route_class=StrictRoute)

ZIP = "application/zip"


class ZipResponse(StreamingResponse):
    """A zip, as the document describes it."""

    media_type = ZIP


@router.get("/timeline", response_model=TimelinePage, responses=refusals("reads"), operation_id="get_timeline")
async def timeline(request: Request, caller: Reader, member: MemberPath, page: Page) -> Response:
    """Everything that happened to a member, newest first: points, purchases, cards, consents, changes of data."""
    cursor = from_cursor(page.cursor, is_place)
    after = Place.read(cursor) if cursor else Place()
    async with request.app.state.doors.database.read() as tx:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        moments = await list_timeline(tx, found, after, page.limit + 1)
    following = str(after.after(moments[: page.limit]))
    return answer(reply(200, page_of(moments, page.limit, lambda moment: moment, lambda _: following)))


@router.post("/erase", response_model=ErasedOut, responses=refusals("writes"), operation_id="erase_member")
async def erase(request: Request, caller: Enroller, member: MemberPath, once: Once) -> Response:
    """Take everything away that says who a member is, for ever. Their cards are withdrawn, what is in the books stays.

    From then on they cannot be found by anything but `mem_…`, which is answered by 410.
    """

    async def act(tx: Transaction) -> Reply:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        await erase_member(tx, found, refusal_reply(MemberGone()))
        return reply(200, {"member": found.id, "erased_at": tx.now})

    return await do_once(request.app.state.doors.database, once, act)


@router.get(
    "/export",
    response_class=ZipResponse,
    responses=refusals("reads") | {200: {"description": "a zip file", "content": {ZIP: {}}}},
    operation_id="export_member",
)
async def export(request: Request, caller: Reader, member: MemberPath) -> Response:
    """Everything that is kept of a member, as a zip of JSON files with a README."""
    database = request.app.state.doors.database
    async with database.read() as tx:
        papers = await gather(tx, caller.brand_id, parse_reference(member))
    headers = {
        "Content-Disposition": f'attachment; filename="{papers.members[0].id}.zip"',
        "Cache-Control": "private, no-store",
    }
    return ZipResponse(write_zip(database, papers), headers=headers)
