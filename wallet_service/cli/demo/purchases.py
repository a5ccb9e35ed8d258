"""The acts at the till: the fourth purchase of a month gives three times as much, and a part of it comes back."""

import time
from datetime import timedelta
from typing import Any

from rich.console import Console

from wallet_service.cli.demo.phones import BORIS
from wallet_service.cli.demo.screen import iphones
from wallet_service.cli.demo.world import World

MENU = {"sku": "hero-menu", "category": "menus", "quantity": 2, "price": 1290, "name": "Hero Menu"}
SHAKE = {"sku": "milk-shake", "category": "drinks", "quantity": 1, "price": 490, "name": "Milk Shake"}
VISITS = (12, 8, 3)
"""Days ago on which Boris bought before."""
PHONE, LATEST = "Boris's iPhone", "mitte-4"
"""What he carries, and the receipt of today."""


async def buy(world: World, console: Console) -> None:
    """Ask what may be spent and what will be earned; then report the sale."""
    console.rule("Boris buys for the fourth time in a month: the rules give more")
    for number, days in enumerate(VISITS, 1):
        at = (world.today() - timedelta(days)).replace(hour=12).isoformat()
        await world.till.call("POST", "/v1/purchases", _sale(f"mitte-{number}", at=at, lines=[MENU]))
    wish = {"member": BORIS, "spend": 400, "lines": [MENU, SHAKE]}
    started = time.monotonic()
    quote = await world.till.call("POST", "/v1/quotes", wish)
    world.quote_ms = (time.monotonic() - started) * 1000
    console.print(
        f"The till asks first: {quote['most']} points may pay, {quote['earned']} will be earned "
        f"(answered after {world.quote_ms:.0f} ms)."
    )
    sale = _sale(LATEST, lines=[MENU, SHAKE], spend=400)
    bought = await world.till.call("POST", "/v1/purchases", sale)
    again = await world.till.call("POST", "/v1/purchases", sale)
    console.print(
        f"Of {money(bought['total'])}, 400 points pay a part and {money(bought['paid'])} are left: "
        f"+{bought['earned']}, balance {bought['balance']}. Sent twice: still one purchase, balance {again['balance']}."
    )
    for gave in bought["gave"]:
        console.print(f"  [dim]why:[/] {await world.why(BORIS, gave['entry'])}")
    await world.until_up_to_date("Boris")
    console.print(iphones(world, PHONE))
    console.print(f"[italic]On its back:[/] {world.back(PHONE, 'receipt')}")


async def give_back(world: World, console: Console) -> None:
    """One of the menus comes back."""
    console.rule("Boris brings back one of two menus")
    bought = await world.till.call("GET", f"/v1/purchases?receipt={LATEST}")
    wish = {"refund": f"{LATEST}-back", "lines": [{"line": 1, "quantity": 1}]}
    back = await world.till.call("POST", f"/v1/purchases/{bought['id']}/refunds", wish)
    console.print(
        f"{money(back['paid'])} in money, {back['points_back']} points that had paid, less {back['points_taken']} "
        f"that were given for it: balance {back['balance']}."
    )
    await world.until_up_to_date("Boris")
    console.print(iphones(world, PHONE))


def money(minor: int) -> str:
    """An amount as people write it."""
    return f"{minor / 100:.2f} €"


def _sale(receipt: str, **more: Any) -> dict[str, Any]:
    return {"receipt": receipt, "member": BORIS, "place": "Mitte", **more}
