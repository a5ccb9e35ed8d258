"""The acts of three members with iPhones: they join, earn and spend; their phones follow, sleep, and are lost."""

import asyncio
import time

from rich.console import Console

from wallet_service.cli.demo.screen import iphones
from wallet_service.cli.demo.world import World, until
from wallet_service.simulators.till import TillRefused

MEMBERS = (
    {"name": "Anna Petrova", "external_id": "BH-1001", "phone": "+79161234567", "language": "ru"},
    {"name": "Boris Keller", "external_id": "BH-1002", "phone": "+4915112345678", "language": "en"},
    {"name": "Clara Lind", "external_id": "BH-1003", "phone": "+46701234567", "language": "sv"},
)
ANNA, BORIS, CLARA = (f"external:{member['external_id']}" for member in MEMBERS)
WELCOME = 300 + 50
"""Points of whoever has joined and has the card in the phone: `welcome` and `card-bonus` of the rules."""


async def join(world: World, console: Console) -> None:
    """Three members join, and are welcomed."""
    console.rule("Three members with iPhones join, and add their cards")
    today = world.today()
    for wishes in MEMBERS:
        born = {"born": f"1992{today:-%m-%d}"} if wishes["external_id"] == "BH-1003" else {}
        who = await world.join(wishes | born)
        await world.install(who, f"{who}'s iPhone")
    await world.install("Anna", "Anna's Watch")
    console.print("Each phone checked the signature, the manifest and the required fields before it took the card.")
    await world.until_balance(WELCOME, "Anna", "Boris", "Clara")
    console.print("The rules welcome them: 300 bonuses for joining, 50 more when the card came into the phone.")
    console.print(iphones(world, *world.phones))


async def earn(world: World, console: Console) -> None:
    """Points by hand, in one call, sent twice."""
    console.rule("Anna is given points: the till makes one call")
    phone = world.phones["Anna's iPhone"]
    entry = await world.till.post(ANNA, 250, "Lucky draw", once="receipt-4711")
    again = await world.till.post(ANNA, 250, "Lucky draw", once="receipt-4711")
    console.print(f"+250 points, balance {entry['balance']}. Sent twice by mistake: still entry {again['id']}, once.")
    seconds = await world.until_up_to_date("Anna")
    console.print(f"Woken by Apple, asked, fetched: both devices show it after {seconds * 1000:.0f} ms.")
    console.print(iphones(world, "Anna's iPhone", "Anna's Watch"))
    console.print(f"[italic]Lock screen:[/] {phone.notifications[-1]}")


async def spend(world: World, console: Console) -> None:
    """A member is named by phone number, then by the card."""
    console.rule("Boris earns by phone number, and spends with his card scanned")
    await world.till.post("phone:+4915112345678", 900, "Family lunch")
    await world.until_up_to_date("Boris")
    entry = await world.till.post(world.cards["Boris"], -400, "Free burger")
    await world.until_up_to_date("Boris")
    console.print(f"+900 and -400 points, balance {entry['balance']}.")
    console.print(iphones(world, "Boris's iPhone"))


async def refuse(world: World, console: Console) -> None:
    """A refusal says why."""
    console.rule("Nobody spends what is not there")
    try:
        await world.till.post(CLARA, -1000)
    except TillRefused as refusal:
        problem = refusal.problem
        console.print(f"{refusal.status} [bold]{problem['title']}[/]: {problem['detail']} ({problem['type']})")


async def sleep(world: World, console: Console) -> None:
    """A phone is off for a while."""
    console.rule("Clara's phone is off while she earns three times")
    phone = world.phones["Clara's iPhone"]
    phone.off()
    for amount in (100, 150, 200):
        await world.till.post(CLARA, amount, "Coffee and a bun")
        await asyncio.sleep(0.3)
    before = phone.fetched
    await phone.on()
    await world.until_up_to_date("Clara")
    console.print(f"Three changes, {phone.fetched - before} fetch: on again, it shows the present, not the past.")
    console.print(iphones(world, "Clara's iPhone"))


async def lose(world: World, console: Console) -> None:
    """A device is gone, and Apple says so."""
    console.rule("Anna's watch is gone for good")
    watch = world.phones["Anna's Watch"]
    world.apns.kill_token(watch.push_token, int(time.time() * 1000))  # noqa: TID251 - Apple's clock, not ours
    await world.till.post(ANNA, 30, "Survey")

    async def forgotten() -> bool:
        card = await world.card("Anna")
        return len(card["devices"]) == 1 and bool(card["up_to_date"])

    await until(forgotten)
    left = len((await world.card("Anna"))["devices"])
    console.print(f"Apple says 410: the registration is dropped, {left} device is left and up to date.")
