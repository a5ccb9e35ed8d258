"""Addresses of a brand's own app over REST: shown by the app at each start, dropped when somebody signs out."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response

from wallet_service.loyalty.people.addresses import AppKind, drop_address, keep_address, list_addresses
from wallet_service.loyalty.people.members import find_member
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.answers import AddressList
from wallet_service.web.api.document import refusals
from wallet_service.web.api.members import MemberPath
from wallet_service.web.callers import Enroller, Reader
from wallet_service.web.idempotency import answer
from wallet_service.web.render import address_out, reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/members/{member}/addresses", tags=["addresses"], route_class=StrictRoute)

KindPath = Annotated[
    AppKind,
    Path(description="`fid`: a Firebase installation id; `token`: a registration token of old", examples=["fid"]),
]
AddressPath = Annotated[
    str,
    Path(pattern=r"^[A-Za-z0-9_:-]{1,1024}$", description="as Firebase gave it", examples=["cGVrdWxhLW9mLWFubmEtMQ"]),
]

ONE = "/{kind}/{address}"


@router.put(ONE, status_code=204, response_class=Response, responses=refusals("reads"), operation_id="keep_address")
async def keep(request: Request, caller: Enroller, member: MemberPath, kind: KindPath, address: AddressPath) -> None:
    """Let pushes reach the app at this address. Send it at each start of the app: it is then known to be alive.

    An address that another member had moves to this one; beyond the most that a member may have, the one not seen for
    the longest time makes room.
    """
    async with request.app.state.doors.database.begin() as tx:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        await keep_address(tx, found, kind, address)


@router.delete(ONE, status_code=204, response_class=Response, responses=refusals("reads"), operation_id="drop_address")
async def drop(request: Request, caller: Enroller, member: MemberPath, kind: KindPath, address: AddressPath) -> None:
    """Send this address nothing more, because the member has signed out. One that is not theirs is left alone."""
    async with request.app.state.doors.database.begin() as tx:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        await drop_address(tx, found, kind, address)


@router.get("", response_model=AddressList, responses=refusals("reads"), operation_id="list_addresses")
async def index(request: Request, caller: Reader, member: MemberPath) -> Response:
    """Where pushes to the brand's own app find this member."""
    async with request.app.state.doors.database.read() as tx:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        addresses = await list_addresses(tx, found)
    return answer(reply(200, {"items": [address_out(each) for each in addresses]}))
