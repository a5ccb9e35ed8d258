"""A push transport that goes nowhere: for tests of what stands above the seam."""

from collections.abc import AsyncIterator, Iterable

from wallet_service.wallets.apple.push.seam import Push, PushOutcome, PushResult
from wallet_service.wallets.apple.push.suspicion import Suspicion
from wallet_service.wallets.apple.push.verdict import judge


class MemoryPushTransport:
    """A `PushTransport` that remembers what was sent and answers as it was told to; without orders it accepts."""

    def __init__(self) -> None:
        self.sent: list[Push] = []
        """Every push that has left, in order."""
        self._orders: dict[str, tuple[int, bytes]] = {}
        self._failures: dict[str, PushOutcome] = {}
        self._closed = False

    def answer(self, token: str, status: int, body: bytes = b"") -> None:
        """From now on, answer pushes to this token with an HTTP status and Apple's JSON body."""
        self._orders[token] = status, body

    def fail(self, token: str, outcome: PushOutcome) -> None:
        """From now on, pushes to this token end without an answer of APNs: `unknown`, `not_sent` or `unavailable`."""
        self._failures[token] = outcome

    async def send(self, push: Push) -> PushResult:
        """Send one push and wait for its verdict."""
        return self._send(push)

    async def send_many(self, pushes: Iterable[Push]) -> AsyncIterator[PushResult]:
        """Send all; exactly one verdict for each push."""
        suspicion = Suspicion()
        for push in pushes:
            for told in suspicion.sift(self._send(push)):
                yield told
        for told in suspicion.rest():
            yield told

    async def aclose(self) -> None:
        """Take no more pushes."""
        self._closed = True

    def _send(self, push: Push) -> PushResult:
        if self._closed:
            return PushResult(push, PushOutcome.NOT_SENT, reason="the transport is closed")
        outcome = self._failures.get(push.token)
        if outcome is None or outcome is PushOutcome.UNKNOWN:
            self.sent.append(push)
        if outcome is not None:
            return PushResult(push, outcome, reason="as told")
        return judge(push, *self._orders.get(push.token, (200, b"")))
