"""A site whose doors and workers are processes of their own, so that they can be killed."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest

from tests.conftest import Site
from tests.people import PASS_TYPE, Brand, open_brand
from tests.processes import Programs, free_port
from wallet_service.app import open_service
from wallet_service.settings import Settings
from wallet_service.simulators.apns import ApnsSimulator
from wallet_service.simulators.fleet import Fleet


@pytest.fixture
async def far_site(
    settings: Settings, client: httpx2.AsyncClient, apns: ApnsSimulator, certs: Path
) -> AsyncIterator[Site]:
    """Everything around the service, and a look into its database; nobody serves or works until a program is started."""
    settings.port = free_port()
    settings.public_url = f"http://127.0.0.1:{settings.port}"
    fleet = Fleet()
    apns.subscribe(fleet.hear)
    async with open_service(settings) as service:
        yield Site(service, settings.public_url, client, apns, fleet, certs / "dev-root.pem")


@pytest.fixture
async def far_heroes(far_site: Site) -> Brand:
    """A brand at the far site."""
    return await open_brand(far_site.service, "Burger Heroes", PASS_TYPE, far_site.base_url, far_site.client)


@pytest.fixture
async def programs(far_site: Site, tmp_path: Path) -> AsyncIterator[Programs]:
    """The processes of the far site."""
    async with Programs(tmp_path, far_site.service.settings) as started:
        yield started
