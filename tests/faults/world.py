"""A world to be broken: our programs on a data folder of their own, a simulated Apple, members with phones, tills."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx2

from tests.conftest import TEMPLATES, Site, plain
from tests.faults.shoppers import Shopper
from tests.journeys.walks import join_many
from tests.people import PASS_TYPE, TEAM, Brand, open_brand
from tests.processes import Programs, free_port
from wallet_service.app import open_service, upgrade_database
from wallet_service.clock import Clock, SystemClock
from wallet_service.database.embedded import EmbeddedPostgres
from wallet_service.service import Service
from wallet_service.settings import ApnsSettings, LimitSettings, PushSettings, Settings
from wallet_service.simulators.apns import ApnsSimulator
from wallet_service.simulators.fleet import Fleet
from wallet_service.simulators.pki import SimulatedPki
from wallet_service.tokens import make_master_keys
from wallet_service.wallets.apple.devpki import make_dev_certificates

LEASE = 1.0
"""Seconds after which what a killed worker had in hand is another's."""
EARLIER = timedelta(days=2)
"""How long ago the certificates were made: before any wrong clock's present."""
SOON = 60.0
"""Seconds within which everything is well again, on however slow a machine."""


@dataclass(slots=True)
class World:
    """Everything around the programs, which a scenario starts and breaks."""

    site: Site
    """Its service only looks on from here: nobody serves or works but the programs."""
    brand: Brand
    programs: Programs
    data: Path
    url: str
    shoppers: Sequence[Shopper] = ()
    versions: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    """Card -> its version and Last-Modified when it was last looked at."""

    async def gather(self, count: int) -> None:
        """So many members join, each with a phone and a till."""
        self.shoppers = [Shopper(holder) for holder in await join_many(self.site, self.brand, count)]

    @asynccontextmanager
    async def looked_at(self) -> AsyncIterator[Any]:
        """A connection to the database, past the service."""
        connection = await asyncpg.connect(plain(self.url))
        try:
            yield connection
        finally:
            await connection.close()


@asynccontextmanager
async def open_world(folder: Path, *, data: Path | None = None, clock: Clock | None = None) -> AsyncIterator[World]:
    """A world in an empty folder, its database in `data` if that is to lie elsewhere; all is ended with it."""
    data = data or folder / "data"
    pki, certs = SimulatedPki.make(folder / "apple"), folder / "certs"
    make_dev_certificates(certs, PASS_TYPE, TEAM, "Test", SystemClock().now() - EARLIER)
    make_master_keys(folder / "master-keys.json")
    async with AsyncExitStack() as stack:
        server = await asyncio.to_thread(EmbeddedPostgres.start, data)
        stack.push_async_callback(asyncio.to_thread, server.stop)
        await upgrade_database(server.url)
        apns = await ApnsSimulator.start(pki, client_roots=certs / "dev-root.pem")
        stack.push_async_callback(apns.aclose)
        client = await stack.enter_async_context(httpx2.AsyncClient(timeout=SOON))
        settings = _settings(folder, data, apns, pki)
        looking = settings.model_copy(update={"database_url": server.url})
        service = await stack.enter_async_context(open_service(looking, clock=clock))
        site = _site(service, client, apns, certs)
        stack.push_async_callback(site.fleet.settled)
        brand = await open_brand(service, "Burger Heroes", PASS_TYPE, site.base_url, client)
        programs = await stack.enter_async_context(Programs(folder, settings))
        yield World(site, brand, programs, data, server.url)


def _settings(folder: Path, data: Path, apns: ApnsSimulator, pki: SimulatedPki) -> Settings:
    """An operator's settings, but quick to push and to take over."""
    port = free_port()
    return Settings(
        data_dir=data,
        certs_dir=folder / "certs",
        master_keys=folder / "master-keys.json",
        templates_dir=TEMPLATES,
        pool=6,
        port=port,
        public_url=f"http://127.0.0.1:{port}",
        apns=ApnsSettings(host="127.0.0.1", port=apns.port, trust_roots=pki.roots),
        push=PushSettings(interval=0.0, lease=LEASE),
        limits=LimitSettings(open_per_minute=1_000_000),  # here all phones have one address
    )


def _site(service: Service, client: httpx2.AsyncClient, apns: ApnsSimulator, certs: Path) -> Site:
    fleet = Fleet()
    apns.subscribe(fleet.hear)
    return Site(service, service.settings.public_url, client, apns, fleet, certs / "dev-root.pem")
