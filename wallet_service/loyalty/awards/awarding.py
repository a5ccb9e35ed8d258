"""Awarding: the rules say what a member is given for what happened, and the ledger has it, in one transaction.

`seat_guests`, then for each happening `step` and `enter`, then `write_seats`. Purchases do so for themselves;
`award` is the whole of it for everything else.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from wallet_service.amounts import MOST, Points
from wallet_service.database.seam import Transaction
from wallet_service.loyalty.awards import awarding_sql as sql
from wallet_service.loyalty.awards.explain import MECHANIC
from wallet_service.loyalty.awards.happenings_sql import NOTE
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.awards.seating import seat_guests
from wallet_service.loyalty.awards.seats import Guest, Seat, Seating
from wallet_service.loyalty.facts import MechanicParked, PointsOwed, StandingChanged
from wallet_service.loyalty.ledger import books
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.offers.offers_given import Present, give_offers
from wallet_service.loyalty.once import as_json
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.rules import verdict as said
from wallet_service.loyalty.rules.calendar import begins_at, ends_at
from wallet_service.loyalty.rules.engine import take_in
from wallet_service.loyalty.rules.happening import Happening, Trigger
from wallet_service.loyalty.rules.mechanic import Beneficiary
from wallet_service.loyalty.rules.standing import to_document
from wallet_service.loyalty.rules.tiers import goal_of
from wallet_service.loyalty.rules.verdict import Verdict

LOG = structlog.get_logger()

MESSAGE = "message"
"""What a message that a mechanic asks for is noted as."""


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to a member beside a purchase."""

    brand_id: str
    member_id: str
    trigger: Trigger
    at: datetime
    occasion: str
    name: str = ""
    days: int = 0
    points: int = 0
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """Points that a mechanic gave."""

    mechanic: str
    points: Points
    entry: int


async def award(tx: Transaction, rulebooks: Rulebooks, happened: Sequence[Happened]) -> list[Verdict]:
    """Give members what the rules say to what happened to them; for each, the verdict.

    One occasion counts once, however often it is told. Raises `MemberNotFound`.
    """
    refs = [MemberRef("id", each.member_id) for each in happened]
    guests = [Guest(each.brand_id, ref, each.trigger) for each, ref in zip(happened, refs, strict=True)]
    seating = await seat_guests(tx, rulebooks, guests)
    verdicts = []
    for n, each in enumerate(happened):
        seat = seating.of(n, refs[n])
        verdicts.append(step(seating, seat, happening_of(each, seat)))
        enter(seating, seat, verdicts[-1], tx.now, each.occasion)
    await write_seats(tx, seating)
    return verdicts


def happening_of(each: Happened, seat: Seat) -> Happening:
    """What happened, by the calendar of the member's programme. PURE."""
    return Happening(
        each.trigger,
        each.at.astimezone(seat.zone),
        each.occasion,
        name=each.name,
        days=each.days,
        points=each.points,
        place=each.place,
        referred=seat.referrer is not None,
    )


def step(seating: Seating, seat: Seat, happening: Happening) -> Verdict:
    """What the rules say; the standing knows of it from now on. A mechanic that fails is parked, and the rest stands."""
    parked = seating.parked[seat.programme_id]
    verdict = take_in(seat.rules, seat.standing, happening, left=seating.left[seat.programme_id], parked=parked)
    seat.stepped = True
    for trouble in verdict.troubles:
        seating.troubles.setdefault((seat.programme_id, trouble.mechanic), trouble.why)
        parked.add(trouble.mechanic)
    return verdict


def enter(seating: Seating, seat: Seat, verdict: Verdict, now: datetime, occasion: str) -> list[Given]:
    """Grant what the verdict says; what goes to others, or is no points, waits for `write_seats`."""
    account = seat.account
    seating.gifts += [Present(account.member_id, each.offer, f"{each.mechanic} {occasion}") for each in verdict.gifts]
    seating.notes += [_asked_for(account, each, now, occasion) for each in verdict.hooks]
    if seat.referrer is not None:
        others = [points for points in verdict.points if points.to is Beneficiary.REFERRER]
        seating.owed += [_owed(account, seat.referrer, points, occasion) for points in others]
    own = [points for points in verdict.points if points.to is Beneficiary.MEMBER]
    return [_grant(seat, points, now, occasion) for points in own if _fits(seat, points)]


def _asked_for(account: Account, hook: said.Hook, now: datetime, occasion: str) -> dict[str, Any]:
    """A message that a mechanic asks for, as it is noted for whoever sends it."""
    return {
        "member_id": account.member_id,
        "trigger": MESSAGE,
        "occasion": f"{hook.mechanic} {occasion}",
        "brand_id": account.brand_id,
        "name": hook.hook,
        "at": now,
    }


