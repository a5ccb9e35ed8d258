"""`demo`: the whole service with the world around it, on this machine, without any account."""

import asyncio
import json
import shutil
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from wallet_service.cli.logs import log_to_stderr
from wallet_service.cli.session import run_until_told
from wallet_service.errors import Invalid
from wallet_service.settings import LogSettings

if TYPE_CHECKING:
    from wallet_service.cli.demo.story import Ending
    from wallet_service.cli.demo.world import World
    from wallet_service.loyalty.awards.programme_file import Preset

    Act = Callable[[World, Console, asyncio.Event], Awaitable[Ending]]

HOME = Path(".demo")
LUNCH = {"sku": "lunch", "category": "menus", "quantity": 1, "price": 990}
"""What is on the receipt that whoever looks around may report."""


def demo(
    *,
    once: Annotated[bool, typer.Option(help="end after the story, with exit code 0 if all went well")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print one line of JSON at the end")] = False,
    port: Annotated[int, typer.Option(help="port to listen on; 0 finds a free one")] = 0,
    home: Annotated[Path, typer.Option(help="folder for the demo's data; emptied first")] = HOME,
    preset: Annotated[str | None, typer.Option(help="play this preset instead: see `programme presets`")] = None,
) -> None:
    """Play the story of five members and their cards, then stay up to be looked at."""
    from wallet_service.cli.demo.world import open_world

    opened, act = _chosen(preset)
    log_to_stderr(LogSettings(level="warning"))
    console = Console(stderr=as_json, highlight=False)

    async def play(stop: asyncio.Event) -> "Ending":
        started = time.monotonic()
        empty(home)
        async with open_world(home, port, opened) as world:
            console.print(f"[dim]Everything is up after {time.monotonic() - started:.1f} s.[/]")
            ending = await act(world, console, stop) | {"seconds": round(time.monotonic() - started, 2)}
            if as_json:
                typer.echo(json.dumps(ending))
            if not once and not stop.is_set():
                _invite(console, world)
                await stop.wait()
        return ending

    ending = run_until_told(play)
    raise typer.Exit(code=0 if ending["stale_devices"] == ending["errors"] == 0 else 1)


def _chosen(name: str | None) -> "tuple[Preset, Act]":
    """What is opened, and how it is played."""
    from wallet_service.cli.demo.preset import tell_preset
    from wallet_service.cli.demo.rules import PRESET
    from wallet_service.cli.demo.story import tell
    from wallet_service.loyalty.awards.programme_file import find_preset
    from wallet_service.settings import Settings

    preset = find_preset(Settings().templates_dir, name or PRESET)
    return preset, partial(tell_preset, preset=preset) if name else tell


def _invite(console: Console, world: "World") -> None:
    addresses = {"REST": f"{world.base_url}/docs", "API key": world.key}
    addresses |= {f"{name}'s card": link for name, link in world.links.items()}
    console.print("\n[bold]Still here[/] until Ctrl-C:")
    for name, address in addresses.items():
        console.print(f"  {name:<14}{address}", soft_wrap=True)
    sale = {"receipt": "try-1", "member": next(iter(world.cards.values()), ""), "lines": [LUNCH]}
    example = f"curl -X POST {world.base_url}/v1/purchases -H 'Authorization: Bearer {world.key}'"
    console.print(f"\n[dim]{example} -H 'Content-Type: application/json' -d '{json.dumps(sale)}'[/]", soft_wrap=True)


class NotADemoFolder(Invalid):
    """The folder named for the demo holds something else, which the demo would have deleted."""

    slug = "not-a-demo-folder"
    title = "This is not a folder of the demo"


def empty(home: Path) -> None:
    """Make the demo's folder anew; whatever a demo that was killed left running in it is stopped first."""
    from wallet_service.database.embedded import stop_running

    marker = home / "made-by-the-demo"
    if home.exists() and any(home.iterdir()):
        if not marker.exists():
            raise NotADemoFolder(f"{home} is not empty and not of the demo.", remedy="Name another folder with --home.")
        if (home / "data").exists():
            stop_running(home / "data")
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    marker.touch()
