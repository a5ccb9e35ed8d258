"""`doctor`: what is set, what is well, what is not, and what to do about it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, replace
from functools import partial
from importlib.metadata import version
from typing import Annotated

import orjson
import typer

from wallet_service.cli.logs import log_to_stderr
from wallet_service.cli.session import OUT, knock, listing
from wallet_service.clock import SystemClock
from wallet_service.database.seam import Database
from wallet_service.errors import WalletServiceError
from wallet_service.health.findings import find
from wallet_service.health.gather import dial, trouble_of
from wallet_service.health.google import ask_google
from wallet_service.health.grades import Finding, Grade
from wallet_service.health.lookout import Lookout
from wallet_service.health.state import State, Trouble
from wallet_service.settings import Settings, Told, tell
from wallet_service.tokens import read_master_keys

COLOURS = {Grade.OK: "green", Grade.WARN: "yellow", Grade.FAIL: "bold red"}


def doctor(
    *,
    apple: Annotated[bool, typer.Option(help="also see whether Apple's push service can be reached")] = True,
    google: Annotated[bool, typer.Option(help="also ask Google whether each service account may act")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="for machines")] = False,
) -> None:
    """Tell each setting with its origin, then what was found. Exit code 1 if anything fails. Changes nothing."""
    settings = Settings()
    log_to_stderr(settings.log)
    told, findings = list(tell(settings)), find(asyncio.run(examine(settings, apple=apple, google=google)))
    if as_json:
        typer.echo(as_document(told, findings))
    else:
        _print(told, findings)
    raise typer.Exit(code=int(any(each.grade is Grade.FAIL for each in findings)))


async def examine(settings: Settings, *, apple: bool, google: bool) -> State:
    """The state of a service with these settings, whether or not it runs, and whatever of it is missing."""
    from wallet_service.app import master_keys_path

    clock, read_keys = SystemClock(), partial(read_master_keys, master_keys_path(settings))
    async with _found_database(settings) as database:
        state = await Lookout.at(settings, clock, database, read_keys).look()
    if apple:
        state = replace(state, apns=await dial(settings.apns.host, settings.apns.port))
    if google and state.issuers:
        state = replace(state, issuers=await ask_google(settings, clock, state.issuers))
    return state


def as_document(settings: Sequence[Told], findings: Sequence[Finding]) -> str:
    """What was found as JSON, on one line."""
    document = {
        "version": version("wallet-service"),
        "well": all(each.grade is not Grade.FAIL for each in findings),
        "settings": [asdict(each) for each in settings],
        "findings": [asdict(each) | {"grade": each.grade.name.lower()} for each in findings],
    }
    return orjson.dumps(document).decode()


@asynccontextmanager
async def _found_database(settings: Settings) -> AsyncIterator[Database | Trouble]:
    """The database of these settings; an embedded one that rests is started for the time, but never made."""
    from wallet_service.app import database_server
    from wallet_service.database.postgres import PostgresDatabase

    if settings.embedded and not (settings.data_dir / "postgres").exists():
        yield Trouble("There is no embedded database yet.", "wallet-service serve makes it; or set DATABASE_URL.")
        return
    async with AsyncExitStack() as stack:
        try:
            await knock(settings.database_url)
            url = await stack.enter_async_context(database_server(settings))
        except WalletServiceError as refusal:
            yield trouble_of(refusal)
        else:
            database = PostgresDatabase(url, SystemClock(), pool=2)
            stack.push_async_callback(database.aclose)
            yield database


def _print(settings: Sequence[Told], findings: Sequence[Finding]) -> None:
    table = listing("setting", "value", "from")
    for each in settings:
        table.add_row(each.variable, each.value, "environment" if each.given else "")
    OUT.print(table)
    for finding in findings:
        OUT.print(f"\n{finding.grade.name.lower():4}", style=COLOURS[finding.grade], end=" ")
        OUT.print(f"{finding.subject}: {finding.what}", end="")
        if finding.remedy:
            OUT.print(f"\n     {finding.remedy}", style="green", end="")
    OUT.print()
