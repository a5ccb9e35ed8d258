"""Throws bent bytes at everything that reads strangers' bytes, many thousand times, and keeps what did harm.

`run_fuzz(runs, seed)` is the long run. What is thrown is told by seed and number alone, so a run can be repeated; what
did harm is kept in `seeds/`, and thrown again in every test run.
"""

import asyncio
import hashlib
import logging
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import structlog

from tests.fuzz.bending import bend, fill, unfill
from tests.fuzz.doors import PHONES, Doors, open_doors, somewhere
from tests.fuzz.readers import READERS
from tests.fuzz.tills import TILLS
from tests.people import PASS_TYPE, TEAM, open_brand
from wallet_service.app import open_service
from wallet_service.clock import SystemClock
from wallet_service.service import Service
from wallet_service.settings import LimitSettings, Settings
from wallet_service.wallets.apple.devpki import make_dev_certificates
from wallet_service.web.doors import Doors as Shared
from wallet_service.web.site import Site

SEEDS = Path(__file__).parent / "seeds"
VOLLEY = 40
"""Requests under way at once."""
SLOW = 1.0
"""Seconds that no input may take."""
UNLIMITED = LimitSettings(open_per_minute=10**9)

WEIGHTS = {
    "phones": 560,
    "tills": 80,
    **dict.fromkeys(
        (
            "json",
            "placeholder",
            "strings",
            "ndjson",
            "log",
            "push token",
            "card token",
            "reference",
            "cursor",
            "callback",
        ),
        38,
    ),
    **dict.fromkeys(("pass.json", "card.toml", "pass.strings", "bundle"), 4),
}
"""How often each target is aimed at."""
REQUESTS = {"phones": PHONES, "tills": TILLS}


@dataclass(frozen=True, slots=True)
class Throw:
    """Bytes for a target."""

    target: str
    raw: bytes


@dataclass(slots=True)
class Verdict:
    """What came of a campaign."""

    seconds: float = 0.0
    thrown: Counter[str] = field(default_factory=Counter)
    statuses: Counter[int] = field(default_factory=Counter)
    findings: dict[str, Throw] = field(default_factory=dict)
    """What went wrong, and the first throw that made it."""

    def __str__(self) -> str:
        total = self.thrown.total()
        rate = f"{total:,} inputs in {self.seconds:.0f} s ({total / self.seconds:,.0f}/s)" if self.seconds else ""
        answers = ", ".join(f"{count:,} x {status}" for status, count in sorted(self.statuses.items()))
        found = "".join(f"\n  {what}: {throw}" for what, throw in self.findings.items())
        return f"{rate}; answers {answers}; {len(self.findings)} findings{found}"


def throws(runs: int, seed: int, doors: Doors) -> Iterator[Throw]:
    """What is thrown in a campaign."""
    names, weights = list(WEIGHTS), list(WEIGHTS.values())
    for number in range(runs):
        random = Random(f"{seed}/{number}")  # noqa: S311 - bytes to throw, not secrets
        (target,) = random.choices(names, weights)
        good = REQUESTS[target] if target in REQUESTS else READERS[target].good
        yield Throw(target, bend(random, fill(random.choice(good), doors.values), good))


async def fuzz(doors: Doors, thrown: Iterator[Throw], tell: Callable[[int], None] = lambda _done: None) -> Verdict:
    """Throw them all."""
    verdict, began, volley = Verdict(), time.perf_counter(), list[Throw]()
    for throw in thrown:
        verdict.thrown[throw.target] += 1
        if throw.target in REQUESTS:
            volley.append(throw)
        else:
            _read(throw, verdict)
        if len(volley) == VOLLEY:
            await _shoot(doors, volley, verdict)
            volley.clear()
            tell(verdict.thrown.total())
    await _shoot(doors, volley, verdict)
    verdict.seconds = time.perf_counter() - began
    return verdict


def _read(throw: Throw, verdict: Verdict) -> None:
    """One input for a reader. One that took too long gets a second chance: it may have been the machine."""
    for _ in range(2):
        began = time.perf_counter()
        try:
            READERS[throw.target].read(throw.raw)
        except Exception as trouble:  # noqa: BLE001 - whatever it is, it is what we look for
            verdict.findings.setdefault(_words(throw, trouble), throw)
        if time.perf_counter() - began < SLOW:
            return
    verdict.findings.setdefault(f"{throw.target}: slow", throw)


async def _shoot(doors: Doors, volley: list[Throw], verdict: Verdict) -> None:
    slow = [
        throw for throw, seconds in [*zip(volley, await _all(doors, volley, verdict), strict=True)] if seconds > SLOW
    ]
    for throw in slow:  # alone this time: the others, or the machine, may have been the cause
        (seconds,) = await _all(doors, [throw], verdict)
        if seconds > SLOW:
            verdict.findings.setdefault(f"{throw.target}: slow", throw)


async def _all(doors: Doors, volley: list[Throw], verdict: Verdict) -> list[float]:
    return await asyncio.gather(*(_one(doors, throw, verdict) for throw in volley))


async def _one(doors: Doors, throw: Throw, verdict: Verdict) -> float:
    """Send one request; how many seconds it took."""
    began = time.perf_counter()
    try:
        heard = await doors.throw(throw.raw, somewhere(Random(throw.raw)))  # noqa: S311 - an address, not a secret
        verdict.statuses[heard.status] += 1
        doors.judge(throw.raw, heard)
    except Exception as trouble:  # noqa: BLE001 - whatever it is, it is what we look for
        verdict.findings.setdefault(_words(throw, trouble), Throw(throw.target, unfill(throw.raw, doors.values)))
    return time.perf_counter() - began


def _words(throw: Throw, trouble: Exception) -> str:
    return f"{throw.target}: {type(trouble).__name__} {str(trouble)[:80]}"


def kept() -> list[Throw]:
    """Everything that ever did harm."""
    return [Throw(path.parent.name, path.read_bytes()) for path in sorted(SEEDS.glob("*/*.bin"))]


def keep(verdict: Verdict) -> None:
    """Put what did harm with the rest."""
    for throw in verdict.findings.values():
        path = SEEDS / throw.target / f"{hashlib.sha256(throw.raw).hexdigest()[:12]}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(throw.raw)


@asynccontextmanager
async def under_fire(service: Service) -> AsyncIterator[Doors]:
    """The doors of this service, with a brand and a card behind them."""
    shared = Shared.of(service)
    try:
        brand = await open_brand(service, "Burger Heroes", PASS_TYPE)
        yield await open_doors(service, brand, Site(shared))
    finally:
        await shared.aclose()


def run_fuzz(runs: int, seed: int, tell: Callable[[int], None] = lambda _done: None) -> Verdict:
    """The long run, over an embedded Postgres of its own; findings are kept in `seeds/`."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:  # leaves a caller's own loop alone
        return runner.run(_run(runs, seed, tell))


async def _run(runs: int, seed: int, tell: Callable[[int], None]) -> Verdict:
    with tempfile.TemporaryDirectory() as folder:
        certs = Path(folder, "certs")
        make_dev_certificates(certs, PASS_TYPE, TEAM, "Test", SystemClock().now())
        settings = Settings(data_dir=Path(folder, "data"), certs_dir=certs, limits=UNLIMITED)
        async with open_service(settings) as service, under_fire(service) as doors:
            verdict = await fuzz(doors, throws(runs, seed, doors), tell)
    keep(verdict)
    return verdict
