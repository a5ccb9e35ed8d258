"""The demo of a preset: its programme is opened, and a member lives through it; every point says why it is there."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console

from wallet_service.cli.demo.plots import NIGHT, PLOTS, Step
from wallet_service.cli.demo.screen import iphones
from wallet_service.cli.demo.world import TEAM, World, until
from wallet_service.cli.opening import open_preset
from wallet_service.flows import GO_THROUGH_DAYS
from wallet_service.loyalty.brands import claim_pass_type, create_brand
from wallet_service.loyalty.keys import Scope, create_key
from wallet_service.loyalty.programme_file import Preset
from wallet_service.simulators.till import SimulatedTill
from wallet_service.wallets.apple.devpki import make_dev_certificates

ZONE = ZoneInfo("Europe/Berlin")
ANNA, PHONE = "external:A-1001", "Anna's iPhone"
OWN = {"visits": "visit", "events": "event", "memberships": "sale"}
"""What these call the caller's own number."""
Ending = dict[str, Any]


@dataclass(slots=True)
class Told:
    """What has been shown of Anna's ledger so far."""

    entry: int = 0
    points: list[str] = field(default_factory=list)


async def tell_preset(world: World, console: Console, stop: asyncio.Event, preset: Preset) -> Ending:
    """Open the preset's programme, and play what happens to Anna in it; what came of it, in numbers."""
    console.rule(f"{preset.programme}: {preset.title}")
    await _open(world, preset)
    now = world.service.clock.now().astimezone(ZONE)
    await world.join({"name": "Anna Petrova", "external_id": "A-1001", "born": f"1992{now:-%m-%d}", "language": "en"})
    await world.install("Anna", PHONE)
    told = Told()
    console.print("Anna joins, and adds the card.")
    await _show(world, console, told)
    for number, step in enumerate(PLOTS[preset.name], 1):
        if stop.is_set():
            break
        console.print(f"\n[bold]{step.words}[/]")
        await _play(world, step, number, now)
        await _show(world, console, told)
    return await _end(world, console, preset, told)


async def _open(world: World, preset: Preset) -> None:
    """A brand of its own for the programme; from now on the till is its."""
    service = world.service
    pass_type = f"pass.com.example.preset.{preset.template}"
    make_dev_certificates(service.settings.certs_dir, pass_type, TEAM, preset.programme, service.clock.now())
    async with service.database.begin() as tx:
        brand = await create_brand(tx, preset.programme)
        await claim_pass_type(tx, brand, pass_type)
        world.key = await create_key(tx, brand, "demo", frozenset(Scope))
    asked = {"name": preset.programme, "pass_type": pass_type, "time_zone": ZONE.key}
    await open_preset(service, brand, preset, asked)
    world.till = SimulatedTill(world.base_url, world.key, world.client)


async def _play(world: World, step: Step, number: int, now: datetime) -> None:
    noon = (now - timedelta(days=step.days_ago)).replace(hour=12)
    at = {"at": noon.isoformat()} if step.days_ago else {}
    numbered = f"A-{number:04}"
    if step.what == NIGHT:
        await _night(world)
    elif step.what == "purchases":
        await world.till.call("POST", "/v1/purchases", {"member": ANNA, "receipt": numbered, **step.body, **at})
    else:
        await world.till.call("POST", f"/v1/members/{ANNA}/{step.what}", {OWN[step.what]: numbered, **step.body, **at})


async def _night(world: World) -> None:
    """Let the programme's calendar be gone through now, and wait until it has brought something."""
    before = await _state(world)
    async with world.service.database.begin() as tx:
        await world.service.engine.enqueue(tx, GO_THROUGH_DAYS)

    async def brought() -> bool:
        return await _state(world) != before

    await until(brought)


async def _state(world: World) -> tuple[Any, Any]:
    member = await world.till.call("GET", f"/v1/members/{ANNA}")
    offers = await world.till.call("GET", f"/v1/members/{ANNA}/offers")
    return member["balance"], [each["name"] for each in offers["items"]]


async def _show(world: World, console: Console, told: Told) -> None:
    """What is new in her ledger and why, and how she stands now."""
    entries = (await world.till.call("GET", f"/v1/members/{ANNA}/entries?limit=50"))["items"]
    for entry in reversed([each for each in entries if each["id"] > told.entry]):
        why = await world.till.call("GET", f"/v1/members/{ANNA}/entries/{entry['id']}/why")
        told.entry = entry["id"]
        told.points.append(why["why"])
        console.print(f"  [dim]why:[/] {why['why']}")
    balance, offers = await _state(world)
    standing = await world.till.call("GET", f"/v1/members/{ANNA}/standing")
    words = [f"balance {balance}", *_standing(standing), *(f"offer {name}" for name in offers)]
    console.print(f"  {', '.join(words)}")


def _standing(standing: Mapping[str, Any]) -> list[str]:
    tier, goal = standing["tier"], standing["goal"]
    words = [f"tier {tier['title']['en']}"] if tier else []
    return [*words, f"{_left(goal)} to {goal['title']['en']}"] if goal else words


def _left(goal: Mapping[str, Any]) -> str:
    return f"{goal['left'] / 100:.2f}" if goal["measure"] == "spent" else f"{goal['left']} {goal['measure']}"


async def _end(world: World, console: Console, preset: Preset, told: Told) -> Ending:
    await world.until_up_to_date("Anna")
    console.print()
    console.print(iphones(world, PHONE))
    card = await world.card("Anna")
    balance, offers = await _state(world)
    return {
        "preset": preset.name,
        "balance": balance,
        "offers": offers,
        "reasons": len(told.points),
        "cards_installed": sum(len(phone.passes) for phone in world.fleet.phones),
        "stale_devices": sum(not device["up_to_date"] for device in card["devices"]),
        "errors": world.fleet.errors,
    }
