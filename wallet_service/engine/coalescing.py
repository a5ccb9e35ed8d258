"""One run of a job at a time: however many wake-ups arrive while it runs, they lead to one more run after it."""

import asyncio
from contextvars import Context

import structlog

from wallet_service.engine.seam import Job

LOG = structlog.get_logger()


class Coalesced:
    """A job as one process runs it.

    The first wake-up of a busy time carries the promise for all that come during it: those return at once, and it
    runs the job again before it ends. So whatever was committed before any wake-up is seen by a run that starts
    after it, and a thousand wake-ups cost two runs.
    """

    def __init__(self, job: Job) -> None:
        self._job = job
        self._running = False
        self._woken = False
        self._nudged: asyncio.Task[None] | None = None

    def nudge(self) -> None:
        """Run the job soon, in the background. What it raises is only logged, since nobody waits for it."""
        self._woken = True
        if not self._running and self._nudged is None:
            # an empty context: it runs for many requests, so no single one may colour its logs and traces
            self._nudged = asyncio.create_task(self._run_nudged(), context=Context())

    async def finish(self) -> None:
        """Wait for a run that a nudge began."""
        if self._nudged is not None:
            await self._nudged

    async def wake(self) -> None:
        """Run the job until nobody has woken it since; return at once if it is running already.

        Raises what its last failing run raised, after the runs that others still had coming.
        """
        self._woken = True
        if self._running:
            return
        self._running = True
        try:
            await self._run_while_woken()
        finally:
            self._running = False

    async def _run_nudged(self) -> None:
        try:
            if self._woken:  # else a wake-up came first, and has run it
                await self.wake()
        except Exception:  # the job is woken again, or looks by itself
            LOG.exception("a nudged job failed")
        finally:
            self._nudged = None

    async def _run_while_woken(self) -> None:
        failure: Exception | None = None
        while self._woken:
            self._woken = False
            try:
                await self._job()
            except Exception as raised:  # noqa: BLE001 - raised below: it must not cost the others their run
                failure = raised
        if failure is not None:
            raise failure
