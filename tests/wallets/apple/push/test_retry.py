"""Whether a push is tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.wallets.apple.push.retry import LONGEST_PAUSE, RULES, pause_before_retry
from wallet_service.wallets.apple.push.seam import Push, PushOutcome, PushResult

FINAL = [PushOutcome.ACCEPTED, PushOutcome.DEAD_TOKEN, PushOutcome.REJECTED, PushOutcome.THROTTLED]


def result(outcome: PushOutcome, *, idempotent: bool = True, retry_after: float | None = None) -> PushResult:
    return PushResult(Push("ab" * 32, "pass.com.example", idempotent=idempotent), outcome, retry_after=retry_after)


@pytest.mark.parametrize("outcome", FINAL)
def test_what_apns_decided_is_not_tried_again(outcome: PushOutcome) -> None:
    assert pause_before_retry(result(outcome), 1, jitter=0.5) is None


def test_an_unknown_push_is_repeated_at_once_if_it_is_idempotent() -> None:
    assert pause_before_retry(result(PushOutcome.UNKNOWN), 1, jitter=0.9) == 0.0


def test_an_unknown_push_that_might_do_harm_is_never_repeated() -> None:
    assert pause_before_retry(result(PushOutcome.UNKNOWN, idempotent=False), 1, jitter=0.9) is None


def test_a_push_that_was_not_sent_is_repeated_even_if_it_might_do_harm() -> None:
    assert pause_before_retry(result(PushOutcome.NOT_SENT, idempotent=False), 1, jitter=0.9) == 0.0


def test_a_busy_server_is_given_a_pause_that_doubles() -> None:
    busy = result(PushOutcome.UNAVAILABLE)
    assert pause_before_retry(busy, 1, jitter=0.5) == pytest.approx(0.1)
    assert pause_before_retry(busy, 2, jitter=0.5) == pytest.approx(0.2)
    assert pause_before_retry(busy, 3, jitter=0.5) == pytest.approx(0.4)


def test_the_servers_own_wish_is_the_least_pause() -> None:
    assert pause_before_retry(result(PushOutcome.UNAVAILABLE, retry_after=3.0), 1, jitter=0.0) == 3.0


@pytest.mark.parametrize("outcome", RULES)
def test_the_last_attempt_is_the_last(outcome: PushOutcome) -> None:
    assert pause_before_retry(result(outcome), RULES[outcome].attempts - 1, jitter=0.5) is not None
    assert pause_before_retry(result(outcome), RULES[outcome].attempts, jitter=0.5) is None


@given(st.sampled_from(list(RULES)), st.integers(1, 20), st.floats(0, 1, exclude_max=True))
def test_no_pause_of_ours_is_longer_than_the_longest(outcome: PushOutcome, attempts: int, jitter: float) -> None:
    pause = pause_before_retry(result(outcome), attempts, jitter=jitter)
    assert pause is None or 0.0 <= pause <= LONGEST_PAUSE
