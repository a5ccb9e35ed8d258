"""The push transport's surroundings for tests: one brand with its pass certificate, and the simulated APNs."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from wallet_service.clock import SetClock
from wallet_service.simulators.apns import ApnsSimulator
from wallet_service.simulators.pki import SimulatedPki
from wallet_service.wallets.apple.push.credential import PushCredential
from wallet_service.wallets.apple.push.pool import ApnsPool
from wallet_service.wallets.apple.push.seam import Push, PushOutcome, PushResult, PushTransport

BURGER_HEROES = "pass.com.example.burger-heroes"
TODAY = datetime(2026, 11, 22, 12, tzinfo=UTC)


def pushes(count: int, **rest: Any) -> Iterator[Push]:
    """That many pushes, each to a token of its own."""
    return (Push(token(number), BURGER_HEROES, **rest) for number in range(count))


def token(number: int) -> str:
    """A well-formed device token."""
    return f"{number:064x}"


async def verdicts(transport: PushTransport, pushes: Iterable[Push]) -> list[PushResult]:
    """Send them all and gather what became of each."""
    return [result async for result in transport.send_many(pushes)]


def outcomes(results: Iterable[PushResult]) -> Counter[PushOutcome]:
    """How many verdicts of each kind."""
    return Counter(result.outcome for result in results)


def arrivals(apns: ApnsSimulator) -> Counter[str]:
    """How often APNs took a push to each token."""
    return Counter(push.token for push in apns.received)


async def until(condition: Callable[[], object]) -> None:
    """Wait for what is bound to happen soon."""
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.005)


class World:
    """APNs and a brand that pushes to it."""

    def __init__(self, pki: SimulatedPki, apns: ApnsSimulator) -> None:
        self.pki, self.apns = pki, apns
        self.clock = SetClock(TODAY)
        self.credential = PushCredential(pki.pass_certificate(BURGER_HEROES))

    @asynccontextmanager
    async def pool(self, **options: Any) -> AsyncIterator[ApnsPool]:
        """A pool that reaches this APNs, closed at the end; options as of `ApnsPool`."""
        usual = {"host": self.apns.host, "port": self.apns.port, "trust_roots": self.pki.roots, "clock": self.clock}
        pool = ApnsPool(options.pop("credential", self.credential), **{**usual, **options})
        try:
            yield pool
        finally:
            await pool.aclose()


@asynccontextmanager
async def world(pki: SimulatedPki, **options: Any) -> AsyncIterator[World]:
    """A running APNs, stopped at the end; options as of `ApnsSimulator.start`."""
    apns = await ApnsSimulator.start(pki, **options)
    try:
        yield World(pki, apns)
    finally:
        await apns.aclose()
    assert apns.violations == []
    assert apns.open_connections == 0


def make_pki(folder: Path) -> SimulatedPki:
    """The certificate authority of the simulated Apple."""
    return SimulatedPki.make(folder)
