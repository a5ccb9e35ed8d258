"""`bench scale`: one worker against two, and one serving process against two, on one Postgres.

Everything shares one machine: Postgres, the load, and the server that takes the pushes (nginx, where it is installed).
What a second process can bring is what the first leaves idle, which is measured too.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from wallet_service.bench import sql
from wallet_service.bench.crowd import Crowd, gather_crowd
from wallet_service.bench.harness import BenchImpossible, Effort, Figure, Figures, on_loop, steps
from wallet_service.bench.push_target import push_target
from wallet_service.bench.servers import Running, premises, running
from wallet_service.bench.wrk import wrk
from wallet_service.flows import TELL_PHONES
from wallet_service.service import Service
from wallet_service.serving import listening
from wallet_service.settings import ApnsSettings, Settings
from wallet_service.wallets.apple.devpki import ROOT

FIGURES = (
    Figure("two_workers", "pushes per second of two workers, over those of one"),
    Figure("pushes_per_s", "pushes per second of one worker: claimed, pushed, settled"),
    Figure("worker_share", "of a processor, that the one worker used"),
    Figure(
        "workers_machine_share", "of all processors, in use with one worker: what is left is all a second can bring"
    ),
    Figure("two_apis", "posts per second through two serving processes, over those through one"),
    Figure("posts_per_s", "posts per second through one serving process"),
    Figure("api_share", "of a processor, that the one serving process used"),
    Figure("apis_machine_share", "of all processors, in use with one: what is left is all a second can bring"),
)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is measured."""

    cards: int
    rounds: int
    seconds: float
    """Of each load of posts."""


SIZES = {
    Effort.TRIAL: Size(100, 1, 1.0),
    Effort.QUICK: Size(10_000, 1, 2.0),
    Effort.NORMAL: Size(20_000, 5, 3.0),
    Effort.FULL: Size(100_000, 5, 10.0),
}

CALLERS = 64
"""Connections of tills, shared by the serving processes."""

CORES = os.cpu_count() or 1

IDLE = slice(3, 5)
"""Where the system's counters of processor time say what was idle, or waited for a disk."""

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
class Usage:
    """Seconds of processors that had been used at a moment."""

    process: float
    machine: float

    @classmethod
    def of(cls, one: Running) -> "Usage":
        """Now, of this process and of all processors; Linux only."""
        fields = Path("/proc/stat").read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
        ticks = [int(field) for field in fields[:8]]
        busy = sum(ticks) - sum(ticks[IDLE])
        return cls(one.cpu_seconds(), busy / os.sysconf("SC_CLK_TCK"))


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a load."""

    per_s: float
    process_share: float
    """Of a processor, used by the first process meanwhile."""
    machine_share: float
    """Of all processors, used by anybody meanwhile."""


def load_of(done: float, seconds: float, before: Usage, after: Usage, cores: int) -> Load:
    """What came of a load that did so much in so many seconds. PURE."""
    process, machine = after.process - before.process, after.machine - before.machine
    return Load(done / seconds, process / seconds, machine / seconds / cores)


@dataclass(frozen=True, slots=True)
class Field:
    """The premises of a comparison."""

    service: Service
    settings: Settings
    crowd: Crowd


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
        "pushes_per_s": median(one.per_s for one, _ in drained),
        "worker_share": median(one.process_share for one, _ in drained),
        "workers_machine_share": median(one.machine_share for one, _ in drained),
        "two_apis": median(two.per_s / one.per_s for one, two in posted),
        "posts_per_s": median(one.per_s for one, _ in posted),
        "api_share": median(one.process_share for one, _ in posted),
        "apis_machine_share": median(one.machine_share for one, _ in posted),
    }


async def _drain(field: Field, workers: int) -> Load:
    """Every card is due once; so many workers, already up, tell their phones."""
    database, due = field.service.database, len(field.crowd.cards)
    async with _processes(field.settings, workers, "worker") as up:
        async with database.begin() as tx:
            since = (await tx.all(sql.NOW))[0].now
            await tx.run(sql.MAKE_DUE, {"cards": list(field.crowd.cards)})
            field.service.engine.nudge(tx, TELL_PHONES)
            before, began = Usage.of(up[0]), time.perf_counter()
        await _all_told(field)
        load = load_of(due, time.perf_counter() - began, before, Usage.of(up[0]), CORES)
    async with database.read() as tx:
        accepted = await tx.first(sql.ACCEPTED, {"since": since})
    if accepted is None or accepted.devices != due:
        raise BenchImpossible(f"{due:,} pushes were due, and not as many were accepted.")
    return load


async def _all_told(field: Field) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        async with field.service.database.read() as tx:
            left = await tx.first(sql.LEFT_DUE)
        if left is not None and left.cards == 0:
            return
        if time.monotonic() > end:
            raise BenchImpossible("Some pushes never left.")
        await asyncio.sleep(0.05)


async def _post(field: Field, servers: int, seconds: float) -> Load:
    """Tills post for so long, evenly through so many processes."""
    async with _processes(field.settings, servers, "serve", "--no-worker") as up:
        before = Usage.of(up[0])
        loads = (
            wrk(each.base_url, _script(field.crowd, n, servers), connections=CALLERS // servers, seconds=seconds)
            for n, each in enumerate(up)
        )
        reports = await asyncio.gather(*loads)
        after = Usage.of(up[0])
    wrong = sum(report.socket_errors + report.status_errors for report in reports)
    if wrong:
        raise BenchImpossible(f"{wrong} posts went wrong.")
    seconds = max(report.seconds for report in reports)
    return load_of(sum(report.requests for report in reports), seconds, before, after, CORES)


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
    async with premises() as service:
        crowd = await gather_crowd(service, members, devices=True)
        with push_target(service.settings.certs_dir / ROOT) as target:
            apns = ApnsSettings(host=target.host, port=target.port, trust_roots=target.roots)
            push = service.settings.push.model_copy(update={"interval": 0.0})
            settings = service.settings.model_copy(update={"apns": apns, "push": push})
            yield Field(service, settings, crowd)
