"""`demo`: the whole service with the world around it, on this machine, without any account."""

import asyncio
import json
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from wallet_service.cli.logs import log_to_stderr
from wallet_service.cli.session import run_until_told
from wallet_service.errors import Invalid
from wallet_service.settings import ApnsSettings, LogSettings, PushSettings, Settings

if TYPE_CHECKING:
    from wallet_service.cli.demo_story import Ending, World
    from wallet_service.service import Service

PASS_TYPE, TEAM, BRAND = "pass.com.example.burger-heroes", "DEMO123456", "Burger Heroes"
TEMPLATE = "burger-heroes"
HOME = Path(".demo")


def demo(
    *,
    once: Annotated[bool, typer.Option(help="end after the story, with exit code 0 if all went well")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print one line of JSON at the end")] = False,
    port: Annotated[int, typer.Option(help="port to listen on; 0 finds a free one")] = 0,
    home: Annotated[Path, typer.Option(help="folder for the demo's data; emptied first")] = HOME,
) -> None:
    """Play the story of three members and their cards, then stay up to be looked at."""
    from wallet_service.cli.demo_story import tell

    log_to_stderr(LogSettings(level="warning"))
    console = Console(stderr=as_json, highlight=False)

    async def play(stop: asyncio.Event) -> "Ending":
        started = time.monotonic()
        async with open_world(home, port) as world:
            console.print(f"[dim]Everything is up after {time.monotonic() - started:.1f} s.[/]")
            ending = await tell(world, console, stop) | {"seconds": round(time.monotonic() - started, 2)}
            if as_json:
                typer.echo(json.dumps(ending))
            if not once and not stop.is_set():
                _invite(console, world)
                await stop.wait()
        return ending

    ending = run_until_told(play)
    raise typer.Exit(code=0 if ending["stale_devices"] == ending["errors"] == 0 else 1)


def _invite(console: Console, world: "World") -> None:
    addresses = {"REST": f"{world.base_url}/docs", "API key": world.key}
    addresses |= {f"{name}'s card": link for name, link in world.links.items()}
    console.print("\n[bold]Still here[/] until Ctrl-C:")
    for name, address in addresses.items():
        console.print(f"  {name:<14}{address}", soft_wrap=True)
    example = (
        f"curl -X POST {world.base_url}/v1/members/external:BH-1001/entries -H 'Authorization: Bearer {world.key}'"
    )
    console.print(f"\n[dim]{example} -H 'Content-Type: application/json' -d '{{\"amount\": 100}}'[/]", soft_wrap=True)


@asynccontextmanager
async def open_world(home: Path, port: int = 0) -> AsyncIterator["World"]:
    """The service in its own home, a simulated Apple, phones and a till around it, and a sample brand in it."""
    import httpx2

    from wallet_service.app import open_service
    from wallet_service.cli.demo_story import World
    from wallet_service.clock import SystemClock
    from wallet_service.serving import listening, serving
    from wallet_service.simulators.apns import ApnsSimulator
    from wallet_service.simulators.fleet import Fleet
    from wallet_service.simulators.pki import SimulatedPki
    from wallet_service.simulators.till import SimulatedTill
    from wallet_service.wallets.apple.devpki import make_dev_certificates

    empty(home)
    certs = home / "certs"
    make_dev_certificates(certs, PASS_TYPE, TEAM, BRAND, SystemClock().now())
    pki = SimulatedPki.make(home / "apple")
    apns = await ApnsSimulator.start(pki, client_roots=certs / "dev-root.pem")
    listener = listening(port)
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = Settings(
        data_dir=home / "data",
        certs_dir=certs,
        public_url=base_url,
        database_url=None,
        apns=ApnsSettings(host="127.0.0.1", port=apns.port, trust_roots=pki.roots),
        push=PushSettings(interval=0.2),
    )
    fleet = Fleet()
    apns.subscribe(fleet.hear)
    try:
        async with (
            open_service(settings) as service,
            serving(service, listener=listener),
            httpx2.AsyncClient(timeout=30) as client,
        ):
            sample = await open_sample_brand(service)
            till = SimulatedTill(base_url, sample.key, client)
            yield World(service, base_url, sample.key, till, client, apns, fleet, certs / "dev-root.pem")
    finally:
        await apns.aclose()


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


@dataclass(frozen=True, slots=True)
class SampleBrand:
    """A brand to try things with."""

    brand_id: str
    programme_id: str
    key: str


async def open_sample_brand(service: "Service") -> SampleBrand:
    """A brand with a published template, a programme and an API key that may do everything."""
    from wallet_service.cards.publish import publish_template
    from wallet_service.cards.templates import read_template
    from wallet_service.loyalty.brands import claim_pass_type, create_brand, create_programme
    from wallet_service.loyalty.keys import Scope, create_key

    source = read_template(service.settings.templates_dir / f"{TEMPLATE}.pkpasstemplate")
    async with service.database.begin() as tx:
        brand = await create_brand(tx, BRAND)
        await claim_pass_type(tx, brand, PASS_TYPE)
        version = await publish_template(tx, brand, source)
        programme = await create_programme(
            tx,
            brand,
            name="Heroes Club",
            pass_type=PASS_TYPE,
            template_version_id=version.id,
            time_zone="Europe/Berlin",
        )
        key = await create_key(tx, brand, "demo", frozenset(Scope))
    return SampleBrand(brand, programme.id, key)
