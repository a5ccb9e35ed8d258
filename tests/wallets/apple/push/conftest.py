"""Fixtures of the push tests: one PKI for all, one APNs for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.wallets.apple.push.world import World, make_pki, world
from wallet_service.simulators.pki import SimulatedPki


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> SimulatedPki:
    return make_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
async def apple(pki: SimulatedPki) -> AsyncIterator[World]:
    async with world(pki) as place:
        yield place
