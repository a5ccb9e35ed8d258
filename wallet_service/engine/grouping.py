"""Group commit: whatever is submitted while one write is under way is written together by the next."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Generic, TypeVar

from wallet_service.errors import Unavailable

In = TypeVar("In")
Out = TypeVar("Out")

RETRY_AFTER = 1
"""Seconds after which a refused submitter may come back: a full queue is written in less."""


class Overloaded(Unavailable):
    """More writes are waiting than this process takes on. Nothing was written: send the same request again."""

    slug = "overloaded"
    title = "Too many writes are waiting"

    def __init__(self, waiting: int) -> None:
        super().__init__(
            f"{waiting} writes are already waiting.",
            remedy=f"Send the same request again in {RETRY_AFTER} s.",
            retry_after=RETRY_AFTER,
        )


class Stopping(Unavailable):
    """This process is going down and takes no more writes. Nothing was written: send the same request again."""

    slug = "stopping"
    title = "The service is restarting"

    def __init__(self) -> None:
        super().__init__("This process is stopping.", remedy="Send the same request again.", retry_after=RETRY_AFTER)


@dataclass(slots=True, eq=False)  # not frozen, which would take twice as long to make
class _Submission(Generic[In, Out]):
    item: In
    answer: asyncio.Future[Out]

    def settle(self, result: Out | Exception) -> None:
        if self.answer.done():
            return  # its submitter has gone away
        if isinstance(result, Exception):
            self.answer.set_exception(result)
        else:
            self.answer.set_result(result)


class Grouped(Generic[In, Out]):
    """Turns single submissions into batches for `write`, without ever making an idle caller wait.

    `write` takes 1 to `most` items, in the order they came, and returns one result for each; a result that is an
    exception is raised to its submitter. It must be all or nothing: a batch that raises is halved and written again,
    until the poisonous item fails alone. An outage (`Unavailable`) is nobody's fault: the whole batch gets it.

    At most `flights` writes are under way at once, where each after the first takes off only when `queue` submissions
    wait; and at most `waiting` of them do.
    """

    def __init__(
        self,
        write: Callable[[Sequence[In]], Awaitable[Sequence[Out | Exception]]],
        *,
        most: int = 500,
        waiting: int = 5000,
        flights: int = 1,
        queue: int = 1,
    ) -> None:
        self._write = write
        self._most = most
        self._waiting = waiting
        self._flights = flights
        self._enough = queue
        self._queue: deque[_Submission[In, Out]] = deque()
        self._flying: set[asyncio.Task[None]] = set()
        self._closed = False
        self.noted: Callable[[int], object] = _unnoted
        """Told the size of every batch, for whoever counts them."""

    @property
    def queued(self) -> int:
        """Submissions that wait for their batch."""
        return len(self._queue)

    async def submit(self, item: In) -> Out:
        """Write `item` with the next batch; its own result, once that batch is written.

        Raises `Overloaded` (503) when too many wait, `Stopping` (503) after `aclose`, and whatever `write` raised for
        it. A caller that is cancelled leaves the others alone; its item may or may not be written.
        """
        if self._closed:
            raise Stopping
        if len(self._queue) >= self._waiting:
            raise Overloaded(self._waiting)
        submission: _Submission[In, Out] = _Submission(item, asyncio.get_running_loop().create_future())
        self._queue.append(submission)
        self._take_off()
        return await submission.answer

    async def aclose(self) -> None:
        """Take nothing more, and return when all that waited is written."""
        self._closed = True
        while self._flying:
            await asyncio.wait(self._flying)

    def _take_off(self) -> None:
        if not self._flying or (len(self._flying) < self._flights and len(self._queue) >= self._enough):
            # an empty context: a batch belongs to many requests, so no single one may colour its logs and traces
            flight = asyncio.create_task(self._fly(), context=Context())
            self._flying.add(flight)
            flight.add_done_callback(self._land)

    def _land(self, flight: asyncio.Task[None]) -> None:
        self._flying.discard(flight)
        if self._queue and not flight.cancelled():
            self._take_off()  # something came after its last look

    async def _fly(self) -> None:
        batch: list[_Submission[In, Out]] = []
        try:
            while batch := self._next_batch():
                self.noted(len(batch))
                await self._flush(batch)
        except asyncio.CancelledError:
            for submission in (*batch, *self._queue):
                submission.answer.cancel()
            raise

    def _next_batch(self) -> list[_Submission[In, Out]]:
        batch: list[_Submission[In, Out]] = []
        while self._queue and len(batch) < self._most:
            submission = self._queue.popleft()
            if not submission.answer.cancelled():  # work nobody waits for would only deepen an overload
                batch.append(submission)
        return batch

    async def _flush(self, batch: Sequence[_Submission[In, Out]]) -> None:
        try:
            results = await self._write([submission.item for submission in batch])
        except Exception as failure:  # noqa: BLE001 - it is not swallowed: its submitters raise it
            await self._fail(batch, failure)
        else:
            _answer(batch, results)

    async def _fail(self, batch: Sequence[_Submission[In, Out]], failure: Exception) -> None:
        if len(batch) == 1 or isinstance(failure, Unavailable):
            _answer(batch, [failure] * len(batch))
            return
        middle = len(batch) // 2
        await self._flush(batch[:middle])
        await self._flush(batch[middle:])


def _unnoted(_size: int) -> None:
    """Nobody counts."""


def _answer(batch: Sequence[_Submission[In, Out]], results: Sequence[Out | Exception]) -> None:
    if len(results) != len(batch):
        bug = RuntimeError(f"{len(batch)} items were written, but {len(results)} results came back")
        results = [bug] * len(batch)
    for submission, result in zip(batch, results, strict=True):
        submission.settle(result)
