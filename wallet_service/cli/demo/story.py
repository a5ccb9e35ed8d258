"""The story of the demo: five members join, buy and spend; their phones follow, as phones do."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from wallet_service.cli.demo.android import buy_on_android, delete_on_android, google_figures, join_on_android
from wallet_service.cli.demo.link import open_by_anybody
from wallet_service.cli.demo.lots import hold_and_lapse
from wallet_service.cli.demo.screen import iphones
from wallet_service.cli.demo.world import World, until
from wallet_service.simulators.till import TillRefused

MEMBERS = (
    {"name": "Anna Petrova", "external_id": "BH-1001", "phone": "+79161234567", "language": "ru"},
    {"name": "Boris Keller", "external_id": "BH-1002", "phone": "+4915112345678", "language": "en"},
    {"name": "Clara Lind", "external_id": "BH-1003", "phone": "+46701234567", "language": "sv"},
)

Ending = dict[str, Any]


async def tell(world: World, console: Console, stop: asyncio.Event) -> Ending:
    """Play the acts, all of them unless told to stop in between; what happened, in numbers."""
    acts = (_join, _buy, _spend, _refuse, _sleep, _lose)
    for act in (*acts, hold_and_lapse, join_on_android, buy_on_android, open_by_anybody, delete_on_android):
        if stop.is_set():
            break
        console.print()
        await act(world, console)
    console.print()
    return await _end(world, console)


async def _join(world: World, console: Console) -> None:
    console.rule("Three members with iPhones join, and add their cards")
    for wishes in MEMBERS:
        who = await world.join(wishes)
        await world.install(who, f"{who}'s iPhone")
    await world.install("Anna", "Anna's Watch")
    console.print("Each phone checked the signature, the manifest and the required fields before it took the card.")
    console.print(iphones(world, *world.phones))


async def _buy(world: World, console: Console) -> None:
    console.rule("Anna buys: the till makes one call")
    entry = await world.till.post("external:BH-1001", 250, "Hero Menu", once="receipt-4711")
    again = await world.till.post("external:BH-1001", 250, "Hero Menu", once="receipt-4711")
    console.print(f"+250 points, balance {entry['balance']}. Sent twice by mistake: still entry {again['id']}, once.")
    seconds = await world.until_up_to_date("Anna")
    console.print(f"Woken by Apple, asked, fetched: both devices show it after {seconds * 1000:.0f} ms.")
    console.print(iphones(world, "Anna's iPhone", "Anna's Watch"))
    for line in world.phones["Anna's iPhone"].notifications:
        console.print(f"[italic]Lock screen:[/] {line}")


async def _spend(world: World, console: Console) -> None:
    console.rule("Boris earns by phone number, and spends with his card scanned")
    await world.till.post("phone:+4915112345678", 900, "Family lunch")
    await world.until_up_to_date("Boris")
    entry = await world.till.post(world.cards["Boris"], -400, "Free burger")
    await world.until_up_to_date("Boris")
    console.print(f"+900 and -400 points, balance {entry['balance']}.")
    console.print(iphones(world, "Boris's iPhone"))


async def _refuse(world: World, console: Console) -> None:
    console.rule("Nobody spends what is not there")
    try:
        await world.till.post("external:BH-1003", -1000)
    except TillRefused as refusal:
        problem = refusal.problem
        console.print(f"{refusal.status} [bold]{problem['title']}[/]: {problem['detail']} ({problem['type']})")


async def _sleep(world: World, console: Console) -> None:
    console.rule("Clara's phone is off while she earns three times")
    phone = world.phones["Clara's iPhone"]
    phone.off()
    for amount in (100, 150, 200):
        await world.till.post("external:BH-1003", amount, "Coffee and a bun")
        await asyncio.sleep(0.3)
    before = phone.fetched
    await phone.on()
    await world.until_up_to_date("Clara")
    console.print(f"Three changes, {phone.fetched - before} fetch: on again, it shows the present, not the past.")
    console.print(iphones(world, "Clara's iPhone"))


async def _lose(world: World, console: Console) -> None:
    console.rule("Anna's watch is gone for good")
    watch = world.phones["Anna's Watch"]
    world.apns.kill_token(watch.push_token, int(time.time() * 1000))  # noqa: TID251 - Apple's clock, not ours
    await world.till.post("external:BH-1001", 30, "Survey")

    async def forgotten() -> bool:
        card = await world.card("Anna")
        return len(card["devices"]) == 1 and bool(card["up_to_date"])

    await until(forgotten)
    left = len((await world.card("Anna"))["devices"])
    console.print(f"Apple says 410: the registration is dropped, {left} device is left and up to date.")


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
        **google_figures(world.google),
        "stale_devices": sum(not is_true for *_, is_true in rows),
        "errors": world.fleet.errors + refused,
    }


def _shown(card: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str, bool]]:
    """What was told to whatever shows the card, what came of it, and whether it shows the truth."""
    for device in card["devices"]:
        told, fetched = f"version {device['told_version']}", f"version {device['fetched_version']}"
        yield device["device"], told, device["told_outcome"], fetched, device["up_to_date"]
    if google := card["google"]:
        shown, said = f"version {google['shown_version']}", google["last_outcome"] or "inserted"
        where = "Google, removed" if google["removed_at"] else "Google Wallet"
        yield where, shown, said, shown, google["shown_version"] == card["version"]
