"""When too many device tokens of a batch are bad, it is our address that is wrong: nobody's registration may go for it."""

from dataclasses import replace

from wallet_service.wallets.apple.push.seam import PushOutcome, PushResult
from wallet_service.wallets.apple.push.verdict import BAD_DEVICE_TOKEN

LEAST = 200
"""Verdicts below which a share says nothing."""
TOLERATED = 0.05
"""Share of BadDeviceToken among the verdicts of a batch that is still believed."""
MOST_HELD = 1000
"""Held verdicts at which the batch is judged by what came so far, so that memory stays flat."""
SUSPECT = "BadDeviceToken for more than 5 % of a batch: the environment or the host of APNs looks wrong"


class Suspicion:
    """Holds back the BadDeviceToken verdicts of one batch until their share is known."""

    def __init__(self) -> None:
        self._verdicts = 0
        self._bad = 0
        self._held: list[PushResult] = []

    def sift(self, result: PushResult) -> list[PushResult]:
        """The verdicts that may be told now that this one came."""
        self._verdicts += 1
        if result.reason != BAD_DEVICE_TOKEN:
            return [result]
        self._bad += 1
        self._held.append(result)
        return self.rest() if len(self._held) >= MOST_HELD else []

    def rest(self) -> list[PushResult]:
        """The verdicts held back, as they are to be understood by what came so far."""
        held, self._held = self._held, []
        return [_suspect(result) for result in held] if self._implausible else held

    @property
    def _implausible(self) -> bool:
        return self._verdicts >= LEAST and self._bad > TOLERATED * self._verdicts


def _suspect(result: PushResult) -> PushResult:
    return replace(result, outcome=PushOutcome.REJECTED, reason=SUSPECT)
