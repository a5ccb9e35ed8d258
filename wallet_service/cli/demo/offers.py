"""The act of an offer: it is given to one member, stands on her card, and is redeemed once."""

from rich.console import Console

from wallet_service.cli.demo.phones import CLARA
from wallet_service.cli.demo.world import World
from wallet_service.simulators.till import TillRefused

SHAKE = {
    "name": "free-shake",
    "title": {"en": "A milk shake on us", "ru": "Молочный коктейль в подарок"},
    "kind": "personal",
    "benefit": {"gift": "milk-shake"},
    "valid_days": 14,
}


async def give_and_redeem(world: World, console: Console) -> None:
    """Clara is given a shake for waiting, and takes it."""
    console.rule("Clara had to wait: a milk shake is on us")
    await world.till.call("POST", "/v1/offers", SHAKE)
    wish = {"offer": SHAKE["name"], "occasion": "complaint 81"}
    given = await world.till.call("POST", f"/v1/members/{CLARA}/offers", wish)
    await world.until_up_to_date("Clara")
    console.print(f"[italic]On the back of her card:[/] {_offers(world)}")

    code = {"code": given["code"], "member": CLARA}
    taken = await world.till.call("POST", "/v1/offers/redeem", code)
    console.print(f"The till scans {given['code']} and hands over one {taken['benefit']['gift']}.")
    try:
        await world.till.call("POST", "/v1/offers/redeem", code)
    except TillRefused as refusal:
        console.print(f"Scanned again: {refusal.status} [bold]{refusal.problem['title']}[/].")
    await world.until_up_to_date("Clara")
    console.print(f"[italic]On the back of her card:[/] {_offers(world) or 'no offers any more'}")


def _offers(world: World) -> str:
    return world.back("Clara's iPhone", "offers")
