"""`bench passes`: the way from a card's values to the pieces of its pass file, against the RSA signatures alone.

On one core both are measured by the clock, by turns: the signatures are made by a process of its own.
"""

import asyncio
import gc
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from wallet_service.bench.card_press import PASS_TYPE, CardPress, card_press
from wallet_service.bench.harness import (
    ROUNDS,
    BenchImpossible,
    Effort,
    Figure,
    Figures,
    Goal,
    of_pairs,
    on_loop,
    one_core,
    steps,
)
from wallet_service.cards.design import CardState
from wallet_service.serving import spare_collector
from wallet_service.wallets.apple.signing import HASH, PADDING, Signer
from wallet_service.wallets.apple.signing_room import SigningRoom
from wallet_service.wallets.apple.wallet import AppleWallet

FIGURES = (
    Figure("of_rsa_limit", "fresh passes for each RSA-2048 signature that the same time has room for", Goal(0.90)),
    Figure(
        "two_threads",
        "fresh passes with two clerks on two cores, for each with one on one, where the rest of the work is done too",
        Goal(1.8),
    ),
    Figure("unchanged", "passes fetched again, without RSA, for each fresh one", Goal(20)),
    Figure("kept_bytes", "bytes kept for each pass, so that it is not signed again", Goal(6000, at_most=True)),
    Figure("per_s", "fresh passes a second of one core"),
)
PASSES = {Effort.TRIAL: 20, Effort.QUICK: 500, Effort.NORMAL: 1500, Effort.FULL: 5000}
"""In each round."""
PHONES = 64
"""Fetches at once."""
KEPT = 1000
"""Passes over which the memory is measured."""


class CountingRoom(SigningRoom):
    """Counts what is to be signed."""

    def __init__(self) -> None:
        super().__init__(1)
        self.orders = 0

    async def sign(self, signer: Signer, manifest: bytes, now: datetime) -> bytes:
        """As ever, and count."""
        self.orders += 1
        return await super().sign(signer, manifest, now)


@dataclass(frozen=True, slots=True)
class Round:
    """How many there are for a second of one core."""

    signatures: float
    fresh: float
    again: float


def measure(effort: Effort) -> Figures:
    """Every figure of this bench."""
    passes = PASSES[effort]
    spare_collector()  # as `serve` does
    with card_press() as press:
        with one_core():
            rounds = [on_loop(lambda: _round(press, passes)) for _ in steps("one core", ROUNDS)]
        limit = of_pairs([(each.fresh, each.signatures) for each in rounds])
        memory = of_pairs([(each.again, each.fresh) for each in rounds])
        clerks = of_pairs([_clerks(press, passes) for _ in steps("two clerks", ROUNDS)])
        kept = on_loop(lambda: _kept_bytes(press))
    return {
        "of_rsa_limit": limit.ratio,
        "two_threads": clerks.ratio,
        "unchanged": memory.ratio,
        "kept_bytes": kept,
        "per_s": limit.ours,
    }


async def _round(press: CardPress, passes: int) -> Round:
    room, states = CountingRoom(), press.states(passes)
    async with press.wallet(room) as wallet:
        key = wallet.certificates.certificate(PASS_TYPE).key
        await _fetch(press, wallet, press.states(PHONES))
        signatures, fresh, again = Stopwatch(), Stopwatch(), Stopwatch()
        with signatures.running():
            for state in states:
                key.sign(state.serial.encode(), PADDING, HASH)
        with fresh.running():
            await _fetch(press, wallet, states)
        ordered = room.orders
        with again.running():
            await _fetch(press, wallet, states)
        if room.orders != ordered:
            raise BenchImpossible("An unchanged pass was signed again, so this is not what it should measure.")
    return Round(passes / signatures.seconds, passes / fresh.seconds, passes / again.seconds)


@dataclass(slots=True)
class Stopwatch:
    """Seconds by the clock."""

    seconds: float = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Measure what happens inside."""
        gc.collect()
        began = time.perf_counter()
        yield
        self.seconds = time.perf_counter() - began


def _clerks(press: CardPress, passes: int) -> tuple[float, float]:
    """Passes a second with two clerks, and with one; that one has a core, and shares it with the loop.

    With both cores for it, the loop's share of a pass would be free for one clerk and dear for two.
    """
    two = on_loop(lambda: _by_the_clock(press, passes, 2))
    with one_core():
        return two, on_loop(lambda: _by_the_clock(press, passes, 1))


async def _by_the_clock(press: CardPress, passes: int, clerks: int) -> float:
    states = press.states(passes)
    async with press.wallet(SigningRoom(clerks)) as wallet:
        await _fetch(press, wallet, press.states(PHONES))
        began = time.perf_counter()
        await _fetch(press, wallet, states)
        return passes / (time.perf_counter() - began)


async def _kept_bytes(press: CardPress) -> float:
    states = press.states(KEPT)
    async with press.wallet(SigningRoom(1)) as wallet:
        await _fetch(press, wallet, press.states(PHONES))
        gc.collect()
        tracemalloc.start()
        try:
            await _fetch(press, wallet, states)
            gc.collect()
            return tracemalloc.get_traced_memory()[0] / KEPT
        finally:
            tracemalloc.stop()


async def _fetch(press: CardPress, wallet: AppleWallet, states: list[CardState]) -> None:
    """Every card once, by phones that fetch side by side."""
    queue = iter(states)

    async def phone() -> None:
        for state in queue:
            await wallet.package(press.face(state))

    await asyncio.gather(*(phone() for _ in range(PHONES)))
