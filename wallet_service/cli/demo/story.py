"""The story of the demo: five members join, buy and spend; their cards follow in both wallets."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from wallet_service.cli.demo import android, link, lots, offers, phones, purchases, rules
from wallet_service.cli.demo.world import World

Ending = dict[str, Any]

ACTS: Sequence[Callable[[World, Console], Awaitable[None]]] = (
    phones.join,
    phones.earn,
    phones.spend,
    phones.refuse,
    purchases.buy,
    purchases.give_back,
    phones.sleep,
    offers.give_and_redeem,
    phones.lose,
    lots.hold_and_lapse,
    android.join_on_android,
    android.buy_on_android,
    rules.ask_the_time_machine,
    rules.add_birthdays,
    link.open_by_anybody,
    android.delete_on_android,
)


async def tell(world: World, console: Console, stop: asyncio.Event) -> Ending:
    """Play the acts, all of them unless told to stop in between; what happened, in numbers."""
    for act in ACTS:
        if stop.is_set():
            break
        console.print()
        await act(world, console)
    console.print()
    return await _end(world, console)


async def _end(world: World, console: Console) -> Ending:
    console.rule("Is the card on the phone up to date?")
    table = Table("card", "shown by", "told", "outcome", "shows", "up to date")
    rows = [(who, *row) for who in world.cards for row in _shown(await world.card(who))]
    for *words, is_true in rows:
        table.add_row(*words, "[green]yes[/]" if is_true else "[red]no[/]")
    console.print(table)
    for phone in world.fleet.phones:
        for line in phone.log:
            console.print(f"[red]{phone.name} complains:[/] {line}")
    refused = sum(delivery.status != 200 for delivery in world.google.postman.deliveries)
    return {
        "cards_installed": sum(len(phone.passes) for phone in world.fleet.phones),
        "pushes_accepted": len(world.apns.received),
        "passes_fetched": world.fleet.fetched,
        **android.google_figures(world.google),
        **await _loyalty(world),
        "stale_devices": sum(not is_true for *_, is_true in rows),
        "errors": world.fleet.errors + refused,
    }


async def _loyalty(world: World) -> Ending:
    """What the rules and the tills have done: newcomers welcomed, purchases recorded, how long a quote took."""
    pasts = [await _past(world, card) for card in world.cards.values()]
    return {
        "welcomed": sum("mechanic:welcome" in origins for origins, _ in pasts),
        "purchases": sum(bought for _, bought in pasts),
        "quote_ms": round(world.quote_ms, 1),
    }


async def _past(world: World, member: str) -> tuple[set[str], int]:
    """What a member was given points by, and how often they bought."""
    lots_of = f"/v1/members/{member}/lots?limit=100&state="
    pages = [await world.till.call("GET", lots_of + state) for state in ("open", "closed")]
    purchases_of = await world.till.call("GET", f"/v1/members/{member}/purchases")
    return {lot["origin"] for page in pages for lot in page["items"]}, len(purchases_of["items"])


def _shown(card: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, bool]]:
    """What was told to whatever shows the card, what came of it, and whether it shows the truth."""
    for device in card["devices"]:
        told, fetched = f"version {device['told_version']}", f"version {device['fetched_version']}"
        yield device["device"], told, device["told_outcome"], fetched, device["up_to_date"]
    if google := card["google"]:
        shown, said = f"version {google['shown_version']}", google["last_outcome"] or "inserted"
        where = "Google, removed" if google["removed_at"] else "Google Wallet"
        yield where, shown, said, shown, google["shown_version"] == card["version"]
