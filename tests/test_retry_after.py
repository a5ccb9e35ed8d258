"""Retry-After as other services send it, and as they never should."""

from datetime import UTC, datetime

import pytest

from wallet_service.retry_after import LONGEST_PAUSE, seconds_of, seconds_until

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

Cases = list[tuple[str | None, float | None]]
NUMBERS: Cases = [("0", 0.0), ("120", 120.0), ("9" * 30, LONGEST_PAUSE)]
UNREADABLE: Cases = [(text, None) for text in (None, "soon", "-5", "1.5", "²", "")]
DATES: Cases = [
    ("Sun, 22 Nov 2026 12:01:30 GMT", 90.0),
    ("Sun, 22 Nov 2026 12:01:30 -0000", 90.0),
    ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
    ("Sun, 22 Nov 2099 12:00:00 GMT", LONGEST_PAUSE),
]
BEYOND_DATES: Cases = [
    ("Sun, 22 Nov 2026 12:00:00 +99999999", None),
    (f"Sun, 22 Nov 2026 12:00:00 +{'9' * 20}", None),
    (f"Sun, 22 Nov {'9' * 20} 12:00:00 GMT", None),
]


@pytest.mark.parametrize(("header", "seconds"), NUMBERS + DATES + UNREADABLE + BEYOND_DATES, ids=str)
def test_a_number_or_a_date_says_how_long(header: str | None, seconds: float | None) -> None:
    assert seconds_until(header, NOON) == seconds


@pytest.mark.parametrize(("header", "seconds"), NUMBERS + UNREADABLE, ids=str)
def test_a_number_alone_says_how_long_without_a_clock(header: str | None, seconds: float | None) -> None:
    assert seconds_of(header) == seconds


@pytest.mark.parametrize("header", [date for date, _ in DATES + BEYOND_DATES], ids=str)
def test_a_date_is_left_to_our_own_back_off_without_a_clock(header: str) -> None:
    assert seconds_of(header) is None
