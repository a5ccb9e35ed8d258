"""Takes what is due from a table, in batches, until nothing is: woken by jobs, and by its own short patience."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from wallet_service.errors import Unavailable

LOG = structlog.get_logger()

PATIENCE = 2.0
"""Most seconds between two looks, unless told otherwise: bounds what a lost wake-up or an expired lease can cost."""

PENANCE = 1.0
"""Seconds to wait after a look that failed."""


class Drain:
    """One kind of due work. `take` handles one batch and says in how many seconds it should look again (0: at once)."""

    def __init__(
        self, name: str, take: Callable[[], Awaitable[float]], *, lanes: int = 1, patience: float = PATIENCE
    ) -> None:
        """`lanes` batches may be in hand at once; `patience` is the most seconds between two looks of a lane."""
        self.name = name
        self.noted: Callable[[str], object] = _unnoted
        """Told how every look ended (`worked`, `idle`, `outage`, `failed`), for whoever counts them."""
        self._take = take
        self._patience = patience
        self._lanes = lanes
        self._resting: list[asyncio.Event] = []
        self._missed = False
        """Woken while every lane was looking: what it was about may have come too late for them."""

    async def wake(self) -> None:
        """There may be something due: look soon, in one lane. Cheap, and safe to call too often."""
        self._missed = not self._call()

    async def run(self, stop: asyncio.Event) -> None:
        """Drain until `stop` is set; batches in hand are finished."""
        await asyncio.gather(*(self._run_lane(stop) for _ in range(self._lanes)))

    async def _run_lane(self, stop: asyncio.Event) -> None:
        busy = False
        while not stop.is_set():
            self._missed = False
            wait = await self._look()
            if wait <= 0 and busy:
                self._call()  # one batch after the other: another lane can help
            busy = wait <= 0
            if not busy and not self._missed:
                await self._rest(min(wait, self._patience), stop)

    def _call(self) -> bool:
        """Call a resting lane to work, if there is one."""
        if self._resting:
            self._resting.pop().set()
            return True
        return False

    async def _rest(self, seconds: float, stop: asyncio.Event) -> None:
        called = asyncio.Event()
        self._resting.append(called)
        await _first(seconds, called, stop)
        if not called.is_set():
            self._resting.remove(called)

    async def _look(self) -> float:
        wait, result = PENANCE, "failed"
        try:
            wait = await self._take()
            result = "idle" if wait else "worked"
        except Unavailable as outage:
            LOG.warning("drain waits", drain=self.name, why=outage.detail)
            result = "outage"
        except Exception:  # the batch is due again when its lease ends; the drain lives on
            LOG.exception("drain failed", drain=self.name)
        self.noted(result)
        return wait


def _unnoted(_result: str) -> None:
    """Nobody counts."""


async def _first(seconds: float, *events: asyncio.Event) -> None:
    """Wait for the first of the events, or so many seconds."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
