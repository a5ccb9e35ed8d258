"""The open connections of one credential: dialled when needed, replaced when they leave, and a verdict when none can be had."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from wallet_service.wallets.apple.push.breaker import Breaker, Circuit
from wallet_service.wallets.apple.push.connection import ApnsConnection
from wallet_service.wallets.apple.push.trouble import CannotConnectError

LOG = structlog.get_logger()


class Lines:
    """At most `most` connections that take pushes, beside those that only finish what they have."""

    def __init__(
        self,
        dial: Callable[[], Awaitable[None]],
        changed: Callable[[], None],
        *,
        most: int,
        jitter: Callable[[], float],
    ) -> None:
        self._dial, self._changed, self._most, self._jitter = dial, changed, most, jitter
        self._loop = asyncio.get_running_loop()
        self._open: list[ApnsConnection] = []
        self._breaker = Breaker()
        self._dialling: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def capacity(self) -> int:
        """Streams that all connections together allow at once."""
        return sum(line.limit for line in self._open)

    def pick(self) -> ApnsConnection | None:
        """The connection with most room, if any has room."""
        best = max(self._open, key=_room, default=None)
        return best if best is not None and best.room > 0 else None

    def out_of_reach(self) -> tuple[str, float] | None:
        """While nobody can be reached and nobody is tried: why, and for how many seconds."""
        now = self._loop.time()
        if self.capacity or self._breaker.circuit(now) is not Circuit.OPEN:
            return None
        return self._breaker.reason, self._breaker.wait(now)

    def extend(self) -> None:
        """Dial one more connection, unless that is under way or there are enough."""
        if self._dialling is None and not self._closing and sum(not line.leaving for line in self._open) < self._most:
            self._dialling = self._loop.create_task(self._dial_one())

    def cancel_overdue(self, now: float) -> None:
        """Give up what has expired, on every connection."""
        for line in tuple(self._open):
            line.cancel_overdue(now)

    def opened(self, line: ApnsConnection) -> None:
        """A connection is there."""
        self._open.append(line)

    def answered(self) -> None:
        """APNs has answered a push: it is in reach."""
        if self._breaker.failures:
            self._breaker = self._breaker.succeeded()

    def lost(self, line: ApnsConnection, reason: str) -> None:
        """A connection is gone. One that never answered was no better than none."""
        if line in self._open:
            self._open.remove(line)
        if line.useless and not self._closing:
            self._failed(CannotConnectError(reason))
        self._changed()

    async def close(self, grace: float) -> None:
        """Let streams in flight finish for `grace` seconds, then close every connection."""
        self._closing = True
        if self._dialling is not None:
            self._dialling.cancel()
            await asyncio.wait([self._dialling])
        for line in tuple(self._open):
            line.retire()
        await self._until_gone(grace)
        for line in tuple(self._open):
            line.abort("closed by us")
        await self._until_gone(grace)

    async def _dial_one(self) -> None:
        try:
            await asyncio.sleep(self._breaker.wait(self._loop.time()))
            await self._dial()
        except CannotConnectError as trouble:
            self._failed(trouble)
        except Exception as bug:  # whatever it is, it must not be tried again without a rest
            LOG.exception("dialling failed")
            self._failed(CannotConnectError(repr(bug), lasting=True))
        finally:
            self._dialling = None
        self._changed()

    def _failed(self, trouble: CannotConnectError) -> None:
        now = self._loop.time()
        self._breaker = self._breaker.failed(now, trouble.reason, jitter=self._jitter(), lasting=trouble.lasting)

    async def _until_gone(self, seconds: float) -> None:
        if self._open:
            await asyncio.wait([line.gone for line in self._open], timeout=seconds)


def _room(line: ApnsConnection) -> int:
    return line.room
