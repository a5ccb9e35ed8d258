"""Reports of a programme over REST: how bonuses moved, what is owed and when it ends, what was sold."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from wallet_service.loyalty.awards.rulebooks import rules_of
from wallet_service.loyalty.journeys.reports import (
    Movement,
    Owed,
    Sold,
    owed_report,
    points_report,
    sold_report,
    together,
)
from wallet_service.loyalty.rules.rulebook import Rulebook
from wallet_service.web.api.document import refusals
from wallet_service.web.api.reports_models import OwedReportOut, PointsReportOut, SoldReportOut
from wallet_service.web.api.rules import ProgrammePath, named_programme
from wallet_service.web.callers import Reader
from wallet_service.web.doors import Doors
from wallet_service.web.idempotency import answer
from wallet_service.web.render import reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/programmes/{programme}/reports", tags=["reports"], route_class=StrictRoute)

First = Annotated[
    date, Query(alias="from", description="the first day, by the programme's calendar", examples=["2026-11-01"])
]
Last = Annotated[date, Query(alias="to", description="the last day; 400 days at most", examples=["2026-11-30"])]


@router.get("/points", response_model=PointsReportOut, responses=refusals("reads"), operation_id="report_points")
async def points(request: Request, caller: Reader, programme: ProgrammePath, first: First, last: Last) -> Response:
    """How bonuses moved, day by day: granted and why, spent, held, expired, reversed."""
    async with request.app.state.doors.database.read() as tx:
        found = await named_programme(tx, caller.brand_id, programme)
        days = await points_report(tx, found, first, last)
    whole = together(days)
    return answer(
        reply(
            200,
            {
                "programme": found.id,
                "total": movement_out(whole),
                "granted_by": [{"origin": name, "points": some} for name, some in whole.by_origin.most_common()],
                "days": [{"day": day, **movement_out(movement)} for day, movement in days],
            },
        )
    )


@router.get("/owed", response_model=OwedReportOut, responses=refusals("reads"), operation_id="report_owed")
async def owed(request: Request, caller: Reader, programme: ProgrammePath) -> Response:
    """What is owed to members now, what that is worth, and in which months it ends if nobody spends it."""
    doors: Doors = request.app.state.doors
    async with doors.database.read() as tx:
        found = await named_programme(tx, caller.brand_id, programme)
        book = (await rules_of(tx, doors.rulebooks, found)).book
        report = await owed_report(tx, found)
    return answer(reply(200, {"programme": found.id, **owed_out(report, book)}))


@router.get("/purchases", response_model=SoldReportOut, responses=refusals("reads"), operation_id="report_purchases")
async def purchases(
    request: Request,
    caller: Reader,
    programme: ProgrammePath,
    first: First,
    last: Last,
    by: Annotated[Literal["day", "month", "place"], Query(description="how they are put together")] = "day",
) -> Response:
    """What was sold, with a card and without, by when or where it was bought."""
    async with request.app.state.doors.database.read() as tx:
        found = await named_programme(tx, caller.brand_id, programme)
        sold = await sold_report(tx, found, first, last, by)
    return answer(reply(200, {"programme": found.id, "items": [sold_out(each) for each in sold]}))


def movement_out(movement: Movement) -> dict[str, Any]:
    """Points that moved, as they go out."""
    said = asdict(movement)
    del said["by_origin"]
    return said | {"closing": movement.closing}


def owed_out(report: Owed, book: Rulebook) -> dict[str, Any]:
    """What is owed, as it goes out."""
    said = asdict(report)
    said["ending"] = [{"month": f"{month:%Y-%m}" if month else None, "points": some} for month, some in report.ending]
    liability = (report.balances + report.held) * book.spending.worth
    return said | {"currency": book.currency, "liability": liability}


def sold_out(sold: Sold) -> dict[str, Any]:
    """What was sold, as it goes out."""
    said = asdict(sold)
    return {"by": said.pop("bucket"), **said}
