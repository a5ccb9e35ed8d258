"""`bench live`: from the moment the till sends its call to the moment the news has arrived at Apple, or at Google.

The service is one `serve` with its worker, as on one machine; APNs and Google are processes of their own. Every card is
changed once, so that no push or PATCH stands for two changes. Those that are in Google are in Apple's Wallet as well.
"""

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from wallet_service.bench.apple import apple
from wallet_service.bench.crowd import Crowd, gather_crowd, push_token
from wallet_service.bench.google_cards import HURRY, enter_google
from wallet_service.bench.google_target import google_target
from wallet_service.bench.harness import BenchImpossible, Effort, Figure, Figures, Goal, on_loop, percentile, steps
from wallet_service.bench.line import Line, till_line
from wallet_service.bench.servers import premises, running
from wallet_service.settings import GoogleSettings
from wallet_service.wallets.apple.devpki import ROOT

FIGURES = (
    Figure("p50_ms", "milliseconds from the till's call to the push at APNs, idle: median", Goal(20, at_most=True)),
    Figure("p99_ms", "the same, 99 of 100", Goal(100, at_most=True)),
    Figure(
        "google_p50_ms",
        "milliseconds from the till's call to the PATCH at Google, idle: median",
        Goal(50, at_most=True),
    ),
    Figure("google_p99_ms", "the same, 99 of 100"),
    Figure("loaded_p50_ms", "to the push at APNs while 500 other cards change every second: median"),
    Figure("loaded_p99_ms", "the same, 99 of 100"),
    Figure("loaded_per_s", "changes that were really made per second meanwhile"),
)

CALLS = {Effort.TRIAL: 5, Effort.QUICK: 100, Effort.NORMAL: 500, Effort.FULL: 2000}
"""Measured calls, of an idle service and again of a loaded one."""

FEWER = 2
"""So many times fewer calls are measured at Google, which takes longer."""

PAUSE = 0.05
"""Seconds between two measured calls, on average."""

APART = 0.1
"""Seconds more between two for Google: it takes 20 requests a second, and to wait for one's turn there is not idle."""

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

Moments = dict[str, int]
"""What names a card to Apple or Google -> a moment of `time.monotonic_ns`: its call was sent, or its news arrived."""


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
    fewer = calls // FEWER
    others = round(LOAD * (2 * PAUSE * (warming + calls) + RESERVE))
    async with _world(2 * (warming + calls), warming + fewer, others) as world:
        await world.delays(warming, world.apple)
        idle = await world.delays(calls, world.apple)
        await world.delays(warming, world.google)
        google = await world.delays(fewer, world.google)
        async with world.loaded() as made:
            await world.delays(warming, world.apple)
            began, before = time.perf_counter(), len(made)
            busy = await world.delays(calls, world.apple)
            per_s = (len(made) - before) / (time.perf_counter() - began)
    return {
        "p50_ms": percentile(idle, 0.5),
        "p99_ms": percentile(idle, 0.99),
        "google_p50_ms": percentile(google, 0.5),
        "google_p99_ms": percentile(google, 0.99),
        "loaded_p50_ms": percentile(busy, 0.5),
        "loaded_p99_ms": percentile(busy, 0.99),
        "loaded_per_s": per_s,
    }


@dataclass(frozen=True, slots=True)
class _Watch:
    """Cards whose news is awaited at Apple or at Google; no card is changed twice."""

    cards: Iterator[tuple[str, str]]
    """Members, and what names their cards there."""
    arrivals: Callable[[], Iterable[tuple[str, int]]]
    """What arrived since this was last asked: names, and moments of `time.monotonic_ns`."""
    apart: float = 0.0
    """Least seconds between two calls."""

    async def arrived(self, sent: Moments) -> Moments:
        """When the news of these calls arrived, once they all have. Raises `BenchImpossible`."""
        arrived: Moments = {}
        end = time.monotonic() + PATIENCE
        while not sent.keys() <= arrived.keys():
            if time.monotonic() > end:
                raise BenchImpossible(f"News of {len(sent.keys() - arrived.keys())} cards never arrived.")
            for name, at in self.arrivals():
                arrived.setdefault(name, at)
            await asyncio.sleep(0.05)
        return arrived


@dataclass(frozen=True, slots=True)
class _World:
    crowd: Crowd
    base_url: str
    till: Line
    apple: _Watch
    google: _Watch
    others: Iterator[str]
    """Members whose cards make the load."""

    async def delays(self, calls: int, watch: _Watch) -> list[float]:
        """Call so often, one call at a time; milliseconds until the news of each arrived."""
        sent: Moments = {}
        for _ in steps(f"{calls} calls", calls):
            member, name = next(watch.cards)
            sent[name] = await self.till.post(member)
            await asyncio.sleep(watch.apart + random.uniform(0, 2 * PAUSE))  # noqa: S311 - an unforeseeable moment is all it is for
        arrived = await watch.arrived(sent)
        return [(arrived[name] - at) / 1e6 for name, at in sent.items()]

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
async def _world(at_apple: int, at_google: int, others: int) -> AsyncIterator[_World]:
    """So many members whose cards are awaited at Apple, then at Google, then those who make the load."""
    measured = at_apple + at_google
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wallet-bench-")))
        target = stack.enter_context(google_target())
        hurried = GoogleSettings(root=target.root, per_s=HURRY)
        service = await stack.enter_async_context(premises(google=hurried))
        crowd = await gather_crowd(service, measured + others, devices=True)
        objects = await enter_google(service, crowd, target, crowd.cards[at_apple:measured])
        apns = stack.enter_context(apple(folder, service.settings.certs_dir / ROOT))
        usual = {"apns": apns.settings, "google": GoogleSettings(root=target.root)}
        served = await stack.enter_async_context(running(service.settings.model_copy(update=usual), "serve"))
        till = await stack.enter_async_context(till_line(served.base_url, crowd.key))
        pushed = zip(crowd.members[:at_apple], map(push_token, crowd.devices), strict=False)
        patched = zip(crowd.members[at_apple:measured], objects, strict=True)
        yield _World(
            crowd,
            served.base_url,
            till,
            _Watch(pushed, lambda: [(arrival.token, arrival.at) for arrival in apns.arrivals()]),
            _Watch(patched, target.arrivals, APART),
            iter(crowd.members[measured:]),
        )
