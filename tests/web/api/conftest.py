"""REST v1 without a socket: the doors of one process, called straight through ASGI."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from tests.people import OTHER_PASS_TYPE, PASS_TYPE, open_brand
from tests.web.api.desk import Desk
from wallet_service.service import Service
from wallet_service.web.doors import Doors
from wallet_service.web.site import Site


@pytest.fixture
async def doors(service: Service) -> AsyncIterator[Doors]:
    """The doors of one process."""
    opened = Doors.of(service)
    yield opened
    await opened.aclose()


@pytest.fixture
async def web(doors: Doors) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of those doors. A bug in them fails the test that met it."""
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(Site(doors)), base_url="http://rest") as client:
        yield client


@pytest.fixture
async def desk(service: Service, web: httpx2.AsyncClient) -> Desk:
    """Burger Heroes' desk; its key may do everything."""
    brand = await open_brand(service, "Burger Heroes", PASS_TYPE, "http://rest", web)
    return Desk(web, brand.key, brand)


@pytest.fixture
async def other_desk(service: Service, web: httpx2.AsyncClient) -> Desk:
    """Another brand's desk."""
    brand = await open_brand(service, "Coffee Corner", OTHER_PASS_TYPE, "http://rest", web)
    return Desk(web, brand.key, brand)
