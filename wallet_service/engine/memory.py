"""The engine in the memory of one process: for tests, and where losing wake-ups with the process is no loss."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from wallet_service.clock import Clock
from wallet_service.database.seam import Transaction
from wallet_service.engine.seam import Cron, Job
from wallet_service.errors import Unavailable

MINUTE = timedelta(minutes=1)

FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
"""Bounds of minute, hour, day of the month, month, day of the week (0 and 7 are Sunday)."""


@dataclass(frozen=True, slots=True)
class Held:
    """A job that raised, kept for the operator to see."""

    job: str
    error: Exception


@dataclass(frozen=True, slots=True)
class _WakeUp:
    job: str
    at: datetime


class MemoryEngine:
    """Wakes jobs of this process, by its Clock. Several `work` calls share what is waiting."""

    def __init__(self, clock: Clock, *, look: float = 0.01, retry: timedelta = timedelta(seconds=1)) -> None:
        """Look for what is due every `look` seconds (so that a clock set forward is noticed).

        A job that met an outage (`Unavailable`) is woken again after `retry`.
        """
        self.held: list[Held] = []
        self._clock = clock
        self._look = look
        self._retry = retry
        self._waiting: list[_WakeUp] = []
        self._ticked: dict[Cron, datetime] = {}

    async def enqueue(self, tx: Transaction, job: str, *, at: datetime | None = None) -> None:
        """Wake `job` once this transaction has committed, not before `at`; never if it rolls back."""
        wake_up = _WakeUp(job, at or tx.now)
        tx.after_commit(lambda: self._waiting.append(wake_up))

    def nudge(self, tx: Transaction, job: str) -> None:
        """Wake `job` once this transaction has committed; never if it rolls back."""
        wake_up = _WakeUp(job, tx.now)
        tx.after_commit(lambda: self._waiting.append(wake_up))

    async def work(self, jobs: Mapping[str, Job], clockwork: tuple[Cron, ...], stop: asyncio.Event) -> None:
        """Run jobs until `stop` is set, then finish those in hand. A job that raises is kept in `held`."""
        running: set[str] = set()
        async with asyncio.TaskGroup() as in_hand:
            while not stop.is_set():
                self._tick(clockwork)
                for name in self._take_due(jobs.keys() - running):
                    running.add(name)
                    in_hand.create_task(self._run(name, jobs[name], running))
                with suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), self._look)

    async def _run(self, name: str, job: Job, running: set[str]) -> None:
        try:
            await job()
        except Unavailable:
            self._waiting.append(_WakeUp(name, self._clock.now() + self._retry))
        except Exception as error:  # noqa: BLE001 - it is not swallowed: the operator finds it in `held`
            self.held.append(Held(name, error))
        finally:
            running.discard(name)

    def _take_due(self, free: set[str]) -> set[str]:
        """The free jobs that are due; one run of each answers all its wake-ups."""
        now = self._clock.now()
        due = {wake_up.job for wake_up in self._waiting if wake_up.at <= now} & free
        self._waiting = [wake_up for wake_up in self._waiting if wake_up.at > now or wake_up.job not in due]
        return due

    def _tick(self, clockwork: tuple[Cron, ...]) -> None:
        """Wake what the clock wakes; ticks that were missed count as one."""
        now = self._clock.now().replace(second=0, microsecond=0)
        for cron in clockwork:
            since, self._ticked[cron] = self._ticked.get(cron, now), now
            if any(is_tick(cron.expression, minute) for minute in _minutes(since, now)):
                self._waiting.append(_WakeUp(cron.job, now))


def is_tick(expression: str, minute: datetime) -> bool:
    """Whether a five-field cron expression (numbers, `*`, `a-b`, `/step`, lists) names this minute.

    As in crontab(5), when both days are restricted either is enough. Raises `ValueError` for anything else.
    """
    minutes, hours, days, months, weekdays = (
        _values(field, *bounds) for field, bounds in zip(expression.split(), FIELDS, strict=True)
    )
    on_day, on_weekday = minute.day in days, not weekdays.isdisjoint({minute.isoweekday(), minute.isoweekday() % 7})
    restricted = "*" not in {field[0] for field in expression.split()[2::2]}
    on_date = (on_day or on_weekday) if restricted else (on_day and on_weekday)
    return minute.minute in minutes and minute.hour in hours and minute.month in months and on_date


def _values(field: str, low: int, high: int) -> set[int]:
    return {value for part in field.split(",") for value in _range(part, low, high)}


def _range(part: str, low: int, high: int) -> range:
    span, _, step = part.partition("/")
    first, _, last = (f"{low}-{high}" if span == "*" else span).partition("-")
    end = int(last) if last else high if step else int(first)
    if not low <= int(first) <= end <= high:
        raise ValueError(f"{part} is outside {low}-{high}")
    return range(int(first), end + 1, int(step or 1))


def _minutes(after: datetime, until: datetime) -> Iterator[datetime]:
    for count in range(1, (until - after) // MINUTE + 1):
        yield after + count * MINUTE
