"""`brand app`: the Firebase service account with which a brand pushes to its own app."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from wallet_service.cli.session import OUT, in_service, in_transaction
from wallet_service.outcomes import Dead, Delivered, Outcome, Refused
from wallet_service.service import Service
from wallet_service.settings import Settings

app = typer.Typer(no_args_is_help=True)

TEST_LIFE = 600
"""Seconds for which a test is worth delivering: whoever sends it has the phone in hand."""

NOWHERE = "No address of theirs is known: the app shows it at its start, and its backend puts it here."
NONE_TAKEN = "If the app was opened there lately, see that the key is of the app's own Firebase project."


@app.callback()
def apps() -> None:
    """How a brand speaks to its own app."""


@app.command("set")
def set_account(
    brand: str,
    key: Annotated[Path, typer.Option(help="JSON key of a service account, from the Firebase console")],
) -> None:
    """Keep the key of the brand's app; again with another key replaces it, without a restart."""
    from wallet_service.channels.app_account import app_account_file, install_app_account
    from wallet_service.database.seam import Transaction
    from wallet_service.loyalty.brands import known_brand

    async def act(tx: Transaction) -> str:
        return await install_app_account(key, app_account_file(Settings().certs_dir, await known_brand(tx, brand)))

    OUT.print(f"{brand} pushes to its app through the Firebase project {in_transaction(act)}.")


@app.command("test")
def send_test(
    brand: str,
    member: Annotated[str, typer.Option(help="mem_…, card_…, external:YOUR-ID or phone:+NUMBER")],
) -> None:
    """Push a test to each address of a member and tell what became of it; dead addresses are forgotten, as ever.

    Exit code 1 if Firebase accepted none.
    """
    from wallet_service.ids import new_id
    from wallet_service.loyalty.brands import known_brand
    from wallet_service.loyalty.people.addresses import AppAddress
    from wallet_service.loyalty.people.apps import AppMessage, tell_apps
    from wallet_service.loyalty.people.members import find_member
    from wallet_service.loyalty.references import parse_reference

    async def act(service: Service) -> Mapping[AppAddress, Outcome]:
        async with service.database.read() as tx:
            found = await find_member(tx, await known_brand(tx, brand), parse_reference(member))
            key, said = new_id("test", tx.now), f"Sent at {tx.now:%H:%M} UTC."
        message = AppMessage(key, title="Test", body=said, link=None, topic="test", expires_s=TEST_LIFE)
        return await tell_apps(service.database, service.apps, brand, {found.id: message})

    told = in_service(act)
    for each, outcome in told.items():
        OUT.print(f"{each.kind} {each.address}, seen {each.seen_at:%Y-%m-%d %H:%M} UTC: {_said(outcome)}")
    if all(isinstance(outcome, Dead | Refused) for outcome in told.values()):
        OUT.print(NONE_TAKEN if told else NOWHERE)
    raise typer.Exit(code=int(not any(isinstance(outcome, Delivered) for outcome in told.values())))


def _said(outcome: Outcome) -> str:
    from wallet_service.cards.due import describe

    return "dead, and forgotten" if isinstance(outcome, Dead) else describe(outcome)
