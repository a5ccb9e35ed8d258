"""`key`: API keys of brands, and the master keys of the service."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from wallet_service.cli.session import in_transaction
from wallet_service.loyalty.keys import Scope
from wallet_service.settings import Settings

app = typer.Typer(no_args_is_help=True)
OUT = Console(soft_wrap=True, highlight=False)


@app.command()
def create(
    brand: str,
    name: str,
    scope: Annotated[list[Scope] | None, typer.Option(help="may be repeated; all if left out")] = None,
) -> None:
    """Make an API key; it is printed once and never again."""
    from wallet_service.loyalty.keys import create_key

    OUT.print(in_transaction(lambda tx: create_key(tx, brand, name, frozenset(scope or Scope))))


@app.command("list")
def index(brand: str) -> None:
    """The brand's keys."""
    from wallet_service.loyalty.keys import list_keys

    table = Table("key", "name", "scopes", "created", "last used", "revoked")
    for key in in_transaction(lambda tx: list_keys(tx, brand)):
        moments = [
            f"{moment:%Y-%m-%d %H:%M}" if moment else ""
            for moment in (key.created_at, key.last_used_at, key.revoked_at)
        ]
        table.add_row(key.id, key.name, " ".join(key.scopes), *moments)
    OUT.print(table)


@app.command()
def revoke(brand: str, key: str) -> None:
    """End a key, within a few seconds everywhere."""
    from wallet_service.loyalty.keys import revoke_key

    in_transaction(lambda tx: revoke_key(tx, brand, key))
    OUT.print(f"{key} is revoked.")


@app.command()
def master() -> None:
    """Make the file of master keys, where there is none; every machine of the service needs the same one."""
    from wallet_service.app import master_keys_path
    from wallet_service.tokens import make_master_keys

    path = master_keys_path(Settings())
    make_master_keys(path)
    OUT.print(f"The master keys are in {path}. Keep a copy apart from the database's backups.")
