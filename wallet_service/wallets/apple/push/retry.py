"""Whether a push is tried again, and after how long: pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from wallet_service.wallets.apple.push.seam import PushOutcome, PushResult

LONGEST_PAUSE = 5.0
"""Ceiling, in seconds, of any pause we choose ourselves."""


@dataclass(frozen=True, slots=True)
class Rule:
    """How an outcome is tried again."""

    attempts: int
    """In all."""
    pause: float
    """Ceiling, in seconds, of the first pause; it doubles."""
    at_once: bool
    """The first repetition does not wait: what failed was one stream or one connection, not APNs."""


RULES: Mapping[PushOutcome, Rule] = {
    PushOutcome.NOT_SENT: Rule(attempts=12, pause=0.02, at_once=True),
    PushOutcome.UNKNOWN: Rule(attempts=6, pause=0.05, at_once=True),
    PushOutcome.UNAVAILABLE: Rule(attempts=4, pause=0.2, at_once=False),
}


def pause_before_retry(result: PushResult, attempts: int, *, jitter: float) -> float | None:
    """Seconds to wait before the next attempt after `attempts` so far, or None to leave it at this result.

    `jitter` is in [0, 1) (full jitter). A push whose fate is unknown is repeated only if it is idempotent.
    """
    rule = RULES.get(result.outcome)
    if rule is None or attempts >= rule.attempts or _might_harm(result):
        return None
    ceiling = 0.0 if rule.at_once and attempts == 1 else min(LONGEST_PAUSE, rule.pause * 2 ** (attempts - 1))
    return (result.retry_after or 0.0) + ceiling * jitter


def _might_harm(result: PushResult) -> bool:
    return result.outcome is PushOutcome.UNKNOWN and not result.push.idempotent
