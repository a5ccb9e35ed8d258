"""`card`: look whether the card on a phone is up to date."""

from datetime import datetime

import typer

from wallet_service.cli.session import OUT, in_transaction, listing

app = typer.Typer(no_args_is_help=True)


@app.callback()
def cards() -> None:
    """Cards, and what their phones show."""


@app.command()
def trace(card: str) -> None:
    """What each device of a card was told, what it asked and fetched, and when (UTC)."""
    from wallet_service.cards.devices import DeviceTrace, trace_devices
    from wallet_service.cards.issue import Card, find_any_card
    from wallet_service.database.seam import Transaction

    async def act(tx: Transaction) -> tuple[Card, list[DeviceTrace]]:
        return await find_any_card(tx, card), await trace_devices(tx, card)

    found, devices = in_transaction(act)
    table = listing("device", "told", "answer", "asked", "fetched", "up to date")
    for number, device in enumerate(devices, start=1):
        table.add_row(
            f"{number}, since {device.registered_at:%Y-%m-%d}",
            _when(device.told_version, device.told_at),
            device.told_outcome or "",
            _moment(device.asked_at),
            _when(device.fetched_version, device.fetched_at),
            "yes" if device.up_to_date(found.version) else "NO",
        )
    state = "withdrawn, " if found.voided_at else ""
    OUT.print(f"{found.id}: {state}version {found.version} of {_moment(found.modified_at)} UTC")
    OUT.print(table if devices else "It is on no device.")


def _when(version: int | None, moment: datetime | None) -> str:
    return f"version {version}, {_moment(moment)}" if version is not None else ""


def _moment(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else ""
