"""`key`: API keys of brands, and the master keys of the service."""

from typing import Annotated

import typer

from wallet_service.cli.session import OUT, in_transaction, listing
from wallet_service.database.seam import Transaction
from wallet_service.loyalty.keys import Scope
from wallet_service.settings import Settings

app = typer.Typer(no_args_is_help=True)


@app.command()
def create(
    brand: str,
    name: str,
    scope: Annotated[list[Scope] | None, typer.Option(help="may be repeated; all if left out")] = None,
) -> None:
    """Make an API key; it is printed once and never again."""
    from wallet_service.loyalty.keys import create_key

    OUT.print(in_transaction(lambda tx: create_key(tx, brand, name, frozenset(scope or Scope))))
    typer.echo("Keep it now: only its hash is kept here, so it cannot be shown again.", err=True)


@app.command("list")
def index(brand: str) -> None:
    """The brand's keys; times are UTC."""
    from wallet_service.loyalty.brands import known_brand
    from wallet_service.loyalty.keys import ApiKey, list_keys

    async def act(tx: Transaction) -> list[ApiKey]:
        return await list_keys(tx, await known_brand(tx, brand))

    table = listing("key", "name", "scopes", "created", "last used", "revoked")
    for key in in_transaction(act):
        moments = [
            f"{moment:%Y-%m-%d %H:%M}" if moment else ""
            for moment in (key.created_at, key.last_used_at, key.revoked_at)
        ]
        table.add_row(key.id, key.name, " ".join(key.scopes), *moments)
    OUT.print(table)


@app.command()
def revoke(brand: str, key: str) -> None:
    """End a key for ever, within a few seconds everywhere."""
    from wallet_service.loyalty.keys import revoke_key

    in_transaction(lambda tx: revoke_key(tx, brand, key))
    OUT.print(f"{key} is revoked.")


@app.command()
def master() -> None:
    """Make the file of master keys, where there is none; every machine of the service needs the same one."""
    from wallet_service.app import master_keys_path
    from wallet_service.tokens import make_master_keys

    path = master_keys_path(Settings())
    known = path.exists()
    make_master_keys(path)
    OUT.print(f"{path} {'was there already' if known else 'is made'}. Keep a copy apart from the database's backups.")
