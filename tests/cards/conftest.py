"""A shop whose clock only the test moves."""

from collections.abc import AsyncIterator

import pytest

from tests.loyalty.shop import Shop
from tests.people import PASS_TYPE, open_brand
from wallet_service.app import open_service
from wallet_service.clock import SetClock, SystemClock
from wallet_service.settings import Settings


@pytest.fixture
def clock() -> SetClock:
    """The time of the test: the present, standing still at a whole second."""
    return SetClock(SystemClock().now().replace(microsecond=0))


@pytest.fixture
async def shop(settings: Settings, clock: SetClock) -> AsyncIterator[Shop]:
    """Burger Heroes, by that clock."""
    async with open_service(settings, clock=clock) as service:
        yield Shop(service, await open_brand(service, "Burger Heroes", PASS_TYPE))
