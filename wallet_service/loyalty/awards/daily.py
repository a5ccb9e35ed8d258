"""The programme's calendar: what every day asks for is done once, in portions, and later if nobody was there.

A portion and how far it came are one transaction, so that a worker that dies repeats nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from wallet_service.database.seam import Database, Row, Statement, Transaction
from wallet_service.ids import first_id
from wallet_service.loyalty.awards import daily_sql as sql
from wallet_service.loyalty.awards.awarding import Happened, award, write_seats
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.awards.seating import seat_guests
from wallet_service.loyalty.awards.seats import Guest
from wallet_service.loyalty.once import as_json
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.rules.days import (
    Job,
    birthdays_on,
    days_due,
    job_of,
    jobs_of,
    moment_on,
    next_day,
    occasion_of,
    span_of,
    subject_of,
)
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.tiers import settle

PORTION = 200
"""Members of one transaction."""

IDLE = 600.0
"""Most seconds between two looks at the calendar."""

SELECTIONS: Mapping[Trigger | None, Statement] = {
    Trigger.BIRTHDAY: sql.BIRTHDAYS,
    Trigger.INACTIVE: sql.SILENT,
    Trigger.EXPIRING: sql.EXPIRING,
    None: sql.TIERS_OVER,
}
"""Whom a job is about."""


@dataclass(frozen=True, slots=True)
class Daily:
    """The drain of days."""

    database: Database
    rulebooks: Rulebooks
    portion: int = PORTION

    async def take(self) -> float:
        """Go through a portion of a day; in how many seconds to look again."""
        async with self.database.begin() as tx:
            wait = await begin_days(tx, self.rulebooks)
        async with self.database.begin() as tx:
            return 0.0 if await go_through_some(tx, self.rulebooks, self.portion) else wait


async def begin_days(tx: Transaction, rulebooks: Rulebooks) -> float:
    """Put down every day that has begun in a programme, for each job that its rules ask for; seconds to the next one."""
    runs, wait = [], IDLE
    for row in await tx.all(sql.PROGRAMMES):
        zone, rules = ZoneInfo(row.time_zone), await rulebooks.of(tx, row.rulebook_id)
        today = tx.now.astimezone(zone).date()
        for job in jobs_of(rules.book):
            last = row.last.get(job.name)
            days = days_due(date.fromisoformat(last) if last else None, today)
            runs += [{"programme_id": row.id, "job": job.name, "day": day} for day in days]
        wait = min(wait, (next_day(tx.now, zone) - tx.now).total_seconds() + 1)
    if runs:
        await tx.run(sql.BEGIN, {"runs": as_json(runs)})
    return wait


async def go_through_some(tx: Transaction, rulebooks: Rulebooks, most: int) -> bool:
    """Do what a day asks for, for some members; whether there was anything to do."""
    run = await tx.first(sql.CLAIM)
    if run is None:
        return False
    job, zone = job_of(run.job), ZoneInfo(run.time_zone)
    rows = await tx.all(SELECTIONS[job.trigger], _wanted(run, job, zone) | {"most": most})
    if rows and job.trigger is None:
        await _settle_tiers(tx, rulebooks, run, [row.member_id for row in rows])
    elif rows:
        await award(tx, rulebooks, _happened(tx, run, job, zone, rows))
    over = len(rows) < most
    after = rows[-1].member_id if rows else run.after
    progress = {"programme": run.programme_id, "job": run.job, "day": run.day, "now": tx.now}
    await tx.run(sql.GONE_THROUGH, progress | {"after": after, "members": len(rows), "over": over})
    return True


def _wanted(run: Row, job: Job, zone: ZoneInfo) -> dict[str, Any]:
    begins, ends = span_of(subject_of(job, run.day), zone)
    common = {"programme": run.programme_id, "after": run.after}
    span = {"begins": begins, "ends": ends}
    own: Mapping[Trigger | None, Mapping[str, Any]] = {
        Trigger.BIRTHDAY: {"dates": birthdays_on(run.day)},
        Trigger.INACTIVE: span | {"first": first_id("mem", begins), "last": first_id("mem", ends)},
        Trigger.EXPIRING: span,
        None: {"day": run.day},
    }
    return common | dict(own[job.trigger])


def _happened(tx: Transaction, run: Row, job: Job, zone: ZoneInfo, rows: Sequence[Row]) -> list[Happened]:
    """What the day brings to these members."""
    trigger, at, occasion = job.trigger or Trigger.EVENT, moment_on(run.day, tx.now, zone), occasion_of(job, run.day)
    return [
        Happened(run.brand_id, row.member_id, trigger, at, occasion, days=job.days, points=row.points) for row in rows
    ]


async def _settle_tiers(tx: Transaction, rulebooks: Rulebooks, run: Row, members: Sequence[str]) -> None:
    guests = [Guest(run.brand_id, MemberRef("id", member), Trigger.EVENT) for member in members]
    seating = await seat_guests(tx, rulebooks, guests)
    for seat in seating.seats.values():
        settle(seat.rules.book, seat.standing, run.day)
        seat.stepped = True
    await write_seats(tx, seating)
