"""Reversals over REST: what was bought goes back, and its points with it."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from wallet_service.amounts import Points
from wallet_service.database.seam import Transaction
from wallet_service.loyalty.keys import Caller, Scope
from wallet_service.loyalty.ledger.reversals import Reversal, added, reverse
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.document import refusals
from wallet_service.web.api.ledger_answers import EntryOut
from wallet_service.web.api.members import MemberPath
from wallet_service.web.api.models import NewReversal
from wallet_service.web.callers import KnownCaller, ScopeMissing, require
from wallet_service.web.doors import Doors
from wallet_service.web.idempotency import Once, do_once
from wallet_service.web.render import entry_out, reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/members/{member}/entries/{entry}", tags=["points"], route_class=StrictRoute)

EntryPath = Annotated[
    str, Path(pattern=r"^[1-9][0-9]{0,17}$", description="the `id` of the entry to undo", examples=["4711"])
]


@router.post(
    "/reversal", status_code=201, response_model=EntryOut, responses=refusals("writes"), operation_id="reverse_entry"
)
async def post(
    request: Request, caller: KnownCaller, member: MemberPath, entry: EntryPath, wish: NewReversal, once: Once
) -> Response:
    """Undo an entry that added, took or promised points: all that is left of it, or a part.

    Points that were taken go back to the lots they came from; where such a lot has expired meanwhile, they expire at
    once. Points that were added are taken back, even if they are spent: what is missing is a debt, which the next
    points pay. What has expired of them is not taken a second time. What was promised is called off.
    """
    doors: Doors = request.app.state.doors
    undone = int(entry)
    await _require(doors, caller, undone)

    async def act(tx: Transaction) -> Reply:
        points = None if wish.amount is None else Points(wish.amount)
        who = parse_reference(member)
        wanted = Reversal(caller.brand_id, who, undone, points, wish.reason, wish.reference)
        return reply(201, entry_out(await reverse(tx, wanted)))

    return await do_once(doors.database, once, act)


async def _require(doors: Doors, caller: Caller, entry: int) -> None:
    """To undo what took points is to add some; to undo what added them, to take. Raises `ScopeMissing`."""
    if not caller.scopes & {Scope.EARN, Scope.SPEND}:
        raise ScopeMissing(f"This needs the scope 'earn' or 'spend'; the key has {sorted(caller.scopes)}.")
    async with doors.database.read() as tx:
        adds = await added(tx, caller.brand_id, entry)
    if adds is not None:
        require(caller, Scope.SPEND if adds else Scope.EARN)
