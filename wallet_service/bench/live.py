"""`bench live`: from the moment the till sends its call to the moment the push request has arrived at APNs.

The service is one `serve` with its worker, as on one machine; APNs is a process of its own. Every card is changed once,
so that no push stands for two changes.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from wallet_service.bench.apple import Apple, apple
from wallet_service.bench.crowd import Crowd, gather_crowd, push_token
from wallet_service.bench.harness import BenchImpossible, Effort, Figure, Figures, Goal, on_loop, percentile, steps
from wallet_service.bench.line import Line, till_line
from wallet_service.bench.servers import premises, running
from wallet_service.wallets.apple.devpki import ROOT

FIGURES = (
    Figure("p50_ms", "milliseconds from the till's call to the push at APNs, idle: median", Goal(20, at_most=True)),
    Figure("p99_ms", "the same, 99 of 100", Goal(100, at_most=True)),
    Figure("loaded_p50_ms", "the same while 500 other cards change every second: median"),
    Figure("loaded_p99_ms", "the same, 99 of 100"),
    Figure("loaded_per_s", "changes that were really made per second meanwhile"),
)

CALLS = {Effort.QUICK: 100, Effort.NORMAL: 300, Effort.FULL: 1000}
"""Measured calls, of an idle service and again of a loaded one."""

PAUSE = 0.1
"""Seconds between two measured calls, on average."""

LOAD = 500
"""Changes of other cards per second, while the service is loaded."""

TILLS = 16
"""Connections that the load comes on."""

WARMING = 50
"""Calls before anything is measured."""

PATIENCE = 10.0
"""Seconds after which a push that has not come never will."""

Calls = dict[str, int]
"""Push token -> when the call that changes its card was sent, by `time.monotonic_ns`."""


def measure(effort: Effort) -> Figures:
    """Idle first, then under load."""
    return on_loop(lambda: _measure(CALLS[effort]))


async def _measure(calls: int) -> Figures:
    async with _world(2 * (WARMING + calls) + round(LOAD * PAUSE * calls * 2)) as world:
        await world.delays(WARMING)
        idle = await world.delays(calls)
        async with world.loaded() as made:
            await world.delays(WARMING)
            began, before = time.perf_counter(), len(made)
            busy = await world.delays(calls)
            per_s = (len(made) - before) / (time.perf_counter() - began)
    return {
        "p50_ms": percentile(idle, 0.5),
        "p99_ms": percentile(idle, 0.99),
        "loaded_p50_ms": percentile(busy, 0.5),
        "loaded_p99_ms": percentile(busy, 0.99),
        "loaded_per_s": per_s,
    }


@dataclass(frozen=True, slots=True)
class _World:
    till: Line
    others: tuple[Line, ...]
    apple: Apple
    cards: Iterator[tuple[str, str]]
    """Member and push token of cards that were not changed yet."""

    async def delays(self, calls: int) -> list[float]:
        """Call so often, one call at a time; milliseconds until each push arrived."""
        sent: Calls = {}
        for _ in steps(f"{calls} calls", calls):
            member, token = next(self.cards)
            sent[token] = await self.till.post(member)
            await asyncio.sleep(random.uniform(0, 2 * PAUSE))  # noqa: S311 - an unforeseeable moment is all it is for
        arrived = await self._arrived(sent)
        return [(arrived[token] - at) / 1e6 for token, at in sent.items()]

    async def _arrived(self, sent: Calls) -> Calls:
        arrived: Calls = {}
        end = time.monotonic() + PATIENCE
        while not sent.keys() <= arrived.keys():
            if time.monotonic() > end:
                raise BenchImpossible(f"{len(sent.keys() - arrived.keys())} pushes never arrived.")
            for arrival in self.apple.arrivals():
                arrived.setdefault(arrival.token, arrival.at)
            await asyncio.sleep(0.05)
        return arrived

    @asynccontextmanager
    async def loaded(self) -> AsyncIterator[list[int]]:
        """Other tills change other cards while inside; the moments of their calls."""
        made: list[int] = []
        tasks = [asyncio.create_task(self._keep_posting(line, made)) for line in self.others]
        try:
            yield made
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)

    async def _keep_posting(self, line: Line, made: list[int]) -> None:
        """A till's share of the load, on a schedule of its own whatever the answers take."""
        due = time.monotonic()
        while True:
            due += random.expovariate(LOAD / len(self.others))
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            member, _ = next(self.cards)
            made.append(await line.post(member))


@asynccontextmanager
async def _world(members: int) -> AsyncIterator[_World]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wallet-bench-")))
        service = await stack.enter_async_context(premises())
        crowd = await gather_crowd(service, members, devices=True)
        other = stack.enter_context(apple(folder, service.settings.certs_dir / ROOT))
        settings = service.settings.model_copy(update={"apns": other.settings})
        served = await stack.enter_async_context(running(settings, "serve"))
        lines = [await stack.enter_async_context(till_line(served.base_url, crowd.key)) for _ in range(TILLS + 1)]
        yield _World(lines[0], tuple(lines[1:]), other, _cards(crowd))


def _cards(crowd: Crowd) -> Iterator[tuple[str, str]]:
    return zip(crowd.members, map(push_token, crowd.devices), strict=True)
