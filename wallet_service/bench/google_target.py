"""What the clients of `bench google` ask: the simulated Google in a process of its own, without a limit of its rate."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection

from wallet_service.bench.harness import on_loop
from wallet_service.simulators.google import GoogleSimulator

ISSUER = "3388000000000000001"
CLASS_ID, OBJECT_ID = f"{ISSUER}.bench", f"{ISSUER}.card"
NO_LIMIT = 1e9


@dataclass(frozen=True, slots=True)
class GoogleTarget:
    """The other process, as seen from here."""

    root: str
    key_file: Mapping[str, str]
    """Of a service account that may do everything there."""


@contextmanager
def google_target() -> Iterator[GoogleTarget]:
    """A Google while inside, with one issuer and nothing of it yet."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_simulate, args=(theirs,), daemon=True)
    process.start()
    theirs.close()  # so that its end is heard here
    try:
        yield GoogleTarget(*ours.recv())
    finally:
        process.terminate()
        process.join()


def _simulate(pipe: Connection) -> None:
    on_loop(lambda: _serve(pipe))


async def _serve(pipe: Connection) -> None:
    async with GoogleSimulator(rate=NO_LIMIT) as google:
        account = google.open_account("bench@bench.iam.gserviceaccount.com")
        google.open_issuer(ISSUER, account)
        pipe.send((google.root, account.key_file))
        await asyncio.Event().wait()
