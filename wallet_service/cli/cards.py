"""`card`: look whether the card on a phone is up to date."""

import typer
from rich.console import Console
from rich.table import Table

from wallet_service.cli.session import in_transaction

app = typer.Typer(no_args_is_help=True)
OUT = Console(soft_wrap=True, highlight=False)


@app.callback()
def cards() -> None:
    """Cards, and what their phones show."""


@app.command()
def trace(card: str) -> None:
    """What each device of a card was told, what it asked and fetched, and when."""
    from wallet_service.cards.devices import trace_devices
    from wallet_service.cards.issue import find_any_card
    from wallet_service.database.seam import Transaction

    async def act(tx: Transaction) -> Table:
        found = await find_any_card(tx, card)
        state = f"version {found.version} of {found.modified_at:%Y-%m-%d %H:%M:%S} UTC"
        table = Table("device", "told", "answer", "asked", "fetched", "up to date", title=f"{found.id}: {state}")
        for number, device in enumerate(await trace_devices(tx, card), start=1):
            table.add_row(
                f"{number}, since {device.registered_at:%Y-%m-%d}",
                _when(device.told_version, device.told_at),
                device.told_outcome or "",
                f"{device.asked_at:%H:%M:%S}" if device.asked_at else "",
                _when(device.fetched_version, device.fetched_at),
                "yes" if device.up_to_date(found.version) else "NO",
            )
        return table

    OUT.print(in_transaction(act))


def _when(version: int | None, moment: object) -> str:
    return f"version {version}, {moment:%m-%d %H:%M:%S}" if version is not None and moment is not None else ""
