"""The time machine: what other rules would have given for all that is recorded. It writes nothing."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from wallet_service.database.seam import Database, Row, Statement
from wallet_service.loyalty.awards.happenings import MEMBERSHIP
from wallet_service.loyalty.brands import Programme
from wallet_service.loyalty.journeys import time_machine_sql as sql
from wallet_service.loyalty.rules.days import jobs_of, next_day
from wallet_service.loyalty.rules.engine import Rules
from wallet_service.loyalty.rules.happening import PURCHASE, VISIT, Happening, Line, Trigger
from wallet_service.loyalty.rules.mechanic import MEMBER
from wallet_service.loyalty.rules.redeemed import Redeemed, by_rules, net
from wallet_service.loyalty.rules.refunding import Bill, Pieces, back, returned
from wallet_service.loyalty.rules.replay import Replay
from wallet_service.loyalty.rules.replay_calendar import Calendar, Person
from wallet_service.loyalty.rules.standing import new
from wallet_service.loyalty.rules.verdict import Points

PAGE = 2000
BREATH = 100
"""Purchases between two moments in which others of this process may go on: some milliseconds."""

BEGINNING = datetime.min.replace(tzinfo=UTC)

Tell = Callable[[int], Awaitable[None]]
"""Told how many purchases are done."""


@dataclass(frozen=True, slots=True)
class Span:
    """Which purchases are looked at, by when they were recorded; what came before counts, and gives nothing."""

    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sold:
    """A purchase of which something comes back later."""

    member_id: str | None
    happening: Happening
    mechanics: tuple[str, ...]
    bill: Bill
    pieces: Pieces


@dataclass(slots=True)
class Machine:
    """One journey."""

    programme: Programme
    span: Span
    replay: Replay
    calendar: Calendar
    sold: dict[str, Sold] = field(default_factory=dict)
    midnight: datetime = BEGINNING
    """When the next day begins."""

    def purchase(self, row: Row) -> None:
        """Somebody bought something."""
        happening = self._happening(row, PURCHASE, row.id)
        gave: list[Points] = []
        if row.member_id is not None:
            self.calendar.see(row.member_id, happening.at.date())
        if not self._warming(row):
            verdict = self.replay.step(row.member_id, happening)
            gave = [each for each in verdict.points if each.to is MEMBER] if verdict else []
        elif row.member_id is not None:
            gave_then = by_rules(orjson.loads(row.gave))
            self.replay.warm(row.member_id, replace(happening, points=gave_then))
        if row.returned:
            bill = Bill(happening.lines, happening.paid, 0, tuple(each.points for each in gave))
            names, none = tuple(each.mechanic for each in gave), (0,) * len(bill.lines)
            self.sold[row.id] = Sold(row.member_id, happening, names, bill, none)

    def refund(self, row: Row) -> None:
        """Some of it came back."""
        sold = self.sold[row.purchase_id]
        pieces = returned(sold.bill, sold.pieces, [(line, some) for line, some in orjson.loads(row.lines)])
        came = back(sold.bill, pieces) - back(sold.bill, sold.pieces)
        self.sold[row.purchase_id] = replace(sold, pieces=pieces)
        went = [
            line._replace(quantity=now - then, discount=0)
            for line, now, then in zip(sold.bill.lines, pieces, sold.pieces, strict=True)
            if now > then
        ]
        happening = replace(sold.happening, lines=went, paid=came.paid, points=sum(came.gave))
        took = dict(zip(sold.mechanics, came.gave, strict=True))
        self.replay.back(sold.member_id, happening, took, whole=pieces == sold.bill.pieces)

    def happening(self, row: Row) -> None:
        """Somebody came, bought a membership, or whatever else was told."""
        if row.trigger == MEMBERSHIP:
            self.replay.join(row.member_id, row.name, row.at.astimezone(self.calendar.zone).date())
            return
        happening = self._happening(row, Trigger(row.trigger), row.occasion)
        if happening.trigger is VISIT:
            self.calendar.see(row.member_id, happening.at.date())
        if self._warming(row):
            self.replay.warm(row.member_id, happening)
        else:
            self.replay.step(row.member_id, happening)

    def turn(self, row: Row) -> None:
        """Let the days begin that had when this was recorded."""
        if row.created_at < self.midnight:
            return
        self.midnight = next_day(row.created_at, self.calendar.zone)
        for day in self.calendar.turn(row.created_at.astimezone(self.calendar.zone).date()):
            if not self._warming(row):
                self.replay.settle(day)
                for member, happening in self.calendar.brings(day):
                    self.replay.step(member, happening)

    def _warming(self, row: Row) -> bool:
        return self.span.since is not None and bool(row.created_at < self.span.since)

    def _happening(self, row: Row, trigger: Trigger, occasion: str) -> Happening:
        buys = trigger is PURCHASE
        return Happening(
            trigger,
            row.at.astimezone(self.calendar.zone),
            occasion,
            name="" if buys else row.name,
            lines=_lines(row) if buys else (),
            paid=row.paid if buys else 0,
            place=row.place,
            referred=row.referred,
        )


def _lines(row: Row) -> Sequence[Line]:
    """As they were paid."""
    lines = [new(Line, line) for line in orjson.loads(row.lines)]
    return net(lines, [Redeemed(*each) for each in orjson.loads(row.redeemed)])


async def travel(
    database: Database, programme: Programme, rules: Rules, span: Span, tell: Tell | None = None, *, every: int = PAGE
) -> Replay:
    """Run what is recorded of a programme through these rules: the same answer as if they had been in force.

    What was paid with points stays as it was. `tell` hears of it after `every` so many purchases and other things.
    """
    calendar = Calendar(jobs_of(rules.book), ZoneInfo(programme.time_zone))
    machine = Machine(programme, span, Replay(rules), calendar)
    wanted = {"programme": programme.id, "until": span.until}
    if any(job.trigger is not None for job in calendar.jobs):
        async for row in _pages(database, sql.PEOPLE, wanted):
            joined = row.created_at.astimezone(calendar.zone).date()
            calendar.know([Person(row.id, joined, row.born, row.referred)])
    done = 0
    async for live, row in _recorded(database, machine, wanted):
        machine.turn(row)
        live(row)
        done += 1
        if done % BREATH == 0:
            await asyncio.sleep(0)
        if tell is not None and done % every == 0:
            await tell(done)
    return machine.replay


async def _recorded(
    database: Database, machine: Machine, wanted: dict[str, Any]
) -> AsyncIterator[tuple[Callable[[Row], None], Row]]:
    """All that is recorded, in the order in which it was, each with what lives through it."""
    streams = (
        (_pages(database, sql.PURCHASES, wanted), machine.purchase),
        (_pages(database, sql.REFUNDS, wanted), machine.refund),
        (_pages(database, sql.HAPPENINGS, wanted), machine.happening),
    )
    heads = [(await anext(rows, None), rows, live) for rows, live in streams]
    while there := [(row.created_at, place) for place, (row, _, _) in enumerate(heads) if row is not None]:
        _, place = min(there)
        row, rows, live = heads[place]
        heads[place] = await anext(rows, None), rows, live
        if row is not None:
            yield live, row


async def _pages(database: Database, statement: Statement, wanted: dict[str, Any]) -> AsyncIterator[Row]:
    """All rows, page by page; while one is lived through, the next is on its way."""

    async def read(after: str) -> Sequence[Row]:
        async with database.read() as tx:
            return await tx.all(statement, wanted | {"after": after, "most": PAGE})

    coming = asyncio.ensure_future(read(""))
    try:
        while len(rows := await coming) == PAGE:
            coming = asyncio.ensure_future(read(rows[-1].id))
            for row in rows:
                yield row
        for row in rows:
            yield row
    finally:
        coming.cancel()


async def size(database: Database, programme: Programme, span: Span) -> int:
    """How many purchases there are to live through."""
    async with database.read() as tx:
        row = await tx.first(sql.SIZE, {"programme": programme.id, "until": span.until})
    return int(row.purchases) if row else 0
