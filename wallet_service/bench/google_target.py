"""What the benches send to Google: it is simulated in a process of its own, without a limit of its rate.

The process notes the moment at which each PATCH arrives.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection

from wallet_service.bench.harness import on_loop
from wallet_service.simulators.google import GoogleSimulator
from wallet_service.simulators.google_wire import Call

ISSUER = "3388000000000000001"
CLASS_ID, OBJECT_ID = f"{ISSUER}.bench", f"{ISSUER}.card"
NO_LIMIT = 1e9

Moments = list[int]
"""When each request arrived, by `time.monotonic_ns`, the clock that all processes of a machine share."""


@dataclass(frozen=True, slots=True)
class GoogleTarget:
    """The other process, as seen from here."""

    root: str
    key_file: Mapping[str, str]
    """Of a service account that may do everything there."""
    _pipe: Connection

    def arrivals(self) -> list[tuple[str, int]]:
        """Object id and moment (ns of `time.monotonic_ns`) of each PATCH that Google took since this was last asked."""
        self._pipe.send("arrivals")
        arrived: list[tuple[str, int]] = self._pipe.recv()
        return arrived


@contextmanager
def google_target() -> Iterator[GoogleTarget]:
    """A Google while inside, with one issuer and nothing of it yet."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_simulate, args=(theirs,), daemon=True)
    process.start()
    theirs.close()  # so that its end is heard here
    try:
        root, key_file = ours.recv()
        yield GoogleTarget(root, key_file, ours)
    finally:
        process.terminate()
        process.join()


def _simulate(pipe: Connection) -> None:
    on_loop(lambda: _serve(pipe))


async def _serve(pipe: Connection) -> None:
    moments: Moments = []

    def note(_: Call) -> None:
        moments.append(time.monotonic_ns())

    async with GoogleSimulator(rate=NO_LIMIT) as google:
        account = google.open_account("bench@bench.iam.gserviceaccount.com")
        google.open_issuer(ISSUER, account)
        google.script = note
        pipe.send((google.root, account.key_file))
        while await asyncio.to_thread(pipe.recv):
            await asyncio.to_thread(pipe.send, _taken(google, moments))


def _taken(google: GoogleSimulator, moments: Moments) -> list[tuple[str, int]]:
    """The PATCHes among what was written down since last time; each call is noted once, and written down once."""
    entries, google.journal.entries = google.journal.entries, []
    taken = [
        (entry.path.rpartition("/")[2], at)
        for entry, at in zip(entries, moments, strict=True)
        if entry.method == "PATCH" and entry.status == 200
    ]
    moments.clear()
    return taken
