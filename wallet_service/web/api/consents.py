"""Consents over REST: what a member agreed to, word by word."""

from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from wallet_service.database.seam import Transaction
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.people.consent import Consent
from wallet_service.loyalty.people.consents import list_consents, note_consents, present_consents
from wallet_service.loyalty.people.members import find_member
from wallet_service.loyalty.references import parse_reference
from wallet_service.web.api.document import refusals
from wallet_service.web.api.member_answers import ConsentList, ConsentPage
from wallet_service.web.api.member_models import NewConsent, NewConsents
from wallet_service.web.api.members import MemberPath
from wallet_service.web.callers import Enroller, Reader
from wallet_service.web.idempotency import Once, answer, do_once
from wallet_service.web.paging import Page, from_cursor, page_of
from wallet_service.web.render import personal, reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/members/{member}/consents", tags=["members"], route_class=StrictRoute)


@router.put("", response_model=ConsentList, responses=refusals("writes"), operation_id="note_consents")
async def put(request: Request, caller: Enroller, member: MemberPath, wish: NewConsents, once: Once) -> Response:
    """Note what a member agreed to, refused or withdrew. Every word is kept; answered is how all of them stand."""

    async def act(tx: Transaction) -> Reply:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        said = [consent(each, tx.now) for each in wish.consents]
        return personal(200, found.id, {"items": await note_consents(tx, found, said)})

    return await do_once(request.app.state.doors.database, once, act)


def consent(wish: NewConsent, now: datetime) -> Consent:
    """The word of a member that was sent; without a moment of its own, it was said now."""
    return Consent(**wish.model_dump() | {"at": wish.at or now})


@router.get("", response_model=ConsentList, responses=refusals("reads"), operation_id="get_consents")
async def get(request: Request, caller: Reader, member: MemberPath) -> Response:
    """How a member's consents stand: the newest word for each channel and purpose."""
    async with request.app.state.doors.database.read() as tx:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        return answer(reply(200, {"items": await present_consents(tx, found)}))


@router.get("/history", response_model=ConsentPage, responses=refusals("reads"), operation_id="list_consents")
async def history(request: Request, caller: Reader, member: MemberPath, page: Page) -> Response:
    """Every word that a member gave, newest first."""
    before = from_cursor(page.cursor, lambda text: text.isdigit() and len(text) <= 18)
    async with request.app.state.doors.database.read() as tx:
        found = await find_member(tx, caller.brand_id, parse_reference(member))
        words = await list_consents(tx, found, int(before) if before else None, page.limit + 1)
    return answer(reply(200, page_of(words, page.limit, lambda word: word[1], lambda word: str(word[0]))))
