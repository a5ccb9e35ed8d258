"""Mechanics as they stand: which give, what they have given of their budgets, and which are parked because they failed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wallet_service.database.seam import Row, Transaction
from wallet_service.errors import NotFound
from wallet_service.loyalty.awards import mechanic_states_sql as sql
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.rules.mechanic import Mechanic


class MechanicNotFound(NotFound):
    """No programme of the brand has a mechanic of this name in its rules in force."""

    slug = "mechanic-not-found"
    title = "There is no such mechanic"


@dataclass(frozen=True, slots=True)
class MechanicState:
    """A mechanic of the rules in force."""

    programme_id: str
    mechanic: Mechanic
    given: int | None
    """Points given out of its budget; None: it has none."""
    parked_at: datetime | None
    """It failed then, and has given nothing since."""
    parked_why: str | None


async def list_mechanics(
    tx: Transaction, rulebooks: Rulebooks, brand_id: str, programme_id: str | None = None
) -> list[MechanicState]:
    """The mechanics of a brand's programmes, or of one of them, in the order of their files."""
    programmes = await tx.all(sql.IN_FORCE, {"brand": brand_id, "programme": programme_id})
    ids = json.dumps([row.programme_id for row in programmes])
    kept = {(row.programme_id, row.name): row for row in await tx.all(sql.STATES, {"programmes": ids})}
    return [
        _state(row.programme_id, mechanic, kept.get((row.programme_id, mechanic.name)))
        for row in programmes
        for mechanic in (await rulebooks.of(tx, row.rulebook_id)).book.mechanics
    ]


async def resume_mechanic(
    tx: Transaction, rulebooks: Rulebooks, brand_id: str, name: str, programme_id: str | None = None
) -> Sequence[MechanicState]:
    """Let a parked mechanic give again, in all programmes that have it. Raises `MechanicNotFound`."""
    found = [each for each in await list_mechanics(tx, rulebooks, brand_id, programme_id) if each.mechanic.name == name]
    if not found:
        raise MechanicNotFound("No rules in force have a mechanic of this name.", remedy="List the mechanics.")
    programmes = json.dumps([each.programme_id for each in found])
    await tx.run(sql.RESUME, {"programmes": programmes, "name": name})
    return [MechanicState(each.programme_id, each.mechanic, each.given, None, None) for each in found]


def _state(programme_id: str, mechanic: Mechanic, kept: Row | None) -> MechanicState:
    given = None if mechanic.limits.budget is None else kept.given if kept else 0
    return MechanicState(
        programme_id, mechanic, given, kept.parked_at if kept else None, kept.parked_why if kept else None
    )
