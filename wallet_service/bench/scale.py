"""`bench scale`: one worker against two, and one serving process against two, on one Postgres."""

import asyncio
import json
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from wallet_service.bench import sql
from wallet_service.bench.apple import Apple, apple
from wallet_service.bench.crowd import Crowd, gather_crowd
from wallet_service.bench.harness import BenchImpossible, Effort, Figure, Figures, on_loop, steps
from wallet_service.bench.servers import Running, premises, running
from wallet_service.bench.wrk import wrk
from wallet_service.flows import TELL_PHONES
from wallet_service.service import Service
from wallet_service.serving import listening
from wallet_service.settings import Settings
from wallet_service.wallets.apple.devpki import ROOT

FIGURES = (
    Figure("two_workers", "pushes per second of two workers, over those of one (Postgres and APNs share the cores)"),
    Figure("two_apis", "posts per second through two serving processes, over those through one (wrk shares the cores)"),
    Figure("pushes_per_s", "pushes per second of one worker: claimed, pushed, settled"),
    Figure("worker_cpu_share", "processors that one worker used meanwhile: near 1, it is the worker that is the limit"),
    Figure("posts_per_s", "posts per second through one serving process"),
    Figure("api_cpu_share", "processors that it used meanwhile"),
)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    cards: int
    rounds: int
    seconds: float
    """Of each load of posts."""


SIZES = {Effort.QUICK: Size(2_000, 1, 2.0), Effort.NORMAL: Size(5_000, 5, 3.0), Effort.FULL: Size(50_000, 5, 10.0)}

CALLERS = 64
"""Connections of tills, shared by the serving processes."""

PATIENCE = 120.0
"""Seconds after which pushes that have not come never will."""

SCRIPT = """
local members = {%s}
local number = 0
function request()
  number = number + 1
  local path = "/v1/members/" .. members[number %% #members + 1] .. "/entries"
  local headers = {["Authorization"] = "Bearer %s", ["Content-Type"] = "application/json"}
  return wrk.format("POST", path, headers, '{"amount":1}')
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a load."""

    per_s: float
    cpu_share: float
    """Processors that the first process used meanwhile."""


@dataclass(frozen=True, slots=True)
class Field:
    """The premises of a comparison."""

    service: Service
    settings: Settings
    crowd: Crowd
    apple: Apple


def measure(effort: Effort) -> Figures:
    """One and two by turns, first workers, then serving processes."""
    return on_loop(lambda: _measure(SIZES[effort]))


async def _measure(size: Size) -> Figures:
    async with _field(size.cards) as field:
        drained = [(await _drain(field, 1), await _drain(field, 2)) for _ in steps("workers", size.rounds)]
        posted = [
            (await _post(field, 1, size.seconds), await _post(field, 2, size.seconds))
            for _ in steps("serving processes", size.rounds)
        ]
    return {
        "two_workers": median(two.per_s / one.per_s for one, two in drained),
        "two_apis": median(two.per_s / one.per_s for one, two in posted),
        "pushes_per_s": median(one.per_s for one, _ in drained),
        "worker_cpu_share": median(one.cpu_share for one, _ in drained),
        "posts_per_s": median(one.per_s for one, _ in posted),
        "api_cpu_share": median(one.cpu_share for one, _ in posted),
    }


async def _drain(field: Field, workers: int) -> Load:
    """Every card is due once; so many workers, already up, tell their phones."""
    async with _processes(field.settings, workers, "worker") as up:
        async with field.service.database.begin() as tx:
            await tx.run(sql.MAKE_DUE, {"cards": list(field.crowd.cards)})
            field.service.engine.nudge(tx, TELL_PHONES)
            began, used = time.perf_counter(), up[0].cpu_seconds()
        await _all_told(field)
        took = time.perf_counter() - began
        used = up[0].cpu_seconds() - used
    arrived = field.apple.arrivals()
    if len(arrived) != len(field.crowd.cards):
        raise BenchImpossible(f"{len(field.crowd.cards):,} pushes were due, and {len(arrived):,} arrived.")
    return Load(len(arrived) / took, used / took)


async def _all_told(field: Field) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        async with field.service.database.read() as tx:
            left = await tx.first(sql.LEFT_DUE)
        if left is not None and left.cards == 0:
            return
        if time.monotonic() > end:
            raise BenchImpossible("Some pushes never left.")
        await asyncio.sleep(0.02)


async def _post(field: Field, servers: int, seconds: float) -> Load:
    """Tills post for so long, evenly through so many processes."""
    async with _processes(field.settings, servers, "serve", "--no-worker") as up:
        used = up[0].cpu_seconds()
        loads = (
            wrk(each.base_url, _script(field.crowd, n, servers), connections=CALLERS // servers, seconds=seconds)
            for n, each in enumerate(up)
        )
        reports = await asyncio.gather(*loads)
        used = up[0].cpu_seconds() - used
    wrong = sum(report.socket_errors + report.status_errors for report in reports)
    if wrong:
        raise BenchImpossible(f"{wrong} posts went wrong.")
    return Load(sum(report.per_s for report in reports), used / reports[0].seconds)


def _script(crowd: Crowd, part: int, parts: int) -> str:
    """The script of wrk for one process, which takes its part of the members. PURE."""
    members = ",".join(json.dumps(member) for member in crowd.members[part::parts])
    return SCRIPT % (members, crowd.key)


@asynccontextmanager
async def _processes(settings: Settings, count: int, *command: str) -> AsyncIterator[Sequence[Running]]:
    """So many processes of this command, up while inside, each on a port of its own."""
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(running(settings, *command, WALLET_PORT=str(port)))
            for port in _free_ports(count)
        ]


def _free_ports(count: int) -> Iterator[int]:
    for _ in range(count):
        with listening(0) as listener:
            port: int = listener.getsockname()[1]
        yield port


@asynccontextmanager
async def _field(members: int) -> AsyncIterator[Field]:
    with tempfile.TemporaryDirectory(prefix="wallet-bench-") as folder:
        async with premises() as service:
            crowd = await gather_crowd(service, members, devices=True)
            with apple(Path(folder), service.settings.certs_dir / ROOT) as other:
                apns = other.settings.model_copy(update={"connections": service.settings.apns.connections})
                push = service.settings.push.model_copy(update={"interval": 0.0})
                yield Field(service, service.settings.model_copy(update={"apns": apns, "push": push}), crowd, other)
