"""APNs simulated in a process of its own, which notes the moment at which each push arrives."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from wallet_service.bench.harness import on_loop
from wallet_service.settings import ApnsSettings
from wallet_service.simulators.apns import ApnsSimulator
from wallet_service.simulators.apns_script import ReceivedPush
from wallet_service.simulators.pki import SimulatedPki


@dataclass(frozen=True, slots=True)
class Arrival:
    """A push as it arrived."""

    token: str
    at: int
    """Nanoseconds of `time.monotonic_ns`, the clock that all processes of a machine share."""
    connection: int
    """Which connection it came on: each worker has its own."""


@dataclass(frozen=True, slots=True)
class Apple:
    """The other process, as seen from here."""

    settings: ApnsSettings
    """How it is reached."""
    _pipe: Connection

    def arrivals(self) -> list[Arrival]:
        """The pushes that arrived since this was last asked, in their order."""
        self._pipe.send("arrivals")
        return [Arrival(*each) for each in self._pipe.recv()]


@contextmanager
def apple(folder: Path, client_roots: Path) -> Iterator[Apple]:
    """APNs while inside; it takes the pass certificates that chain to `client_roots`, and has its own in `folder`."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_simulate, args=(theirs, folder, client_roots), daemon=True)
    process.start()
    theirs.close()  # so that its end is heard here
    try:
        port, roots = ours.recv()
        # one connection for each worker, so that a connection names a process
        yield Apple(ApnsSettings(host="127.0.0.1", port=port, trust_roots=roots, connections=1), ours)
    finally:
        process.terminate()
        process.join()


def _simulate(pipe: Connection, folder: Path, client_roots: Path) -> None:
    on_loop(lambda: _receive(pipe, folder, client_roots))


async def _receive(pipe: Connection, folder: Path, client_roots: Path) -> None:
    arrived: list[tuple[str, int, int]] = []

    def note(push: ReceivedPush) -> None:
        arrived.append((push.token, time.monotonic_ns(), push.connection))

    pki = SimulatedPki.make(folder)
    simulator = await ApnsSimulator.start(pki, client_roots=client_roots)
    simulator.subscribe(note)
    pipe.send((simulator.port, pki.roots))
    while await asyncio.to_thread(pipe.recv):
        told, arrived[:] = arrived.copy(), []
        await asyncio.to_thread(pipe.send, told)
