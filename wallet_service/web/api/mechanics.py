"""A brand's mechanics over REST: how each stands, and one that failed let loose again."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from wallet_service.database.seam import Transaction
from wallet_service.loyalty.awards.mechanic_states import MechanicState, list_mechanics, resume_mechanic
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.web.api.document import refusals
from wallet_service.web.api.rules import named_programme
from wallet_service.web.callers import Reader, Ruler
from wallet_service.web.doors import Doors
from wallet_service.web.idempotency import Once, answer, do_once
from wallet_service.web.render import reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/mechanics", tags=["rules"], route_class=StrictRoute)

NamePath = Annotated[str, Path(max_length=40, description="the mechanic's name", examples=["welcome"])]
ProgrammeWish = Annotated[
    str | None, Query(max_length=64, description="`prog_…`; left out: all programmes of the brand")
]


class MechanicOut(BaseModel):
    """A mechanic of the rules in force."""

    programme: str
    name: str = Field(examples=["welcome"])
    title: dict[str, str] = Field(description="by language")
    on: Trigger = Field(description="what sets it off")
    stage: str = Field(description="of a member's life with the brand; empty: not said")
    active: bool = Field(description="false: the rules have it switched off")
    budget: int | None = Field(description="points it may give to all members together; null: as many as it likes")
    given: int | None = Field(description="points given out of the budget; null: it has none")
    parked_at: datetime | None = Field(description="it failed then, and has given nothing since; null: it works")
    parked_why: str | None


class MechanicList(BaseModel):
    """Mechanics, in the order of their programme files."""

    items: list[MechanicOut]


@router.get("", response_model=MechanicList, responses=refusals("reads"), operation_id="list_mechanics")
async def index(request: Request, caller: Reader, programme: ProgrammeWish = None) -> Response:
    """The mechanics in force, and which of them are parked because they failed."""
    doors: Doors = request.app.state.doors
    async with doors.database.read() as tx:
        if programme is not None:
            await named_programme(tx, caller.brand_id, programme)
        found = await list_mechanics(tx, doors.rulebooks, caller.brand_id, programme)
    return answer(reply(200, {"items": [mechanic_out(each) for each in found]}))


@router.post(
    "/{name}/resume", response_model=MechanicList, responses=refusals("writes"), operation_id="resume_mechanic"
)
async def resume(
    request: Request, caller: Ruler, name: NamePath, once: Once, programme: ProgrammeWish = None
) -> Response:
    """Let a parked mechanic give again. What it would have given meanwhile is not made up for."""
    doors: Doors = request.app.state.doors

    async def act(tx: Transaction) -> Reply:
        if programme is not None:
            await named_programme(tx, caller.brand_id, programme)
        found = await resume_mechanic(tx, doors.rulebooks, caller.brand_id, name, programme)
        return reply(200, {"items": [mechanic_out(each) for each in found]})

    return await do_once(doors.database, once, act)


def mechanic_out(state: MechanicState) -> dict[str, Any]:
    """A mechanic as it goes out."""
    mechanic = state.mechanic
    return {
        "programme": state.programme_id,
        "name": mechanic.name,
        "title": dict(mechanic.title),
        "on": mechanic.trigger,
        "stage": mechanic.stage,
        "active": mechanic.active,
        "budget": mechanic.limits.budget,
        "given": state.given,
        "parked_at": state.parked_at,
        "parked_why": state.parked_why,
    }
