"""A programme's rules over REST: put in force, shown, and the mechanics that are ready to be used."""

import re
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import Response

from wallet_service.database.seam import Transaction
from wallet_service.ids import is_id
from wallet_service.loyalty.awards.rulebook_changes import plain
from wallet_service.loyalty.awards.rulebooks import (
    KeptRulebook,
    PublishedRulebook,
    Version,
    list_versions,
    publish_rulebook,
    rules_in_force,
    rules_numbered,
)
from wallet_service.loyalty.brands import Programme, ProgrammeNotFound, find_programme
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.rules.library import library
from wallet_service.web.api.document import refusals
from wallet_service.web.api.rules_models import (
    ProgrammeRules,
    PublishedRulesOut,
    ReadyMechanicList,
    RulesOut,
    RulesVersionPage,
)
from wallet_service.web.callers import Reader, Ruler
from wallet_service.web.idempotency import Once, answer, do_once
from wallet_service.web.paging import Page, from_cursor, page_of
from wallet_service.web.render import reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1", tags=["rules"], route_class=StrictRoute)

NUMBER = re.compile(r"[1-9][0-9]{0,8}")
LAST = 999_999_999
"""The largest number of a version that anybody may ask for."""

RULES = "/programmes/{programme}/rules"
ProgrammePath = Annotated[str, Path(max_length=64, description="`prog_…`")]
Numbered = Annotated[
    int | None, Query(alias="version", ge=1, le=LAST, description="its number; left out: the version in force")
]


@router.put(RULES, response_model=PublishedRulesOut, responses=refusals("writes"), operation_id="put_rules")
async def put(request: Request, caller: Ruler, programme: ProgrammePath, rules: ProgrammeRules, once: Once) -> Response:
    """Put rules in force, in the place of all rules of before. Cards and points stay as they are.

    Rules that are in force already make no new version. A mechanic that is parked runs again if it is changed.
    """
    document = rules.model_dump(exclude_unset=True)

    async def act(tx: Transaction) -> Reply:
        found = await named_programme(tx, caller.brand_id, programme)
        return reply(200, published_out(found, await publish_rulebook(tx, found, document)))

    return await do_once(request.app.state.doors.database, once, act)


@router.get(RULES, response_model=RulesOut, responses=refusals("reads"), operation_id="get_rules")
async def get(request: Request, caller: Reader, programme: ProgrammePath, number: Numbered = None) -> Response:
    """The rules in force, or an older version of them."""
    async with request.app.state.doors.database.read() as tx:
        found = await named_programme(tx, caller.brand_id, programme)
        kept = await (rules_in_force(tx, found) if number is None else rules_numbered(tx, found, number))
    return answer(reply(200, rules_out(found, kept)))


@router.get(
    f"{RULES}/versions",
    response_model=RulesVersionPage,
    responses=refusals("reads"),
    operation_id="list_rules_versions",
)
async def versions(request: Request, caller: Reader, programme: ProgrammePath, page: Page) -> Response:
    """Every version of a programme's rules, newest first."""
    before = from_cursor(page.cursor, lambda position: NUMBER.fullmatch(position) is not None)
    async with request.app.state.doors.database.read() as tx:
        found = await named_programme(tx, caller.brand_id, programme)
        rows = await list_versions(tx, found, int(before) if before else None, page.limit + 1)
    return answer(reply(200, page_of(rows, page.limit, version_out, lambda version: str(version.number))))


@router.get(
    "/mechanics/library",
    response_model=ReadyMechanicList,
    responses=refusals("reads"),
    operation_id="list_ready_mechanics",
)
async def ready(_caller: Reader) -> Response:
    """Mechanics that are ready to be used: copy what is in them into the rules, and change what should be different."""
    return answer(reply(200, {"items": [{"name": name, "rules": plain(rules)} for name, rules in library().items()]}))


async def named_programme(tx: Transaction, brand_id: str, programme_id: str) -> Programme:
    """The brand's programme of this id. Raises `ProgrammeNotFound`."""
    if not is_id("prog", programme_id):
        raise ProgrammeNotFound("A programme is named prog_… as it was opened.")
    return await find_programme(tx, brand_id, programme_id)


def published_out(programme: Programme, published: PublishedRulebook) -> dict[str, Any]:
    """Rules that were put in force."""
    return {
        "programme": programme.id,
        "version": published.number,
        "fresh": published.fresh,
        "changes": [asdict(change) for change in published.changes],
        "resumed": published.resumed,
        "warnings": [asdict(doubt) for doubt in published.doubts],
    }


def rules_out(programme: Programme, kept: KeptRulebook) -> dict[str, Any]:
    """One version of rules."""
    return {
        "programme": programme.id,
        "version": kept.number,
        "created_at": kept.created_at,
        "rules": kept.document,
    }


def version_out(version: Version) -> dict[str, Any]:
    """One version, in a list."""
    return {"version": version.number, "created_at": version.created_at, "in_force": version.in_force}
