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

CALLS = {Effort.TRIAL: 5, Effort.QUICK: 100, Effort.NORMAL: 500, Effort.FULL: 2000}
"""Measured calls, of an idle service and again of a loaded one."""

PAUSE = 0.05
"""Seconds between two measured calls, on average."""

LOAD = 500
"""Changes of other cards per second, while the service is loaded."""

RESERVE = 5.0
"""Seconds for which the load goes on beyond the measured calls, at most."""

TILLS = 16
"""Connections that the load comes on."""

SHARE = 0.8
"""Least share of the load that must have been made, or the figures under load are none."""

WARMING = 30
"""Calls before anything is measured."""

PATIENCE = 10.0
"""Seconds after which a push that has not come never will."""

Calls = dict[str, int]
"""Push token -> when the call that changes its card was sent, by `time.monotonic_ns`."""


def measure(effort: Effort) -> Figures:
    """Idle first, then under load. Raises `BenchImpossible` where the load was not made."""
    calls = CALLS[effort]
    figures = on_loop(lambda: _measure(calls, min(WARMING, calls)))
    if effort is not Effort.TRIAL:
        refuse_idleness(figures["loaded_per_s"])
    return figures


def refuse_idleness(per_s: float) -> None:
    """Raises `BenchImpossible` where so little load was made that the figures under load are none. PURE."""
    if per_s < SHARE * LOAD:
        made = f"Only {per_s:.0f} of {LOAD} changes were made per second of load."
        raise BenchImpossible(made, remedy="Run it while the machine has nothing else to do.")


async def _measure(calls: int, warming: int) -> Figures:
    async with _world(2 * (warming + calls), load=round(LOAD * (2 * PAUSE * (warming + calls) + RESERVE))) as world:
        await world.delays(warming)
        idle = await world.delays(calls)
        async with world.loaded() as made:
            await world.delays(warming)
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
    crowd: Crowd
    base_url: str
    till: Line
    apple: Apple
    cards: Iterator[tuple[str, str]]
    """Member and push token of cards whose calls are measured; no card is changed twice."""
    others: Iterator[str]
    """Members whose cards make the load."""

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
        """Other tills change other cards while inside; the moments of their calls. Raises `BenchImpossible`."""
        made: list[int] = []
        tasks = [asyncio.create_task(self._keep_posting(made)) for _ in range(TILLS)]
        try:
            yield made
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        broken = [end for end in ended if isinstance(end, Exception)]
        if broken:
            raise BenchImpossible(f"{len(broken)} of {TILLS} tills broke down: {broken[0]!r}.")

    async def _keep_posting(self, made: list[int]) -> None:
        """A till's share of the load, on a schedule of its own whatever the answers take."""
        async with till_line(self.base_url, self.crowd.key) as line:
            due = time.monotonic()
            for member in self.others:
                due += random.expovariate(LOAD / TILLS)
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                made.append(await line.post(member))


@asynccontextmanager
async def _world(calls: int, *, load: int) -> AsyncIterator[_World]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wallet-bench-")))
        service = await stack.enter_async_context(premises())
        crowd = await gather_crowd(service, calls + load, devices=True)
        other = stack.enter_context(apple(folder, service.settings.certs_dir / ROOT))
        settings = service.settings.model_copy(update={"apns": other.settings})
        served = await stack.enter_async_context(running(settings, "serve"))
        till = await stack.enter_async_context(till_line(served.base_url, crowd.key))
        cards = zip(crowd.members[:calls], map(push_token, crowd.devices), strict=False)
        yield _World(crowd, served.base_url, till, other, cards, iter(crowd.members[calls:]))
