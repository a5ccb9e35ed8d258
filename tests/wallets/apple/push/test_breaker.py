"""The circuit breaker: when connecting is tried, and when pushes are told at once that APNs is out of reach."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.wallets.apple.push.breaker import LONGEST_REST, THRESHOLD, Breaker, Circuit

ALMOST_ONE = 0.999


def after_failures(count: int, *, jitter: float = ALMOST_ONE) -> tuple[Breaker, float]:
    breaker, now = Breaker(), 100.0
    for _ in range(count):
        now += breaker.wait(now)
        breaker = breaker.failed(now, "the connection was refused", jitter=jitter)
    return breaker, now


def test_a_new_circuit_is_closed() -> None:
    assert Breaker().circuit(0.0) is Circuit.CLOSED
    assert Breaker().wait(0.0) == 0.0


def test_it_stays_closed_below_the_threshold_but_pauses() -> None:
    breaker, now = after_failures(THRESHOLD - 1)
    assert breaker.circuit(now) is Circuit.CLOSED
    assert 0.1 < breaker.wait(now) < 0.2


def test_it_opens_at_the_threshold_within_a_second() -> None:
    breaker, now = after_failures(THRESHOLD)
    assert breaker.circuit(now) is Circuit.OPEN
    assert now - 100.0 < 1.0
    assert breaker.reason == "the connection was refused"


def test_a_lasting_trouble_opens_it_at_once() -> None:
    breaker = Breaker().failed(100.0, "certificate expired 2026-01-01", jitter=0.5, lasting=True)
    assert breaker.circuit(100.0) is Circuit.OPEN


def test_it_is_half_open_at_the_moment_the_rest_ends() -> None:
    breaker, now = after_failures(THRESHOLD)
    assert breaker.circuit(breaker.until) is Circuit.HALF_OPEN
    assert breaker.circuit(now) is Circuit.OPEN


def test_a_failed_trial_opens_it_for_longer() -> None:
    first, _ = after_failures(THRESHOLD)
    again = first.failed(first.until, "still down", jitter=0.0)
    assert again.circuit(first.until) is Circuit.OPEN
    assert again.wait(first.until) == pytest.approx(1.0)
    assert again.reason == "still down"


def test_an_answer_closes_it() -> None:
    breaker, now = after_failures(THRESHOLD + 4)
    assert breaker.succeeded().circuit(now) is Circuit.CLOSED


@given(st.integers(THRESHOLD, 200), st.floats(0, 1, exclude_max=True))
def test_a_rest_is_never_nothing_and_never_longer_than_a_minute(failures: int, jitter: float) -> None:
    breaker = Breaker(failures).failed(100.0, "down", jitter=jitter)
    assert 0.5 <= breaker.wait(100.0) <= LONGEST_REST
