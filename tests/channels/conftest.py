"""A brand's Firebase project, running."""

from collections.abc import AsyncIterator

import pytest

from tests.channels.app import account_key
from wallet_service.simulators.fcm import FcmSimulator


@pytest.fixture
async def fcm() -> AsyncIterator[FcmSimulator]:
    """A Firebase project on loopback, of which nothing is ever asked that Google would refuse."""
    running = await FcmSimulator.start(key=account_key())
    yield running
    await running.aclose()
    assert running.violations == []
