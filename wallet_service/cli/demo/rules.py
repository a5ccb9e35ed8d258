"""The acts of the brand: what would a mechanic cost, and one that comes into force while everything runs."""

from typing import Any

from rich.console import Console

from wallet_service.cli.demo.phones import CLARA
from wallet_service.cli.demo.purchases import money
from wallet_service.cli.demo.screen import iphones
from wallet_service.cli.demo.world import World, until
from wallet_service.loyalty.awards.programme_file import find_preset

PRESET = "burger-bonus"
"""The rules of the story."""
GENEROUS = {
    "name": "generous",
    "title": {"en": "10 % back"},
    "why": {"en": "+{points} for your receipt {receipt}"},
    "on": "purchase",
    "give": [{"percent": 10}],
}


async def ask_the_time_machine(world: World, console: Console) -> None:
    """Run a mechanic that does not exist over the purchases that were."""
    console.rule("What would 10 % back for everybody have cost?")
    wish = {"rules": {"mechanics": [GENEROUS]}}
    asked = await world.till.call("POST", f"/v1/programmes/{world.programme}/simulations", wish)

    async def answered() -> bool:
        return bool((await _simulation(world, asked["id"]))["state"] in {"done", "failed"})

    await until(answered)
    found = (await _simulation(world, asked["id"]))["result"]
    line = next(each for each in found["mechanics"] if each["name"] == GENEROUS["name"])
    console.print(
        f"Over the {found['purchases']} purchases so far, of {money(found['revenue'])}: {line['points']} points more, "
        f"{line['cost_share']:.1%} of the revenue. Nobody's card has changed."
    )


async def add_birthdays(world: World, console: Console) -> None:
    """New rules are put in force; the calendar finds whose day it is."""
    console.rule("The brand adds birthdays to its rules, and today is Clara's")
    before = await world.balance(CLARA)
    whole = find_preset(world.service.settings.templates_dir, PRESET).rules
    rules = await world.put_in_force(whole)
    changed = ", ".join(f"{each['how']} {each['name']}" for each in rules["changes"])
    console.print(f"Version {rules['version']} of the rules is in force ({changed}).")
    await world.turn_calendar()

    async def brought() -> bool:
        return await world.balance(CLARA) > before

    await until(brought)
    await world.until_up_to_date("Clara")
    console.print(f"The calendar brings her {await world.balance(CLARA) - before} points.")
    newest = (await world.till.call("GET", f"/v1/members/{CLARA}/entries?limit=1"))["items"][0]
    console.print(f"  [dim]why:[/] {await world.why(CLARA, newest['id'])}")
    console.print(iphones(world, "Clara's iPhone"))


async def _simulation(world: World, simulation: str) -> Any:
    return await world.till.call("GET", f"/v1/simulations/{simulation}")
