"""What happens to members beside purchases: visits, events, memberships, a card in the phone. Each is noted, once."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from wallet_service.amounts import Points
from wallet_service.database.seam import Row, Transaction
from wallet_service.errors import Conflict, NotFound
from wallet_service.loyalty.awards import happenings_sql as sql
from wallet_service.loyalty.awards.awarding import Given, Happened, award, enter, happening_of, step, write_seats
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.awards.seating import seat_guests
from wallet_service.loyalty.awards.seats import Guest, Seat, Seating
from wallet_service.loyalty.facts import CardInstalled, MemberEnrolled
from wallet_service.loyalty.once import as_json
from wallet_service.loyalty.recent import recent
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.tiers import join
from wallet_service.loyalty.rules.verdict import Verdict

FIRST = "first"
"""The occasion of what mechanics see once of each member."""

MEMBERSHIP = "membership"
"""What a bought membership is noted as."""


class MembershipUnknown(NotFound):
    """The programme has no tier of this name that can be bought: one with `paid_days`."""

    slug = "membership-unknown"
    title = "There is no such membership"


class MembershipBelow(Conflict):
    """The member has a tier above this one, which a membership would not change; nothing was sold."""

    slug = "membership-below"
    title = "The member has a higher tier"


@dataclass(frozen=True, slots=True)
class Report:
    """Something that another system says has happened to a member."""

    brand_id: str
    member: MemberRef
    trigger: Trigger
    number: str
    """That system's own, unique for the member: reported again, it has no second effect."""
    name: str = ""
    at: datetime | None = None
    """None: now."""
    place: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a report."""

    member_id: str
    fresh: bool
    """False: it had been reported before, and nothing happened now."""
    given: Sequence[Given]
    verdict: Verdict
    balance: Points
    tier: str


async def report(tx: Transaction, rulebooks: Rulebooks, told: Report) -> Outcome:
    """Note what happened, and give the member what the rules say. Raises `MemberNotFound`, `MomentInvalid`."""
    at = recent(told.at, tx.now)
    seating = await seat_guests(tx, rulebooks, [Guest(told.brand_id, told.member, told.trigger)])
    seat = seating.of(0, told.member)
    happened = Happened(
        told.brand_id, seat.account.member_id, told.trigger, at, told.number, name=told.name, place=told.place
    )
    if not await _note(tx, [happened]):
        return _outcome(seat, fresh=False)
    return await _settle(tx, seating, seat, happened)


async def _settle(tx: Transaction, seating: Seating, seat: Seat, happened: Happened) -> Outcome:
    verdict = step(seating, seat, happening_of(happened, seat))
    given = enter(seating, seat, verdict, tx.now, happened.occasion)
    await write_seats(tx, seating)
    return _outcome(seat, fresh=True, given=given, verdict=verdict)


async def buy_membership(
    tx: Transaction, rulebooks: Rulebooks, brand_id: str, ref: MemberRef, tier: str, number: str
) -> Outcome:
    """Let a member have a tier that was paid for, or have it for longer. Raises `MembershipUnknown`, `MembershipBelow`.

    `number` is the sale's: told again, it has no second effect.
    """
    seating = await seat_guests(tx, rulebooks, [Guest(brand_id, ref, Trigger.TIER_REACHED)])
    seat = seating.of(0, ref)
    bought = Happened(
        brand_id, seat.account.member_id, Trigger.TIER_REACHED, tx.now, f"{MEMBERSHIP} {number}", name=tier
    )
    before = seat.standing.tier_until
    try:
        reached = join(seat.rules.book, seat.standing, tier, happening_of(bought, seat).at.date())
    except KeyError:
        raise MembershipUnknown("No tier of this name can be bought.", remedy="See the tiers of the rules.") from None
    if seat.standing.tier != tier:
        raise MembershipBelow(f"The member has {seat.standing.tier}, which is above {tier}.", tier=seat.standing.tier)
    if not await _note(tx, [bought], as_=MEMBERSHIP):
        seat.standing.tier_until = before
        return _outcome(seat, fresh=False)
    seat.stepped = True
    if reached:
        outcome = await _settle(tx, seating, seat, bought)
        return replace(outcome, verdict=replace(outcome.verdict, reached=[*reached, *outcome.verdict.reached]))
    await write_seats(tx, seating)
    return _outcome(seat, fresh=True)


async def welcome(tx: Transaction, rulebooks: Rulebooks, newcomers: Iterable[MemberEnrolled]) -> None:
    """Give those who have just been enrolled what the rules say; whoever moves in has been welcomed elsewhere."""
    members = sorted({fact.member_id for fact in newcomers if not fact.moved_in})
    ruled = await tx.all(sql.RULED, {"members": json.dumps(members)}) if members else ()
    await _for_the_first_time(tx, rulebooks, ruled, Trigger.ENROLLED)


async def note_installed(tx: Transaction, rulebooks: Rulebooks, installed: Iterable[CardInstalled]) -> None:
    """Cards have come into a wallet: give what the rules say to members who never had theirs in one."""
    cards = sorted({fact.card_id for fact in installed})
    ruled = await tx.all(sql.RULED_HOLDERS, {"cards": json.dumps(cards)})
    await _for_the_first_time(tx, rulebooks, ruled, Trigger.INSTALLED)


async def _for_the_first_time(tx: Transaction, rulebooks: Rulebooks, ruled: Sequence[Row], trigger: Trigger) -> None:
    """What happens once only, to those of these members whose rules ask for it."""
    asked = [row for row in ruled if (await rulebooks.of(tx, row.rulebook_id)).by_trigger[trigger]]
    happened = [Happened(row.brand_id, row.id, trigger, tx.now, FIRST) for row in asked]
    if fresh := await _note(tx, happened):
        await award(tx, rulebooks, [each for each in happened if each.member_id in fresh])


async def _note(tx: Transaction, happened: Sequence[Happened], *, as_: str | None = None) -> set[str]:
    """The members of those that had not been noted before."""
    rows = [_row(each, as_ or each.trigger) for each in happened]
    fresh = await tx.all(sql.NOTE, {"happenings": as_json(rows), "now": tx.now}) if rows else ()
    return {row.member_id for row in fresh}


def _row(happened: Happened, trigger: str) -> dict[str, Any]:
    return {
        "member_id": happened.member_id,
        "trigger": trigger,
        "occasion": happened.occasion,
        "brand_id": happened.brand_id,
        "name": happened.name,
        "at": happened.at,
        "place": happened.place,
    }


def _outcome(seat: Seat, *, fresh: bool, given: Sequence[Given] = (), verdict: Verdict | None = None) -> Outcome:
    account, tier = seat.account, seat.standing.tier
    return Outcome(account.member_id, fresh, given, verdict or Verdict(), account.balance, tier)
