"""The acts about bonus lots: points with an end go first, a hold sets some aside, and what is left lapses by itself."""

from datetime import datetime, timedelta

from rich.console import Console

from wallet_service.cli.demo.phones import BORIS
from wallet_service.cli.demo.screen import iphones
from wallet_service.cli.demo.world import World, until

LIFE = timedelta(seconds=3)
"""Of the bonuses that lapse before our eyes; brands take 30 days."""


async def hold_and_lapse(world: World, console: Console) -> None:
    """Boris is given points that soon expire; a hold takes some of them, the others lapse."""
    console.rule("Boris is missed: 100 bonuses, gone in a moment")
    before = await world.balance(BORIS)
    now = datetime.fromisoformat((await world.till.post(BORIS, 1, "Visit"))["created_at"])
    wish = {"amount": 100, "reason": "We miss you", "expires_at": (now + LIFE).isoformat()}
    await world.till.call("POST", f"/v1/members/{BORIS}/entries", wish)

    hold = await world.till.call("POST", f"/v1/members/{BORIS}/holds", {"amount": 60, "reason": "Lunch"})
    kept = await world.till.call("POST", f"/v1/holds/{hold['id']}/capture", {"amount": 40})
    console.print(f"The till held 60 before payment, of what expires first, and kept {kept['captured']}.")

    async def lapsed() -> bool:
        return await world.balance(BORIS) == before + 1

    seconds = await until(lapsed)
    await world.until_up_to_date("Boris")
    console.print(f"The other 60 lapsed by themselves {seconds:.1f} s later, and the card says so.")
    console.print(iphones(world, "Boris's iPhone"))
    proof = await world.till.call("GET", f"/v1/members/{BORIS}/proof")
    console.print(
        f"His ledger of {proof['entries']} entries proves the balance of {proof['balance']}: {proof['chain']}."
    )
