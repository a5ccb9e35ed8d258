"""The programme's calendar, as days are reckoned."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from wallet_service.loyalty.rules.days import (
    CAUGHT_UP,
    Job,
    birthdays_on,
    days_due,
    job_of,
    jobs_of,
    moment_on,
    next_day,
    span_of,
)
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.mechanic import Mechanic
from wallet_service.loyalty.rules.rulebook import Rulebook, Tier

TODAY = date(2027, 3, 1)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("missed", "due"),
    [(None, [0]), (0, []), (-1, []), (1, [0]), (3, [2, 1, 0]), (400, list(reversed(range(CAUGHT_UP))))],
)
def test_each_day_is_due_once_and_days_that_were_missed_are_due_later(missed: int | None, due: list[int]) -> None:
    last = None if missed is None else TODAY - timedelta(days=missed)
    assert days_due(last, TODAY) == [TODAY - timedelta(days=n) for n in due]


@pytest.mark.parametrize(("day", "hours"), [(date(2027, 3, 28), 23), (date(2027, 10, 31), 25), (TODAY, 24)])
def test_a_day_has_as_many_hours_as_its_clocks_have(day: date, hours: int) -> None:
    begins, ends = span_of(day, BERLIN)
    assert ends - begins == timedelta(hours=hours)
    assert begins.astimezone(BERLIN).time() == time()
    assert next_day(begins, BERLIN) == next_day(ends - timedelta(microseconds=1), BERLIN) == ends


def test_a_day_that_is_gone_through_later_counts_at_its_noon() -> None:
    now = datetime(2027, 3, 1, 23, 30, tzinfo=UTC)  # the 2nd in Berlin
    assert moment_on(date(2027, 3, 2), now, BERLIN) == now
    assert moment_on(date(2027, 2, 28), now, BERLIN) == datetime(2027, 2, 28, 12, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("day", "born"),
    [
        (date(2027, 2, 28), [228, 229]),
        (date(2028, 2, 28), [228]),
        (date(2028, 2, 29), [229]),
        (date(2027, 12, 31), [1231]),
    ],
)
def test_who_was_born_on_a_leap_day_celebrates_every_year(day: date, born: list[int]) -> None:
    assert birthdays_on(day) == born


def test_the_calendar_does_what_active_mechanics_and_tiers_ask_for() -> None:
    def timed(trigger: Trigger, days: int = 0, *, active: bool = True) -> Mechanic:
        return Mechanic(f"{trigger}-{days}-{active}", {}, {}, trigger, days=days, active=active)

    mechanics = [
        timed(Trigger.BIRTHDAY),
        timed(Trigger.INACTIVE, 60),
        timed(Trigger.INACTIVE, 90, active=False),
        timed(Trigger.EXPIRING, 7),
        timed(Trigger.PURCHASE),
    ]
    jobs = jobs_of(Rulebook(mechanics=[*mechanics, timed(Trigger.INACTIVE, 60)], tiers=[Tier("gold", {})]))
    assert [job.name for job in jobs] == ["birthday", "inactive 60", "lot-expiring 7", "tiers"]
    assert [job_of(job.name) for job in jobs] == jobs
    assert jobs_of(Rulebook()) == []
    assert Job(None).name == "tiers"
