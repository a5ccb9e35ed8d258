"""A shop whose programme does not go below zero."""

import pytest

from tests.loyalty.shop import Shop
from tests.people import PASS_TYPE, open_brand
from wallet_service.service import Service


@pytest.fixture
async def shop(service: Service) -> Shop:
    """Burger Heroes."""
    return Shop(service, await open_brand(service, "Burger Heroes", PASS_TYPE))
