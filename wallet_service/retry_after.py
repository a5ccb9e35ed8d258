"""Retry-After: for how long another service asks to be left alone. Pure.

Source: RFC 9110, 10.2.3. It is a number of seconds or a date.
"""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST_PAUSE = 3600.0
"""Seconds beyond which no Retry-After is believed: a slip of theirs must not silence us for days."""


def seconds_of(retry_after: str | None) -> float | None:
    """The seconds that it names as a number, at most `LONGEST_PAUSE`; None for anything else.

    For who does without the date: our own back-off is a fair answer to one.
    """
    if retry_after is None or not (retry_after.isascii() and retry_after.isdigit()):
        return None
    return min(float(retry_after), LONGEST_PAUSE)


def seconds_until(retry_after: str | None, now: datetime) -> float | None:
    """The seconds from now that it asks for, as a number or a date, at most `LONGEST_PAUSE`; None if unreadable."""
    seconds = seconds_of(retry_after)
    return _seconds_until_date(retry_after, now) if seconds is None and retry_after is not None else seconds


def _seconds_until_date(text: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    asked = (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
    return min(max(asked, 0.0), LONGEST_PAUSE)
