"""The demo of a preset: its programme is opened, and a member lives through it; every point says why it is there."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from rich.columns import Columns
from rich.console import Console

from wallet_service.cli.demo.plots import NIGHT, PLOTS, Step
from wallet_service.cli.demo.screen import androids, colours, iphones
from wallet_service.cli.demo.world import World, is_up_to_date, until
from wallet_service.loyalty.awards.programme_file import Preset

ANNA, PHONE, PIXEL = "external:A-1001", "Anna's iPhone", "Anna's Pixel"
OWN = {"visits": "visit", "events": "event", "memberships": "sale"}
"""What these call the caller's own number."""
Ending = dict[str, Any]


@dataclass(slots=True)
class Told:
    """What has been shown of Anna's ledger so far."""

    entry: int = 0
    points: list[str] = field(default_factory=list)
    looks: list[tuple[str, ...]] = field(default_factory=list)
    """Colours of her card in both wallets, each once."""


async def tell_preset(world: World, console: Console, stop: asyncio.Event, preset: Preset) -> Ending:
    """Open the preset's programme, and play what happens to Anna in it; what came of it, in numbers."""
    console.rule(f"{preset.programme}: {preset.title}")
    now = world.today()
    await world.join({"name": "Anna Petrova", "external_id": "A-1001", "born": f"1992{now:-%m-%d}", "language": "en"})
    await world.install("Anna", PHONE)
    await world.save("Anna", PIXEL)
    told = Told()
    console.print("Anna joins, and has the card in Apple Wallet and in Google Wallet.")
    await _show(world, console, told)
    for number, step in enumerate(PLOTS[preset.name], 1):
        if stop.is_set():
            break
        console.print(f"\n[bold]{step.words}[/]")
        await _play(world, preset, step, number, now)
        await _show(world, console, told)
    return await _end(world, console, preset, told)


async def _play(world: World, preset: Preset, step: Step, number: int, now: datetime) -> None:
    noon = (now - timedelta(days=step.days_ago)).replace(hour=12)
    at = {"at": noon.isoformat()} if step.days_ago else {}
    numbered = f"A-{number:04}"
    if step.what == NIGHT:
        await _night(world, preset)
    elif step.what == "purchases":
        await world.till.call("POST", "/v1/purchases", {"member": ANNA, "receipt": numbered, **step.body, **at})
    else:
        await world.till.call("POST", f"/v1/members/{ANNA}/{step.what}", {OWN[step.what]: numbered, **step.body, **at})


async def _night(world: World, preset: Preset) -> None:
    """Let the programme's calendar be gone through now, by all of its rules, and wait until it has brought something."""
    before = await _state(world)
    await world.put_in_force(preset.rules)
    await world.turn_calendar()

    async def brought() -> bool:
        return await _state(world) != before

    await until(brought)


async def _state(world: World) -> tuple[Any, Any]:
    offers = await world.till.call("GET", f"/v1/members/{ANNA}/offers")
    return await world.balance(ANNA), [each["name"] for each in offers["items"]]


async def _show(world: World, console: Console, told: Told) -> None:
    """What is new in her ledger and why, and how she stands now."""
    entries = (await world.till.call("GET", f"/v1/members/{ANNA}/entries?limit=50"))["items"]
    for entry in reversed([each for each in entries if each["id"] > told.entry]):
        told.entry = entry["id"]
        told.points.append(await world.why(ANNA, entry["id"]))
        console.print(f"  [dim]why:[/] {told.points[-1]}")
    balance, offers = await _state(world)
    standing = await world.till.call("GET", f"/v1/members/{ANNA}/standing")
    words = [f"balance {balance}", *_standing(standing), *(f"offer {name}" for name in offers)]
    console.print(f"  {', '.join(words)}")
    await world.until_up_to_date("Anna")
    if (look := colours(world, PHONE, PIXEL)) not in told.looks:
        told.looks.append(look)
        console.print(Columns([*iphones(world, PHONE).renderables, *androids(world, PIXEL)]))


def _standing(standing: Mapping[str, Any]) -> list[str]:
    tier, goal = standing["tier"], standing["goal"]
    words = [f"tier {tier['title']['en']}"] if tier else []
    return [*words, f"{_left(goal)} to {goal['title']['en']}"] if goal else words


def _left(goal: Mapping[str, Any]) -> str:
    return f"{goal['left'] / 100:.2f}" if goal["measure"] == "spent" else f"{goal['left']} {goal['measure']}"


async def _end(world: World, console: Console, preset: Preset, told: Told) -> Ending:
    await world.until_up_to_date("Anna")
    console.print()
    console.print(Columns([*iphones(world, PHONE).renderables, *androids(world, PIXEL)]))
    card = await world.card("Anna")
    balance, offers = await _state(world)
    return {
        "preset": preset.name,
        "balance": balance,
        "offers": offers,
        "reasons": len(told.points),
        "looks": len(told.looks),
        "cards_installed": sum(len(phone.passes) for phone in world.fleet.phones),
        "stale_devices": int(not is_up_to_date(card)),
        "errors": world.fleet.errors,
    }
