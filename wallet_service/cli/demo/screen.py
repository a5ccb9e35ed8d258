"""How the demo draws cards: as they stand on a phone, next to each other."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.columns import Columns
from rich.panel import Panel

from wallet_service.cli.demo.world import World
from wallet_service.simulators.android import WalletCard


def iphones(world: World, *phones: str) -> Columns:
    """What these iPhones show."""
    shown = [(phone, card) for phone in phones for card in world.phones[phone].passes.values()]
    return Columns([drawn(phone, card.face(), card.document["backgroundColor"]) for phone, card in shown])


def androids(world: World, *phones: str) -> list[Panel]:
    """What these Android phones show."""
    shown = [(phone, world.androids[phone]) for phone in phones]
    return [
        drawn(phone, "\n".join(_front(card)), card.resource["classReference"]["hexBackgroundColor"])
        for phone, android in shown
        for card in map(android.card, android.cards)
    ]


def colours(world: World, iphone: str, android: str) -> tuple[str, ...]:
    """The colour of the card on this iPhone and on this Android phone."""
    passes, phone = world.phones[iphone].passes.values(), world.androids[android]
    objects = [phone.card(saved).resource["classReference"] for saved in phone.cards]
    return *(card.document["backgroundColor"] for card in passes), *(each["hexBackgroundColor"] for each in objects)


def drawn(title: str, face: str, colour: str) -> Panel:
    """One card, framed in its own colour (CSS's `rgb()` or `#rrggbb`)."""
    return Panel(face, title=title, border_style=colour.replace(" ", ""), padding=(1, 2))


def _front(card: WalletCard) -> Iterator[str]:
    """The front of a card in Google Wallet, as a person reads it: templates need not have every line."""
    item: Mapping[str, Any] = card.resource
    style = item["classReference"]
    yield style["programName"]
    if "loyaltyPoints" in item:
        yield f"{item['loyaltyPoints']['label']}: {card.balance}"
    lines = {style.get(f"{key}Label"): item.get(key, "") for key in ("accountName", "accountId")}
    yield from (f"{label}: {text}" for label, text in lines.items() if text.strip())
    yield f"[{item['barcode']['alternateText']}]"
