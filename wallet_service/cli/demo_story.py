"""The story of the demo: three members join, buy and spend; their phones follow, as phones do."""

import asyncio
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel
from rich.table import Table

from wallet_service.service import Service
from wallet_service.simulators.apns import ApnsSimulator
from wallet_service.simulators.fleet import Fleet
from wallet_service.simulators.phone import SimulatedPhone
from wallet_service.simulators.till import SimulatedTill, TillRefused

PATIENCE = 20.0
"""Seconds after which a phone that has not followed is called stale."""

MEMBERS = (
    {"name": "Anna Petrova", "external_id": "BH-1001", "phone": "+79161234567", "language": "ru"},
    {"name": "Boris Keller", "external_id": "BH-1002", "phone": "+4915112345678", "language": "en"},
    {"name": "Clara Lind", "external_id": "BH-1003", "phone": "+46701234567", "language": "sv"},
)


@dataclass(slots=True)
class World:
    """The service and everything around it."""

    service: Service
    base_url: str
    key: str
    till: SimulatedTill
    client: httpx2.AsyncClient
    apns: ApnsSimulator
    fleet: Fleet
    roots: Path
    links: dict[str, str] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    phones: dict[str, SimulatedPhone] = field(default_factory=dict)

    async def install(self, who: str, phone: str) -> None:
        """The owner opens the link and adds the card."""
        self.phones[phone] = SimulatedPhone(phone, roots=self.roots, client=self.client)
        self.fleet.add(self.phones[phone])
        await self.phones[phone].install(self.links[who])

    async def until_up_to_date(self, *members: str) -> float:
        """Wait until every phone of these members shows the truth; the seconds it took."""
        started = time.monotonic()
        while time.monotonic() - started < PATIENCE:
            await self.fleet.settled()
            if all([(await self.till.card(self.cards[member]))["up_to_date"] for member in members]):
                break
            await asyncio.sleep(0.01)
        return time.monotonic() - started

    def faces(self, *phones: str) -> Columns:
        """What the phones show."""
        return Columns(
            [
                Panel(card.face(), title=phone, border_style="red", padding=(1, 2))
                for phone in phones
                for card in self.phones[phone].passes.values()
            ]
        )


Ending = dict[str, Any]


async def tell(world: World, console: Console, stop: asyncio.Event) -> Ending:
    """Play the acts, all of them unless told to stop in between; what happened, in numbers."""
    for act in (_join, _buy, _spend, _refuse, _sleep, _lose):
        if stop.is_set():
            break
        console.print()
        await act(world, console)
    return await _end(world, console)


async def _join(world: World, console: Console) -> None:
    console.rule("Three members join, and add their cards")
    for wishes in MEMBERS:
        member = await world.till.enrol(**wishes)
        card = await world.till.issue(member["id"])
        who = wishes["name"].split(" ")[0]
        world.links[who], world.cards[who] = card["link"], card["id"]
    for who, phone in (("Anna", "Anna's iPhone"), ("Boris", "Boris's iPhone"), ("Clara", "Clara's iPhone")):
        await world.install(who, phone)
    await world.install("Anna", "Anna's Watch")
    console.print("Each phone checked the signature, the manifest and the required fields before it took the card.")
    console.print(world.faces(*world.phones))


async def _buy(world: World, console: Console) -> None:
    console.rule("Anna buys: the till makes one call")
    entry = await world.till.post("external:BH-1001", 250, "Hero Menu", once="receipt-4711")
    again = await world.till.post("external:BH-1001", 250, "Hero Menu", once="receipt-4711")
    console.print(f"+250 points, balance {entry['balance']}. Sent twice by mistake: still entry {again['id']}, once.")
    seconds = await world.until_up_to_date("Anna")
    console.print(f"Woken by Apple, asked, fetched: both devices show it after {seconds * 1000:.0f} ms.")
    console.print(world.faces("Anna's iPhone", "Anna's Watch"))
    for line in world.phones["Anna's iPhone"].notifications:
        console.print(f"[italic]Lock screen:[/] {line}")


async def _spend(world: World, console: Console) -> None:
    console.rule("Boris earns by phone number, and spends with his card scanned")
    await world.till.post("phone:+4915112345678", 900, "Family lunch")
    await world.until_up_to_date("Boris")
    entry = await world.till.post(world.cards["Boris"], -400, "Free burger")
    await world.until_up_to_date("Boris")
    console.print(f"+900 and -400 points, balance {entry['balance']}.")
    console.print(world.faces("Boris's iPhone"))


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
    console.print(world.faces("Clara's iPhone"))


async def _lose(world: World, console: Console) -> None:
    console.rule("Anna's watch is gone for good")
    watch = world.phones["Anna's Watch"]
    world.apns.kill_token(watch.push_token, int(time.time() * 1000))  # noqa: TID251 - Apple's clock, not ours
    await world.till.post("external:BH-1001", 30, "Survey")
    await _until_forgotten(world, "Anna")
    card = await world.till.card(world.cards["Anna"])
    console.print(f"Apple says 410: the registration is dropped, {len(card['devices'])} device is left and up to date.")


async def _until_forgotten(world: World, who: str) -> None:
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE:
        card = await world.till.card(world.cards[who])
        if len(card["devices"]) == 1 and card["up_to_date"]:
            return
        await asyncio.sleep(0.02)


async def _end(world: World, console: Console) -> Ending:
    console.rule("Is the card on the phone up to date?")
    table = Table("card", "device", "told", "Apple said", "fetched", "up to date")
    stale = 0
    for who, card_id in world.cards.items():
        card = await world.till.card(card_id)
        for device in card["devices"]:
            stale += not device["up_to_date"]
            told, fetched = f"version {device['told_version']}", f"version {device['fetched_version']}"
            verdict = "[green]yes[/]" if device["up_to_date"] else "[red]no[/]"
            table.add_row(who, device["device"], told, device["told_outcome"], fetched, verdict)
    console.print(table)
    for phone in world.fleet.phones:
        for line in phone.log:
            console.print(f"[red]{phone.name} complains:[/] {line}")
    return {
        "cards_installed": sum(len(phone.passes) for phone in world.fleet.phones),
        "pushes_accepted": len(world.apns.received),
        "passes_fetched": world.fleet.fetched,
        "stale_devices": stale,
        "errors": world.fleet.errors,
    }
