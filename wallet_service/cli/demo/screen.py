"""How the demo draws cards: as they stand on a phone, next to each other."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.columns import Columns
from rich.panel import Panel

from wallet_service.cli.demo.world import World
from wallet_service.simulators.android import WalletCard


def iphones(world: World, *phones: str) -> Columns:
    """What these iPhones show."""
    return Columns(
        [drawn(phone, card.face(), "red") for phone in phones for card in world.phones[phone].passes.values()]
    )


def androids(world: World, *phones: str) -> list[Panel]:
    """What these Android phones show."""
    shown = [(phone, world.androids[phone]) for phone in phones]
    return [
        drawn(phone, "\n".join(_front(android.card(saved))), "green")
        for phone, android in shown
        for saved in android.cards
    ]


def drawn(title: str, face: str, colour: str) -> Panel:
    """One card."""
    return Panel(face, title=title, border_style=colour, padding=(1, 2))


def _front(card: WalletCard) -> Iterator[str]:
    """The front of a card in Google Wallet, as a person reads it."""
    item: Mapping[str, Any] = card.resource
    style = item["classReference"]
    yield style["programName"]
    yield f"{item['loyaltyPoints']['label']}: {card.balance}"
    for key in ("accountName", "accountId"):
        yield f"{style[f'{key}Label']}: {item[key]}"
    yield f"[{item['barcode']['alternateText']}]"
