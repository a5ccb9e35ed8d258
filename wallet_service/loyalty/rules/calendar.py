"""Days as people live them: when points begin and end, and on which day a birthday is celebrated. PURE."""

from calendar import isleap
from datetime import UTC, date, datetime, time, timedelta

from wallet_service.loyalty.rules.mechanic import Life

DAY = timedelta(days=1)


def begins_at(life: Life, given: datetime) -> datetime | None:
    """When points begin to count that are given at this local moment: at the start of a day; None: at once."""
    return _start_of(given, life.delay) if life.delay else None


def ends_at(life: Life, given: datetime) -> datetime | None:
    """When points are gone that are given at this local moment, in UTC; None: never.

    Their last day is so many days after the one on which they begin to count, and theirs to its end.
    """
    return None if life.days is None else _start_of(given, life.delay + life.days + 1)


def _start_of(given: datetime, days: int) -> datetime:
    """When the day begins so many days later where `given` is the local time.

    Where clocks go forward at midnight, that midnight does not exist. `fold=0` reads it by the clock that was right until
    then (PEP 495), so it is the very moment of the change, with which that day begins.
    """
    return datetime.combine(given.date() + days * DAY, time(), given.tzinfo).astimezone(UTC)


def birthday_on(born: date, year: int) -> date:
    """The day of this year on which the birthday is celebrated; who was born on 29 February has it on the 28th."""
    leap_day = (born.month, born.day) == (2, 29)
    return date(year, 2, 28) if leap_day and not isleap(year) else born.replace(year=year)