def _owed(account: Account, referrer: str, points: said.Points, occasion: str) -> dict[str, Any]:
    """Points for whoever brought the member, who is not locked here: see `owing`."""
    return {
        "brand_id": account.brand_id,
        "member_id": referrer,
        "mechanic": points.mechanic,
        "points": points.points,
        "live_days": points.life.days,
        "delay_days": points.life.delay,
        "occasion": occasion,
    }


def _fits(seat: Seat, points: said.Points) -> bool:
    """Whether the balance can take them; what it cannot is not worth a mechanic's being parked."""
    if seat.account.balance + points.points <= MOST:
        return True
    LOG.error("a grant would lead out of range: it is left out", mechanic=points.mechanic)
    return False


def _grant(seat: Seat, points: said.Points, now: datetime, occasion: str) -> Given:
    begins = begins_at(points.life, now.astimezone(seat.zone))
    entry = seat.account.grant(
        Points(points.points),
        now,
        activates_at=begins,
        expires_at=ends_at(points.life, now.astimezone(seat.zone)),
        origin=MECHANIC + points.mechanic,
        reference=occasion,
    )
    return Given(points.mechanic, Points(points.points), entry.id)


async def write_seats(tx: Transaction, seating: Seating, answers: Sequence[Mapping[str, Any]] = ()) -> None:
    """Write entries, standings, budgets and what is parked, and the answers kept with them."""
    await books.write(tx, [seat.account for seat in seating.seats.values()], answers)
    stepped = [seat for seat in seating.seats.values() if seat.stepped]
    if rows := [_standing_row(tx, seat) for seat in stepped]:
        await tx.run(sql.WRITE_STANDINGS, {"standings": as_json(rows), "now": tx.now})
    if given := list(_given_rows(seating)):
        await tx.run(sql.COUNT_GIVEN, {"given": as_json(given)})
    if seating.troubles:
        await park(tx, seating.troubles)
    await give_offers(tx, seating.gifts)
    if seating.notes:
        await tx.run(NOTE, {"happenings": as_json(seating.notes), "now": tx.now})
    if seating.owed:
        await tx.run(sql.OWE, {"owed": as_json(seating.owed), "now": tx.now})
        tx.record(PointsOwed())


async def park(tx: Transaction, troubles: Mapping[tuple[str, str], str]) -> None:
    """Let these mechanics (of these programmes) give nothing until somebody has looked at why they failed."""
    rows = [{"programme_id": programme, "name": name, "why": why} for (programme, name), why in troubles.items()]
    for row in await tx.all(sql.PARK, {"parked": as_json(rows), "now": tx.now}):
        why = troubles[row.programme_id, row.name]
        tx.after_commit(partial(LOG.error, "a mechanic failed and is parked", mechanic=row.name, why=why))
        tx.record(MechanicParked(row.programme_id, row.name))


def _standing_row(tx: Transaction, seat: Seat) -> dict[str, Any]:
    """The standing as it is kept; whoever shows what is different of it is told."""
    seat.shows |= _shown_of(seat, tx.now)
    changed = frozenset(key for key, value in seat.shows.items() if seat.shown.get(key) != value)
    if changed:
        tx.record(StandingChanged(seat.account.member_id, changed))
    standing = seat.standing
    return {
        "member_id": seat.account.member_id,
        "brand_id": seat.account.brand_id,
        "tier": standing.tier,
        "tier_since": standing.tier_since,
        "tier_until": standing.tier_until,
        "document": to_document(standing),
        "shown": {key: seat.shows[key] for key in changed},
    }


def _shown_of(seat: Seat, now: datetime) -> dict[str, Any]:
    """The tier and the next goal, as a card shows them. PURE."""
    titles = {tier.name: tier.title for tier in seat.rules.book.tiers}
    tier, today = seat.standing.tier, now.astimezone(seat.zone).date()
    shown: dict[str, Any] = {"tier": None, "goal": None}
    if tier:
        until = seat.standing.tier_until
        shown["tier"] = {"name": tier, "title": titles.get(tier, {}), "until": until.isoformat() if until else None}
    if goal := goal_of(seat.rules.book, seat.standing, today):
        shown["goal"] = {"tier": goal.tier, "title": titles[goal.tier], "measure": goal.measure, "left": goal.left}
        shown["goal"]["currency"] = seat.rules.book.currency
    return shown


def _given_rows(seating: Seating) -> Iterator[dict[str, Any]]:
    """What was given out of budgets."""
    for programme, budgets in seating.budgets.items():
        for name, before in budgets.items():
            if given := before - seating.left[programme][name]:
                yield {"programme_id": programme, "name": name, "points": given}
