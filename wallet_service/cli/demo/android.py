"""The part of the demo's story that Google plays: two Android phones save cards, follow, tell and delete."""

from rich.columns import Columns
from rich.console import Console

from wallet_service.cli.demo.link import open_web_card
from wallet_service.cli.demo.phones import WELCOME
from wallet_service.cli.demo.screen import androids, drawn
from wallet_service.cli.demo.world import World
from wallet_service.simulators.google import GoogleSimulator

MEMBERS = (
    {"name": "Dana Weiss", "external_id": "BH-1004", "phone": "+4915198765432", "language": "en"},
    {"name": "Emil Orlov", "external_id": "BH-1005", "phone": "+79169876543", "language": "ru"},
)
PIXEL, GALAXY = "Dana's Pixel", "Emil's Galaxy"


async def join_on_android(world: World, console: Console) -> None:
    """Two more members join; the same kind of link leads their phones to Google."""
    console.rule("Two members with Android phones join: the same link, another wallet")
    for wishes, phone in zip(MEMBERS, (PIXEL, GALAXY), strict=True):
        await world.save(await world.join(wishes), phone)
    await world.until_balance(WELCOME, "Dana", "Emil")
    heard = [event for who in ("Dana", "Emil") for event in await _heard(world, who)]
    console.print(f"Saved at Google, which called back, signed and verified: {', '.join(heard)}.")
    console.print(Columns(androids(world, PIXEL, GALAXY)))


async def buy_on_android(world: World, console: Console) -> None:
    """The till is the same; Google Wallet follows, and so does the card in a browser."""
    console.rule("Dana and Emil buy: Google Wallet follows, and so does a web card")
    web_card = await open_web_card(world, "Dana")
    await world.till.post("external:BH-1004", 120, "Coffee and a bun")
    await world.till.post(world.cards["Emil"], 340, "Hero Menu")
    seconds = await world.until_up_to_date("Dana", "Emil")
    console.print(f"Changed at Google, no faster than it allows: both phones show it after {seconds * 1000:.0f} ms.")
    in_browser = drawn("Dana's browser", await web_card.face(), "blue")
    console.print(Columns([*androids(world, PIXEL, GALAXY), in_browser]))
    for phone in (PIXEL, GALAXY):
        console.print(f"[italic]{phone}, lock screen:[/] {world.androids[phone].notifications[-1].text}")


async def delete_on_android(world: World, console: Console) -> None:
    """A card leaves the wallet, and we hear of it."""
    console.rule("Emil removes his card from Google Wallet")
    for saved in tuple(world.androids[GALAXY].cards):
        await world.androids[GALAXY].delete(saved)
    console.print(f"Google called back: {', '.join(await _heard(world, 'Emil'))}. The card itself lives on.")


def google_figures(google: GoogleSimulator) -> dict[str, int]:
    """What the simulated Google has counted."""
    return {
        "google_objects": len(google.shelf.resources["loyaltyObject"]),
        "google_patches": len(google.journal.of("PATCH", "/loyaltyObject/")),
        "google_peak_per_s": google.journal.peak_per_second,
    }


async def _heard(world: World, who: str) -> list[str]:
    """The callbacks that were accepted for this member's card."""
    return [callback["event"] for callback in (await world.card(who))["google"]["callbacks"]]
