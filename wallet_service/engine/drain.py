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
        """`lanes` batches may be in hand at once; `patience` is the most seconds between two looks."""
        self.name = name
        self._take = take
        self._patience = patience
        self._woken = [asyncio.Event() for _ in range(lanes)]

    async def wake(self) -> None:
        """There may be something due: look soon. Cheap, and safe to call too often."""
        for woken in self._woken:
            woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Drain until `stop` is set; batches in hand are finished."""
        await asyncio.gather(*(self._run_lane(woken, stop) for woken in self._woken))

    async def _run_lane(self, woken: asyncio.Event, stop: asyncio.Event) -> None:
        while not stop.is_set():
            woken.clear()
            wait = await self._look()
            if wait > 0:
                await _rest(min(wait, self._patience), woken, stop)

    async def _look(self) -> float:
        try:
            return await self._take()
        except Unavailable as outage:
            LOG.warning("drain waits", drain=self.name, why=outage.detail)
        except Exception:  # the batch is due again when its lease ends; the drain lives on
            LOG.exception("drain failed", drain=self.name)
        return PENANCE


async def _rest(seconds: float, *events: asyncio.Event) -> None:
    """Wait for the first of the events, or so many seconds."""
    waiting = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
