"""One run of a job at a time: however many wake-ups arrive while it runs, they lead to one more run after it."""

from wallet_service.engine.seam import Job


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
