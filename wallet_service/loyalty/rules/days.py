"""What is to be done on each day of a programme's calendar, and by whom it is deserved. PURE."""

from calendar import isleap
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.rulebook import Rulebook

DAY = timedelta(days=1)

CAUGHT_UP = 31
"""Days that are gone through later, where nobody was there on the day itself; older ones are let go."""

TIERS = "tiers"
"""The job of looking at tiers whose days are over."""

TIMED = (Trigger.BIRTHDAY, Trigger.INACTIVE, Trigger.EXPIRING)
"""What the calendar sets off."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something to be done on every day."""

    trigger: Trigger | None
    """None: tiers are looked at."""
    days: int = 0

    @property
    def name(self) -> str:
        """As it is kept: a trigger, with its days where it has some."""
        return TIERS if self.trigger is None else f"{self.trigger} {self.days}" if self.days else self.trigger


def jobs_of(book: Rulebook) -> list[Job]:
    """What these rules ask of every day."""
    timed = {Job(each.trigger, each.days) for each in book.mechanics if each.active and each.trigger in TIMED}
    tiers = {Job(None)} if book.tiers else set()
    return sorted(timed | tiers, key=lambda job: job.name)


def job_of(name: str) -> Job:
    """The job of this name."""
    if name == TIERS:
        return Job(None)
    trigger, _, days = name.partition(" ")
    return Job(Trigger(trigger), int(days or 0))


def days_due(last: date | None, today: date) -> list[date]:
    """The days to go through, the oldest first, where `last` was the last that was; None: there was none before."""
    if last is None:
        return [today]
    missed = max((today - last).days, 0)
    return [today - n * DAY for n in reversed(range(min(missed, CAUGHT_UP)))]


def span_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When this day begins and ends there, in UTC."""
    begins, ends = (datetime.combine(each, time(), zone).astimezone(UTC) for each in (day, day + DAY))
    return begins, ends


def next_day(now: datetime, zone: ZoneInfo) -> datetime:
    """When the day after this moment's begins there, in UTC."""
    return span_of(now.astimezone(zone).date(), zone)[1]


def moment_on(day: date, now: datetime, zone: ZoneInfo) -> datetime:
    """At which moment a day that is gone through now counts: now, if it is today; else its noon."""
    local = now.astimezone(zone)
    return local if local.date() == day else datetime.combine(day, time(12), zone)


def subject_of(job: Job, day: date) -> date:
    """The day that a job looks at on this one: the last of a silence, or of points; else the very day."""
    match job.trigger:
        case Trigger.INACTIVE:
            return day - job.days * DAY
        case Trigger.EXPIRING:
            return day + job.days * DAY
        case _:
            return day


def occasion_of(job: Job, day: date) -> str:
    """What makes it happen only once: of a birthday its year, else the day that it is about."""
    return str(day.year) if job.trigger is Trigger.BIRTHDAY else subject_of(job, day).isoformat()


def birthdays_on(day: date) -> list[int]:
    """The birth dates that are celebrated on this day, as month * 100 + day."""
    return list(_birthdays_on(day))


def _birthdays_on(day: date) -> Iterator[int]:
    yield day.month * 100 + day.day
    if (day.month, day.day) == (2, 28) and not isleap(day.year):
        yield 229
