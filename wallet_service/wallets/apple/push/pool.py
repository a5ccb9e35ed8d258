"""The push transport of one credential: pushes go in, verdicts come out, whatever happens to connections in between."""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path

import structlog

from wallet_service.clock import Clock
from wallet_service.wallets.apple.push.codec import MakeCodec
from wallet_service.wallets.apple.push.codec_h2 import H2Codec
from wallet_service.wallets.apple.push.codec_lean import LeanCodec
from wallet_service.wallets.apple.push.connection import ApnsConnection, Habits
from wallet_service.wallets.apple.push.credential import PushCredential
from wallet_service.wallets.apple.push.dial import Dialler
from wallet_service.wallets.apple.push.lines import Lines
from wallet_service.wallets.apple.push.request import Heads, flaw_in
from wallet_service.wallets.apple.push.retry import pause_before_retry
from wallet_service.wallets.apple.push.seam import Push, PushOutcome, PushResult
from wallet_service.wallets.apple.push.suspicion import Suspicion
from wallet_service.wallets.apple.push.ticket import Batch, Ticket

LOG = structlog.get_logger()
USUAL_HABITS = Habits()
CODECS: Mapping[str, MakeCodec] = {"lean": LeanCodec, "h2": H2Codec}
"""By their names in the settings."""
LOOKAHEAD = 16
"""Pushes of a batch that wait beyond those that fit, so that a free slot need not wait for the batch's reader."""
QUEUE_WAIT = 0.05
"""Seconds a push may wait for a stream before one more connection is opened."""
TICK = 0.25
"""Most seconds by which a deadline is overrun."""


