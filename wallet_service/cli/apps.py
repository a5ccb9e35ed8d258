"""`brand app`: the Firebase service account with which a brand pushes to its own app."""

from pathlib import Path
from typing import Annotated

import typer

from wallet_service.cli.session import OUT, in_transaction
from wallet_service.settings import Settings

app = typer.Typer(no_args_is_help=True)


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
