"""A running APNs and clients of it, and a Google with an issuer, all closed at the end of the test."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.simulators.apns_client import TOPIC, WireClient
from tests.simulators.google_world import Issuer, google_world
from wallet_service.simulators.apns import ApnsSimulator
from wallet_service.simulators.pki import SimulatedPki


class Connect(Protocol):
    """Opens a connection with the pass certificate and exchanges prefaces."""

    async def __call__(self, *, settings: dict[int, int] | None = None) -> WireClient: ...


@pytest.fixture(scope="session")
def pki(tmp_path_factory: pytest.TempPathFactory) -> SimulatedPki:
    return SimulatedPki.make(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="session")
def certificate(pki: SimulatedPki) -> Path:
    return pki.pass_certificate(TOPIC)


@pytest.fixture
async def apns(pki: SimulatedPki) -> AsyncIterator[ApnsSimulator]:
    simulator = await ApnsSimulator.start(pki)
    yield simulator
    await simulator.aclose()


@pytest.fixture
async def connect(apns: ApnsSimulator, pki: SimulatedPki, certificate: Path) -> AsyncIterator[Connect]:
    clients: list[WireClient] = []

    async def connect(*, settings: dict[int, int] | None = None) -> WireClient:
        clients.append(await WireClient.connect(apns, pki, certificate))
        return await clients[-1].greet(settings=settings)

    yield connect
    for client in clients:
        await client.aclose()


@pytest.fixture
async def client(connect: Connect) -> WireClient:
    return await connect()


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    """Somebody who has issued Anna's card."""
    async with google_world() as issuer:
        await issuer.issue()
        yield issuer
