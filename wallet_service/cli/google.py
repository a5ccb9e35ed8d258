"""`brand google`: the issuer and the service account with which a brand speaks to Google Wallet."""

from pathlib import Path
from typing import Annotated

import typer

from wallet_service.cli.session import OUT, in_transaction
from wallet_service.settings import Settings

app = typer.Typer(no_args_is_help=True)


@app.callback()
def google() -> None:
    """How a brand speaks to Google Wallet."""


@app.command("set")
def set_account(
    brand: str,
    issuer: Annotated[str, typer.Option(help="issuer id, from the Google Pay & Wallet console")],
    key: Annotated[Path, typer.Option(help="JSON key of the service account, from the Google Cloud console")],
) -> None:
    """Give the brand an issuer and keep its key; again with another key replaces it, without a restart."""
    from wallet_service.cards.google_issuers import claim_issuer, require_issuer
    from wallet_service.database.seam import Transaction
    from wallet_service.wallets.google.service_account import ServiceAccounts, install_service_account

    file = ServiceAccounts(Settings().certs_dir).file(require_issuer(issuer))

    async def act(tx: Transaction) -> str:
        await claim_issuer(tx, brand, issuer)
        return install_service_account(key, file).email

    email = in_transaction(act)
    OUT.print(f"{issuer} belongs to {brand}. Invite {email} as a developer in the Google Pay & Wallet console.")
