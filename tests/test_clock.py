"""Clocks."""

from datetime import UTC, datetime, timedelta

from wallet_service.clock import Clock, SetClock, SystemClock

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_the_machines_clock_is_aware_and_goes_forward():
    clock: Clock = SystemClock()
    first = clock.now()
    assert first.tzinfo is UTC
    assert first <= clock.now()


def test_a_set_clock_moves_only_by_hand():
    clock = SetClock(NOON)
    assert [clock.now(), clock.now()] == [NOON, NOON]
    clock.forward(timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1)
