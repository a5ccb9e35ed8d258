"""Visits, events and memberships over REST, and how a member stands."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from wallet_service.database.seam import Transaction
from wallet_service.loyalty.awards.happenings import Outcome, Report, buy_membership, report
from wallet_service.loyalty.awards.standings import StandingNow, standing_of
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.references import parse_reference
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.web.api.document import refusals
from wallet_service.web.api.happenings_models import (
    HappeningOut,
    NewEvent,
    NewMembership,
    NewVisit,
    StandingOut,
)
from wallet_service.web.api.members import MemberPath
from wallet_service.web.callers import Earner, Reader
from wallet_service.web.doors import Doors
from wallet_service.web.idempotency import Once, answer, do_once
from wallet_service.web.render import reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/members/{member}", tags=["standing"], route_class=StrictRoute)


@router.post(
    "/visits", status_code=201, response_model=HappeningOut, responses=refusals("writes"), operation_id="report_visit"
)
async def visit(request: Request, caller: Earner, member: MemberPath, wish: NewVisit, once: Once) -> Response:
    """Tell of a visit: mechanics and tiers count it."""
    told = Report(caller.brand_id, parse_reference(member), Trigger.VISIT, wish.visit, at=wish.at, place=wish.place)
    return await _report(request, told, once)


@router.post(
    "/events", status_code=201, response_model=HappeningOut, responses=refusals("writes"), operation_id="report_event"
)
async def event(request: Request, caller: Earner, member: MemberPath, wish: NewEvent, once: Once) -> Response:
    """Tell of anything else that mechanics wait for: an app was rated, a cart was left, a segment was entered."""
    told = Report(
        caller.brand_id,
        parse_reference(member),
        Trigger(wish.kind),
        f"{wish.name} {wish.event}",
        wish.name,
        wish.at,
        wish.place,
    )
    return await _report(request, told, once)


async def _report(request: Request, told: Report, once: Once) -> Response:
    doors: Doors = request.app.state.doors

    async def act(tx: Transaction) -> Reply:
        return reply(201, happening_out(await report(tx, doors.rulebooks, told)))

    return await do_once(doors.database, once, act)


@router.post(
    "/memberships",
    status_code=201,
    response_model=HappeningOut,
    responses=refusals("writes"),
    operation_id="buy_membership",
)
async def membership(request: Request, caller: Earner, member: MemberPath, wish: NewMembership, once: Once) -> Response:
    """Let a member have a tier that was paid for: from today, or from the end of the term that is running."""
    doors: Doors = request.app.state.doors
    who = parse_reference(member)

    async def act(tx: Transaction) -> Reply:
        bought = await buy_membership(tx, doors.rulebooks, caller.brand_id, who, wish.tier, wish.sale)
        return reply(201, happening_out(bought))

    return await do_once(doors.database, once, act)


@router.get("/standing", response_model=StandingOut, responses=refusals("reads"), operation_id="get_standing")
async def standing(request: Request, caller: Reader, member: MemberPath) -> Response:
    """The member's tier, until when it is sure, and what is missing for the next one, today."""
    doors: Doors = request.app.state.doors
    async with doors.database.read() as tx:
        found = await standing_of(tx, doors.rulebooks, caller.brand_id, parse_reference(member))
    return answer(reply(200, standing_out(found)))


def happening_out(outcome: Outcome) -> dict[str, Any]:
    """What became of something that was told, as it goes out."""
    verdict = outcome.verdict
    return {
        "member": outcome.member_id,
        "fresh": outcome.fresh,
        "earned": [{"mechanic": each.mechanic, "points": each.points, "entry": each.entry} for each in outcome.given],
        "offers": [each.offer for each in verdict.gifts],
        "tiers": list(verdict.reached),
        "tier": outcome.tier or None,
        "balance": outcome.balance,
    }


def standing_out(now: StandingNow) -> dict[str, Any]:
    """How a member stands, as it goes out."""
    held, goal, titles = now.standing, now.goal, now.titles
    tier = None
    if held.tier:
        title = titles.get(held.tier, {})
        tier = {"name": held.tier, "title": title, "since": held.tier_since, "until": held.tier_until}
    return {
        "member": now.member_id,
        "tier": tier,
        "goal": goal and {"tier": goal.tier, "title": titles[goal.tier], "measure": goal.measure, "left": goal.left},
        "purchases": held.purchases,
        "visits": held.visits,
        "spent": held.spent,
        "earned": held.points,
    }
