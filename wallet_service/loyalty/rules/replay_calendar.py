"""The calendar of the time machine: what each day brought, while nobody knew yet. PURE."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from wallet_service.loyalty.rules.days import DAY, Job, birthdays_on, occasion_of, subject_of
from wallet_service.loyalty.rules.happening import Happening, Trigger


class Person(NamedTuple):
    """A member, as the calendar knows them."""

    id: str
    joined: date
    born: date | None = None
    referred: bool = False


@dataclass(slots=True)
class Calendar:
    """Days that pass, and whom each is about. Points that are about to expire are not known here."""

    jobs: Sequence[Job]
    zone: ZoneInfo
    today: date | None = None
    """The last day that has begun; None: none has."""
    people: dict[str, Person] = field(default_factory=dict)
    born: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Birth date (month * 100 + day) -> members."""
    last_seen: dict[str, date] = field(default_factory=dict)
    seen_on: defaultdict[date, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Day -> whoever was seen on it for the last time so far."""

    def know(self, people: Iterable[Person]) -> None:
        """Members, each from the day on which they joined."""
        for person in people:
            self.people[person.id] = person
            self.see(person.id, person.joined)
            if person.born is not None:
                self.born[person.born.month * 100 + person.born.day].append(person.id)

    def see(self, member: str, day: date) -> None:
        """Somebody bought or came on this day."""
        before = self.last_seen.get(member)
        if before is None or before < day:
            if before is not None:
                self.seen_on[before].discard(member)
            self.last_seen[member] = day
            self.seen_on[day].add(member)

    def turn(self, day: date) -> Iterator[date]:
        """The days that begin until this one has, the oldest first."""
        self.today = self.today or day - DAY
        while self.today < day:
            self.today += DAY
            yield self.today

    def brings(self, day: date) -> Iterator[tuple[str, Happening]]:
        """What a day brings, and to whom."""
        at = datetime.combine(day, time(), self.zone)
        for job in self.jobs:
            if job.trigger is not None:
                for member in sorted(self._about(job, day)):
                    person = self.people.get(member)
                    referred = person is not None and person.referred
                    yield member, Happening(job.trigger, at, occasion_of(job, day), days=job.days, referred=referred)

    def _about(self, job: Job, day: date) -> Iterable[str]:
        if job.trigger is Trigger.INACTIVE:
            return self.seen_on.get(subject_of(job, day), ())
        if job.trigger is Trigger.BIRTHDAY:
            dates = birthdays_on(day)
            return [each for some in dates for each in self.born[some] if self.people[each].joined <= day]
        return ()
