"""Why an entry is there, over REST: for the member who asks, in a language of theirs."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from wallet_service.loyalty.awards.explaining import explain_entry
from wallet_service.loyalty.people.members import find_member
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.document import refusals
from wallet_service.web.api.members import MemberPath
from wallet_service.web.callers import Reader
from wallet_service.web.idempotency import answer
from wallet_service.web.render import reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/members/{member}/entries/{entry}", tags=["points"], route_class=StrictRoute)

EntryPath = Annotated[
    str, Path(pattern=r"^[1-9][0-9]{0,17}$", description="the `id` of the entry to explain", examples=["4711"])
]
Language = Annotated[str | None, Query(max_length=64, description="BCP 47; else the member's own", examples=["en"])]


class WhyOut(BaseModel):
    """Why an entry is there."""

    entry: int
    why: str = Field(description="in sentences, for the member", examples=["+300 to welcome you."])


@router.get("/why", response_model=WhyOut, responses=refusals("reads"), operation_id="explain_entry")
async def get(
    request: Request, caller: Reader, member: MemberPath, entry: EntryPath, language: Language = None
) -> Response:
    """Why this entry is there: in the words of the mechanic that gave its points, by the rules of that time, or in ours.

    A mechanic speaks the languages of its `why`, and the first of them to everybody else; we speak English, German and
    Russian.
    """
    doors = request.app.state.doors
    async with doors.database.read() as tx:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        why = await explain_entry(tx, doors.rulebooks, found, int(entry), language)
    return answer(reply(200, {"entry": int(entry), "why": why}))
