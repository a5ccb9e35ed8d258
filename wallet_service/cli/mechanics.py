"""`wallet-service mechanic …`: what mechanics would have given, and which are parked."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from wallet_service.cli.tally import Board
    from wallet_service.database.seam import Transaction
    from wallet_service.loyalty.awards.mechanic_states import MechanicState
    from wallet_service.loyalty.brands import Programme
    from wallet_service.loyalty.journeys.time_machine import Span
    from wallet_service.loyalty.rules.engine import Rules
    from wallet_service.service import Service

app = typer.Typer(no_args_is_help=True)


@app.callback()
def mechanics() -> None:
    """Rules that give something by themselves."""


@app.command("list")
def list_(brand: Annotated[str, typer.Option(help="The brand's id.")]) -> None:
    """Show the mechanics of a brand's rules in force: what sets them off, and which are parked because they failed."""
    from wallet_service.cli.session import OUT, in_service, listing
    from wallet_service.loyalty.awards.mechanic_states import list_mechanics
    from wallet_service.loyalty.awards.rulebooks import Rulebooks
    from wallet_service.loyalty.brands import known_brand

    async def act(service: "Service") -> "list[MechanicState]":
        async with service.database.read() as tx:
            return await list_mechanics(tx, Rulebooks(), await known_brand(tx, brand))

    table = listing("PROGRAMME", "MECHANIC", "ON", "BUDGET", "STATE")
    for each in in_service(act):
        table.add_row(each.programme_id, each.mechanic.name, each.mechanic.trigger, _budget(each), _state(each))
    OUT.print(table)


@app.command()
def resume(
    name: Annotated[str, typer.Argument(help="The mechanic's name.")],
    *,
    brand: Annotated[str, typer.Option(help="The brand's id.")],
) -> None:
    """Let a parked mechanic give again. What it would have given meanwhile is not made up for."""
    from wallet_service.cli.session import OUT, in_transaction
    from wallet_service.loyalty.awards.mechanic_states import resume_mechanic
    from wallet_service.loyalty.awards.rulebooks import Rulebooks
    from wallet_service.loyalty.brands import known_brand

    async def act(tx: "Transaction") -> int:
        return len(await resume_mechanic(tx, Rulebooks(), await known_brand(tx, brand), name))

    count = in_transaction(act)
    OUT.print(f"{name} gives again, in {count} {'programme' if count == 1 else 'programmes'}.")


def _budget(state: "MechanicState") -> str:
    budget = state.mechanic.limits.budget
    return "" if budget is None else f"{state.given:,} of {budget:,} given"


def _state(state: "MechanicState") -> str:
    if state.parked_at is not None:
        return f"parked since {state.parked_at:%Y-%m-%d %H:%M} UTC: {state.parked_why}"
    return "gives" if state.mechanic.active else "switched off"


@app.command()
def simulate(
    file: Annotated[Path, typer.Argument(help="A programme file; one with nothing but [[mechanics]] is enough.")],
    *,
    programme: Annotated[str, typer.Option(help="The programme whose purchases are lived through.")],
    only: Annotated[bool, typer.Option("--only", help="As if the file were all the rules.")] = False,
    since: Annotated[datetime | None, typer.Option(help="Give nothing for purchases recorded before (UTC).")] = None,
    until: Annotated[datetime | None, typer.Option(help="Leave out purchases recorded from then on (UTC).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in one line of JSON.")] = False,
) -> None:
    """Run rules over the recorded purchases: what they would have given, to whom, and at what cost. Writes nothing."""
    import orjson

    from wallet_service.cli.journey import lines_of
    from wallet_service.cli.session import OUT, in_service
    from wallet_service.loyalty.awards.programme_file import read_programme_file
    from wallet_service.loyalty.journeys.time_machine import Span

    given, span = read_programme_file(file), Span(_aware(since), _aware(until))

    async def act(service: "Service") -> dict[str, Any]:
        return await _travel(service, programme, given, span, only=only)

    found = in_service(act)
    if as_json:
        OUT.print(orjson.dumps(found).decode())
        return
    for line in lines_of(found):
        OUT.print(line)


async def _travel(
    service: "Service", programme_id: str, given: Mapping[str, Any], span: "Span", *, only: bool
) -> dict[str, Any]:
    from wallet_service.cli.tally import shown
    from wallet_service.loyalty.awards.rulebooks import programme_of
    from wallet_service.loyalty.journeys.simulations import rules_to_try
    from wallet_service.loyalty.journeys.time_machine import size
    from wallet_service.loyalty.rules.engine import compile_rules
    from wallet_service.loyalty.rules.reading import read_rulebook

    async with service.database.read() as tx:
        programme = await programme_of(tx, programme_id)
        rules = compile_rules(read_rulebook(await rules_to_try(tx, programme, given, only=only)))
    with shown("purchases", await size(service.database, programme, span)) as board:
        return await _report(service, programme, rules, span, board)


async def _report(
    service: "Service", programme: "Programme", rules: "Rules", span: "Span", board: "Board"
) -> dict[str, Any]:
    from wallet_service.loyalty.journeys.time_machine import travel
    from wallet_service.loyalty.rules.replay_report import report

    async def tell(done: int) -> None:
        board.tell(done)

    replay = await travel(service.database, programme, rules, span, tell)
    return report(replay) | {"seconds": round(board.seconds, 3)}


def _aware(moment: datetime | None) -> datetime | None:
    from datetime import UTC

    return moment.replace(tzinfo=UTC) if moment else None
