"""`bench import`: a bulk import over HTTP, from the first byte sent to the last result read, each entry durable."""

import random
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx2

from wallet_service.bench.crowd import Crowd, gather_crowd
from wallet_service.bench.harness import BenchImpossible, Effort, Figure, Figures, Goal, on_loop, steps
from wallet_service.bench.servers import Running, premises, running

FIGURES = (
    Figure("per_s", "entries per second, each with an idempotency key and a card that is due to be told", Goal(20_000)),
    Figure("grown_mb", "megabytes by which the serving process grew at most", Goal(50, at_most=True)),
)

LINES = {Effort.TRIAL: 2000, Effort.QUICK: 100_000, Effort.NORMAL: 1_000_000, Effort.FULL: 1_000_000}
MEMBERS = {Effort.TRIAL: 1000, Effort.QUICK: 20_000, Effort.NORMAL: 100_000, Effort.FULL: 100_000}

PIECE = 1000
"""Lines sent at once."""

WARMING = 5_000
"""Lines sent before anything is measured."""

DEADLINE = 600.0


def measure(effort: Effort) -> Figures:
    """One import; its length is the repetition."""
    return on_loop(lambda: _measure(MEMBERS[effort], LINES[effort]))


async def _measure(members: int, lines: int) -> Figures:
    async with premises() as service:
        crowd = await gather_crowd(service, members, devices=True)
        async with running(service.settings, "serve", "--no-worker") as server:
            await _send(server, crowd, "warming", WARMING)
            before, began = _kilobytes(server, "VmRSS"), time.perf_counter()
            await _send(server, crowd, "measured", lines)
            took = time.perf_counter() - began
            return {"per_s": lines / took, "grown_mb": (_kilobytes(server, "VmHWM") - before) / 1024}


async def _send(server: Running, crowd: Crowd, name: str, lines: int) -> None:
    """Import so many lines. Raises `BenchImpossible` unless each of them was written."""
    headers = {"Authorization": f"Bearer {crowd.key}", "Content-Type": "application/x-ndjson"}
    written = 0
    async with (
        httpx2.AsyncClient(timeout=DEADLINE) as client,
        client.stream(
            "POST", f"{server.base_url}/v1/entries/bulk", content=_pieces(crowd, name, lines), headers=headers
        ) as answer,
    ):
        async for piece in answer.aiter_lines():
            written += '"status":201' in piece
    if written != lines:
        raise BenchImpossible(f"Of {lines} lines, {written} were written.")


async def _pieces(crowd: Crowd, name: str, lines: int) -> AsyncIterator[bytes]:
    """Lines for members by chance: as hard as an import can be, for few of a batch name the same member."""
    chance = random.Random(1)  # noqa: S311 - the same lines in every run
    for first in steps(f"{lines:,} lines ({name})", lines // PIECE):
        members = chance.choices(crowd.members, k=PIECE)
        yield "".join(
            f'{{"member":"{member}","amount":{n % 50 + 1},"reason":"Lunch","key":"{name}/{first}/{n}"}}\n'
            for n, member in enumerate(members)
        ).encode()


def _kilobytes(server: Running, what: str) -> int:
    """What the kernel says of the process: `VmRSS` is its memory now, `VmHWM` the most it ever was; Linux only."""
    status = Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(what))
