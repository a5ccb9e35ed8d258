"""What else is known of members, over REST: contacts, attributes, where they came from."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from wallet_service.database.seam import Transaction
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.people.contacts import contact, keep_attributes, keep_contacts, list_contacts
from wallet_service.loyalty.people.members import find_member
from wallet_service.loyalty.people.sources import source_of
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.answers import MemberOut
from wallet_service.web.api.document import refusals
from wallet_service.web.api.member_answers import ContactList, Origin
from wallet_service.web.api.member_models import NewAttributes, NewContacts
from wallet_service.web.api.members import MemberPath
from wallet_service.web.callers import Enroller, Reader
from wallet_service.web.idempotency import Once, answer, do_once
from wallet_service.web.render import member_out, personal, reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/members/{member}", tags=["members"], route_class=StrictRoute)


@router.put("/attributes", response_model=MemberOut, responses=refusals("writes"), operation_id="set_attributes")
async def put_attributes(
    request: Request, caller: Enroller, member: MemberPath, wish: NewAttributes, once: Once
) -> Response:
    """Let these be all attributes of a member; those that are left out are gone."""

    async def act(tx: Transaction) -> Reply:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        return personal(200, found.id, member_out(await keep_attributes(tx, found, wish.attributes)))

    return await do_once(request.app.state.doors.database, once, act)


@router.put("/contacts", response_model=ContactList, responses=refusals("writes"), operation_id="set_contacts")
async def put_contacts(
    request: Request, caller: Enroller, member: MemberPath, wish: NewContacts, once: Once
) -> Response:
    """Let these be all contacts of a member beside `phone` and `email`; those that are left out are gone."""

    async def act(tx: Transaction) -> Reply:
        contacts = [contact(each.kind, each.value, each.verified_at) for each in wish.contacts]
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        return personal(200, found.id, {"items": await keep_contacts(tx, found, contacts)})

    return await do_once(request.app.state.doors.database, once, act)


@router.get("/contacts", response_model=ContactList, responses=refusals("reads"), operation_id="list_contacts")
async def get_contacts(request: Request, caller: Reader, member: MemberPath) -> Response:
    """A member's contacts beside `phone` and `email`."""
    async with request.app.state.doors.database.read() as tx:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        return answer(reply(200, {"items": await list_contacts(tx, found.id)}))


@router.get("/source", response_model=Origin, responses=refusals("reads"), operation_id="get_source")
async def get_source(request: Request, caller: Reader, member: MemberPath) -> Response:
    """Where a member came from, as it was told when they were enrolled."""
    async with request.app.state.doors.database.read() as tx:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        source = await source_of(tx, found.id)
    return answer(reply(200, {"source": source, "referred_by": found.referred_by}))