class ApnsPool:
    """A `PushTransport` over HTTP/2 connections of our own. Make it and use it inside a running event loop.

    Every push has its verdict within `deadline` seconds of being taken up. A push that is provably unprocessed is sent
    again, one whose fate is unknown only if it is idempotent. At most `window` pushes of one batch are under way. A
    connection has `patience` seconds to be made, and `grace` seconds to finish when the pool is closed.
    """

    def __init__(
        self,
        credential: PushCredential,
        *,
        host: str,
        port: int = 443,
        trust_roots: Path | None = None,
        connections: int = 2,
        window: int = 500,
        deadline: float = 20.0,
        patience: float = 5.0,
        grace: float = 2.0,
        clock: Clock,
        codec: MakeCodec = LeanCodec,
        habits: Habits = USUAL_HABITS,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._dialler = Dialler(credential, host, port, trust_roots=trust_roots, clock=clock, patience=patience)
        self._heads = Heads(host if port == 443 else f"{host}:{port}")
        self._lines = Lines(self._dial, self.has_room, most=connections, jitter=jitter)
        self._window, self._deadline, self._grace = window, deadline, grace
        self._codec, self._habits, self._jitter = codec, habits, jitter
        self._loop = asyncio.get_running_loop()
        self._waiting: deque[Ticket] = deque()
        self._resting: dict[Ticket, tuple[asyncio.TimerHandle, PushResult]] = {}
        self._under_way = 0
        self._sweeper: asyncio.TimerHandle | None = None
        self._closed = False

    async def send(self, push: Push) -> PushResult:
        """Send one push and wait for its verdict."""
        batch = Batch()
        self._take_up(push, batch)
        try:
            return await batch.next()
        finally:
            batch.closed = True

    async def send_many(self, pushes: Iterable[Push]) -> AsyncIterator[PushResult]:
        """Send all; verdicts come in any order, exactly one for each push. Closing the iterator early drops the rest."""
        batch, source, suspicion, under_way = Batch(), iter(pushes), Suspicion(), 0
        try:
            while True:
                for push in islice(source, max(0, self._allowance - under_way)):
                    self._take_up(push, batch)
                    under_way += 1
                if not under_way:
                    break
                result = await batch.next()
                under_way -= 1
                for told in suspicion.sift(result):
                    yield told
            for told in suspicion.rest():
                yield told
        finally:
            batch.closed = True

    async def aclose(self) -> None:
        """Let streams in flight finish for a moment, then close every connection; what waits is `not_sent`."""
        self._closed = True
        self._refuse_waiting(PushOutcome.NOT_SENT, "the transport is closed")
        for ticket, (timer, result) in tuple(self._resting.items()):
            timer.cancel()
            self._settle(ticket, result)
        self._resting.clear()
        await self._lines.close(self._grace)

    # -- what connections tell -----------------------------------------------------------------------------------------

    def opened(self, connection: ApnsConnection) -> None:
        """A connection is there."""
        self._lines.opened(connection)

    def lost(self, connection: ApnsConnection, reason: str) -> None:
        """A connection is gone. After a misunderstanding the next one speaks through the well-worn codec."""
        if connection.misunderstood and self._codec is not H2Codec:
            LOG.warning("push codec changed to h2", reason=reason)
            self._codec = H2Codec
        self._lines.lost(connection, reason)

    def has_room(self) -> None:
        """Hand out what waits, as far as it fits."""
        while self._waiting:
            line = self._lines.pick()
            if line is None:
                self._await_room()
                return
            ticket = self._waiting.popleft()
            if ticket.batch.closed:
                self._under_way -= 1
            else:
                line.push(ticket)

    def concluded(self, ticket: Ticket, result: PushResult) -> None:
        """An attempt is over: that is the verdict, or it is tried again."""
        if result.status is not None:
            self._lines.answered()
        if result.outcome is PushOutcome.UNKNOWN:
            ticket.doubt = result
        pause = pause_before_retry(result, ticket.attempts, jitter=self._jitter())
        over = self._closed or ticket.batch.closed
        if over or pause is None or self._loop.time() + pause >= ticket.expires:
            self._settle(ticket, result)
        elif pause:
            self._resting[ticket] = self._loop.call_later(pause, self._rested, ticket), result
        else:
            self._waiting.append(ticket)

    # -- inside --------------------------------------------------------------------------------------------------------

    @property
    def _allowance(self) -> int:
        return min(self._window, self._lines.capacity + LOOKAHEAD)

    async def _dial(self) -> None:
        await self._dialler.dial(lambda: ApnsConnection(self._codec(), self._heads, self, self._habits))

    def _take_up(self, push: Push, batch: Batch) -> None:
        if self._closed:
            batch.settle(PushResult(push, PushOutcome.NOT_SENT, reason="the transport is closed"))
        elif (flaw := flaw_in(push)) is not None:
            batch.settle(PushResult(push, PushOutcome.REJECTED, reason=flaw))
        else:
            now = self._loop.time()
            self._under_way += 1
            self._waiting.append(Ticket(push, batch, since=now, expires=now + self._deadline))
            if self._sweeper is None:
                self._sweep()
            self.has_room()

    def _await_room(self) -> None:
        if (trouble := self._lines.out_of_reach()) is not None:
            reason, seconds = trouble
            self._refuse_waiting(PushOutcome.UNAVAILABLE, reason, retry_after=seconds)
        elif not self._lines.capacity or self._loop.time() - self._waiting[0].since > QUEUE_WAIT:
            self._lines.extend()

    def _rested(self, ticket: Ticket) -> None:
        del self._resting[ticket]
        self._waiting.append(ticket)
        self.has_room()

    def _refuse_waiting(self, outcome: PushOutcome, reason: str, *, retry_after: float | None = None) -> None:
        while self._waiting:
            ticket = self._waiting.popleft()
            self._settle(ticket, PushResult(ticket.push, outcome, reason=reason, retry_after=retry_after))

    def _settle(self, ticket: Ticket, result: PushResult) -> None:
        self._under_way -= 1
        ticket.settle(result)

    def _sweep(self) -> None:
        """Settle what has expired; goes on as long as anything is under way."""
        now = self._loop.time()
        self._lines.cancel_overdue(now)
        overdue = [ticket for ticket in self._waiting if ticket.expires <= now]
        for ticket in overdue:
            self._waiting.remove(ticket)
            self._settle(ticket, PushResult(ticket.push, PushOutcome.NOT_SENT, reason="no stream within the deadline"))
        self.has_room()
        again = self._under_way > 0
        self._sweeper = self._loop.call_later(min(TICK, self._deadline / 10), self._sweep) if again else None
