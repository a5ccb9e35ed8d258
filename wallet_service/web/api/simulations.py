"""The time machine over REST: what rules would have given for the purchases that are recorded."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from wallet_service.database.seam import Transaction
from wallet_service.loyalty.journeys.simulations import Simulation, State, ask, find_simulation, rules_to_try
from wallet_service.loyalty.once import Reply
from wallet_service.web.api.document import refusals
from wallet_service.web.api.models import Body, Moment
from wallet_service.web.api.rules import ProgrammePath, named_programme
from wallet_service.web.api.rules_models import RULES, ProgrammeRules
from wallet_service.web.callers import Ruler
from wallet_service.web.idempotency import Once, answer, do_once
from wallet_service.web.render import reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1", tags=["rules"], route_class=StrictRoute)

SimulationPath = Annotated[str, Path(max_length=64, description="`sim_…`")]


class NewSimulation(Body):
    """Rules to be tried on the past."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"rules": RULES, "since": "2026-10-01T00:00:00+02:00"}]})

    rules: ProgrammeRules = Field(description="a programme file's structure; mechanics alone are enough")
    only: bool = Field(
        False,
        description="true: as if these were all the rules; false: they join those in force, one for one of the same name",
    )
    since: Moment | None = Field(
        None, description="purchases recorded before count in windows, and are given nothing; null: from the first"
    )
    until: Moment | None = Field(None, description="purchases recorded from then on are left out; null: now")


class SimulationOut(BaseModel):
    """A simulation, done or on its way."""

    id: str = Field(examples=["sim_01k9z8w4ekf4p8q2v7r5t3y1xa"])
    programme: str
    state: State
    done: int = Field(description="purchases lived through so far")
    total: int = Field(description="of how many; 0: not counted yet")
    since: datetime | None
    until: datetime
    result: dict[str, Any] | None = Field(
        description="what it came to (money in minor units); null until it is done, and if it failed"
    )
    created_at: datetime
    finished_at: datetime | None


@router.post(
    "/programmes/{programme}/simulations",
    status_code=202,
    response_model=SimulationOut,
    responses=refusals("rationed"),
    operation_id="start_simulation",
)
async def create(
    request: Request, caller: Ruler, programme: ProgrammePath, wish: NewSimulation, once: Once
) -> Response:
    """Run rules over all recorded purchases; nothing is written but the answer, which `GET` has when it is done."""
    given = wish.rules.model_dump(exclude_unset=True)

    async def act(tx: Transaction) -> Reply:
        found = await named_programme(tx, caller.brand_id, programme)
        document = await rules_to_try(tx, found, given, only=wish.only)
        return reply(202, simulation_out(await ask(tx, found, document, wish.since, wish.until)))

    return await do_once(request.app.state.doors.database, once, act)


@router.get(
    "/simulations/{simulation}",
    response_model=SimulationOut,
    responses=refusals("reads"),
    operation_id="get_simulation",
)
async def get(request: Request, caller: Ruler, simulation: SimulationPath) -> Response:
    """A simulation as it stands, and what it came to."""
    async with request.app.state.doors.database.read() as tx:
        return answer(reply(200, simulation_out(await find_simulation(tx, caller.brand_id, simulation))))


def simulation_out(simulation: Simulation) -> dict[str, Any]:
    """A simulation as it goes out."""
    return {
        "id": simulation.id,
        "programme": simulation.programme_id,
        "state": simulation.state,
        "done": simulation.done,
        "total": simulation.total,
        "since": simulation.since,
        "until": simulation.until,
        "result": simulation.result,
        "created_at": simulation.created_at,
        "finished_at": simulation.finished_at,
    }
