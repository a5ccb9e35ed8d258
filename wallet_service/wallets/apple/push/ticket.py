"""A push on its way: who waits for its verdict, and what earlier attempts left behind."""

import asyncio
from collections import deque
from dataclasses import dataclass, replace

from wallet_service.wallets.apple.push.seam import Push, PushOutcome, PushResult

PROVES_NOTHING = frozenset({PushOutcome.NOT_SENT, PushOutcome.UNAVAILABLE})
"""Outcomes of a later attempt that say nothing about whether an earlier one arrived."""


class Batch:
    """The verdicts of some pushes, as they come in, for the one who waits for them."""

    def __init__(self) -> None:
        self.closed = False
        """Nobody listens any more."""
        self._results: deque[PushResult] = deque()
        self._news = asyncio.Event()

    def settle(self, result: PushResult) -> None:
        """Add a verdict."""
        self._results.append(result)
        self._news.set()

    async def next(self) -> PushResult:
        """The next verdict, waiting for it if need be."""
        while not self._results:
            self._news.clear()
            await self._news.wait()
        return self._results.popleft()


@dataclass(slots=True, eq=False)
class Ticket:
    """One push between being accepted and its verdict. Compared by identity."""

    push: Push
    batch: Batch
    since: float
    """Loop second at which it was accepted."""
    expires: float
    """Loop second at which it gets its verdict, whatever that is by then."""
    attempts: int = 0
    doubt: PushResult | None = None
    """An earlier attempt whose fate is unknown."""

    def settle(self, result: PushResult) -> None:
        """Give the verdict. One that proves nothing does not lift an earlier doubt."""
        if self.doubt is not None and result.outcome in PROVES_NOTHING:
            result = replace(self.doubt, reason=f"{self.doubt.reason}; then {result.reason or result.outcome}")
        self.batch.settle(result)
