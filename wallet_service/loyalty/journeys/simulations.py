"""Simulations asked for over REST: each is a row, which a worker takes in hand, tells how far it is, and answers."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson
import structlog

from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.errors import NotFound, TooMany, Unavailable
from wallet_service.ids import is_id, new_id
from wallet_service.loyalty.awards.rulebooks import RulebookNotFound, rules_in_force
from wallet_service.loyalty.brands import Programme, find_programme
from wallet_service.loyalty.facts import SimulationAsked
from wallet_service.loyalty.journeys import simulations_sql as sql
from wallet_service.loyalty.journeys.time_machine import Span, size, travel
from wallet_service.loyalty.rules.engine import compile_rules
from wallet_service.loyalty.rules.reading import read_rulebook
from wallet_service.loyalty.rules.replay_report import report

LOG = structlog.get_logger()

LEASE = 30.0
"""Seconds after which another worker takes over from one that no longer says how far it is."""

EVERY = 20_000
"""Purchases between two words of how far it is."""

MOST_WAITING = 5
"""Simulations of a brand at once."""

IDLE = 60.0


class State(StrEnum):
    """Where a simulation stands."""

    WAITING = "waiting"
    """For a worker, or in its hands."""
    DONE = "done"
    FAILED = "failed"
    """A mistake of ours, which has been logged."""


class SimulationNotFound(NotFound):
    """The brand has asked for no such simulation; `POST /v1/programmes/{programme}/simulations` answers its id."""

    slug = "simulation-not-found"
    title = "There is no such simulation"


class TooManySimulations(TooMany):
    """A brand may have five simulations waiting at once; ask again when one of them is done."""

    slug = "too-many-simulations"
    title = "Enough simulations are waiting"


@dataclass(frozen=True, slots=True)
class Simulation:
    """A journey of the time machine."""

    id: str
    programme_id: str
    since: datetime | None
    until: datetime
    state: State
    done: int
    """Purchases that have been lived through."""
    total: int
    """Of how many; 0: not counted yet."""
    result: Mapping[str, Any] | None
    created_at: datetime
    finished_at: datetime | None


def joined(present: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The rules `present` with what is `given` in place of theirs; mechanics join, one for one of the same name. PURE."""
    names = {mechanic.get("name") for mechanic in given.get("mechanics", ())}
    kept = [mechanic for mechanic in present.get("mechanics", ()) if mechanic["name"] not in names]
    return {**present, **given, "mechanics": [*kept, *given.get("mechanics", ())]}


async def rules_to_try(
    tx: Transaction, programme: Programme, given: Mapping[str, Any], *, only: bool
) -> dict[str, Any]:
    """What is given, alone or joined with the rules in force. Raises `RulebookInvalid`."""
    document = dict(given) if only else joined(await _present(tx, programme), given)
    await asyncio.to_thread(read_rulebook, document)
    return document


async def _present(tx: Transaction, programme: Programme) -> Mapping[str, Any]:
    try:
        return (await rules_in_force(tx, programme)).document
    except RulebookNotFound:
        return {}


async def ask(
    tx: Transaction, programme: Programme, document: Mapping[str, Any], since: datetime | None, until: datetime | None
) -> Simulation:
    """Ask for a simulation. Raises `TooManySimulations`."""
    (waiting,) = await tx.all(sql.WAITING, {"brand": programme.brand_id})
    if waiting.waiting >= MOST_WAITING:
        raise TooManySimulations(f"{MOST_WAITING} simulations are waiting.", remedy="Ask again when one is done.")
    simulation_id = new_id("sim", tx.now)
    values = {"id": simulation_id, "brand": programme.brand_id, "programme": programme.id, "now": tx.now}
    said = {"document": orjson.dumps(document).decode(), "since": since, "until": until}
    tx.record(SimulationAsked(simulation_id))
    return _simulation(await tx.first(sql.INSERT, values | said))


async def find_simulation(tx: Transaction, brand_id: str, simulation_id: str) -> Simulation:
    """A simulation as it stands. Raises `SimulationNotFound`."""
    named = {"brand": brand_id, "id": simulation_id}
    row = await tx.first(sql.SIMULATION, named) if is_id("sim", simulation_id) else None
    if row is None:
        raise SimulationNotFound("This brand has asked for no such simulation.")
    return _simulation(row)


@dataclass(frozen=True, slots=True)
class Simulating:
    """The drain of simulations."""

    database: Database

    async def take(self) -> float:
        """Answer one; in how many seconds to look again."""
        async with self.database.begin() as tx:
            row = await tx.first(sql.CLAIM, {"lease": LEASE})
        if row is None:
            return IDLE
        try:
            state, done, result = await self._answer(row)
        except Unavailable:
            raise  # it is taken up again when the lease has ended
        except Exception:
            LOG.exception("a simulation failed", simulation=row.id)
            state, done, result = State.FAILED, 0, None
        async with self.database.begin() as tx:
            answer = {"id": row.id, "state": state, "done": done, "result": result, "now": tx.now}
            await tx.run(sql.FINISH, answer)
        return 0.0

    async def _answer(self, row: Row) -> tuple[State, int, str]:
        async with self.database.read() as tx:
            programme = await find_programme(tx, row.brand_id, row.programme_id)
        rules = await asyncio.to_thread(lambda: compile_rules(read_rulebook(row.document)))
        span = Span(row.since, row.until)
        total = await size(self.database, programme, span)

        async def tell(done: int) -> None:
            async with self.database.begin() as tx:
                await tx.run(sql.TELL, {"id": row.id, "done": done, "total": total, "lease": LEASE})

        replay = await travel(self.database, programme, rules, span, tell, every=EVERY)
        return State.DONE, replay.purchases, orjson.dumps(report(replay)).decode()


def _simulation(row: Row | None) -> Simulation:
    if row is None:
        raise LookupError("a row that was just written is gone")
    return Simulation(
        row.id,
        row.programme_id,
        row.since,
        row.until,
        State(row.state),
        row.done,
        row.total,
        row.result,
        row.created_at,
        row.finished_at,
    )
