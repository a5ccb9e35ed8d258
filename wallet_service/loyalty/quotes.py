"""Quotes: what a check would come to, told before it is paid. Nothing is written, and nobody is locked.

It takes the step that the purchase will take, on a copy of the standing that is thrown away: so, unless something
happens between, it is the same answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import orjson

from wallet_service.amounts import Points
from wallet_service.database.seam import Row, Transaction
from wallet_service.loyalty import purchases_sql as sql
from wallet_service.loyalty.checkout import Allowance, most_points, total_of
from wallet_service.loyalty.members import Member, find_member
from wallet_service.loyalty.receipts import Receipt
from wallet_service.loyalty.rulebooks import Rulebooks
from wallet_service.loyalty.rules.calendar import begins_at, ends_at
from wallet_service.loyalty.rules.engine import Rules, take_in
from wallet_service.loyalty.rules.happening import Happening, Trigger
from wallet_service.loyalty.rules.rulebook import Beneficiary, Words
from wallet_service.loyalty.rules.standing import Standing, from_document
from wallet_service.loyalty.rules.tiers import Goal, goal_of
from wallet_service.loyalty.rules.verdict import Verdict

OCCASION = "quote"
"""No happening is called so: what a quote asks for has never been given."""


@dataclass(frozen=True, slots=True)
class Earning:
    """Points that a mechanic would give."""

    mechanic: str
    title: Words
    points: int
    activates_at: datetime | None
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Quote:
    """What a check would come to."""

    member_id: str
    language: str
    """Of the member."""
    currency: str
    available: Points
    """Points that can be spent."""
    total: int
    allowance: Allowance
    worth: int
    """Minor units that a point pays."""
    spend: Points
    """Points that would pay."""
    earnings: Sequence[Earning]
    offers: Sequence[str]
    tier: str
    """That the member would have; empty: none."""
    goal: Goal | None
    titles: Mapping[str, Words]
    """Of tiers."""

    @property
    def paid(self) -> int:
        """What is left to be paid in money."""
        return self.total - self.spend * self.worth


@dataclass(frozen=True, slots=True)
class Stand:
    """What a quote has to know of a member's programme and past."""

    rules: Rules
    zone: ZoneInfo
    standing: Standing
    """A copy of nobody's: it was read for this quote alone."""
    left: dict[str, int]
    parked: frozenset[str]
    available: Points
    referred: bool


async def quote(tx: Transaction, rulebooks: Rulebooks, check: Receipt) -> Quote:
    """What this check would come to for its member.

    Raises what `find_member` refuses, `CurrencyMismatch`, `PurchaseTimeInvalid` or `LinesInvalid`.
    """
    assert check.member is not None  # noqa: S101 - the door asks for it
    member = await find_member(tx, check.brand_id, check.member)
    row = await tx.first(sql.STAND, {"member": member.id, "now": tx.now})
    stand = _stand(row, await rulebooks.of(tx, row.rulebook_id if row else None))
    return reckon(check, member, stand, tx.now)


def reckon(check: Receipt, member: Member, stand: Stand, now: datetime) -> Quote:
    """The quote, when all is known. PURE, but for the standing, on which the step is taken."""
    book = stand.rules.book
    check.require_currency(book.currency)
    at, total = check.moment(now).astimezone(stand.zone), total_of(check.lines)
    allowance = most_points(check.lines, book.spending, stand.available)
    spend = Points(min(check.spend or 0, allowance.points))
    paid = total - spend * book.spending.worth
    happening = Happening(
        Trigger.PURCHASE, at, OCCASION, lines=check.lines, paid=paid, place=check.place, referred=stand.referred
    )
    verdict = take_in(stand.rules, stand.standing, happening, left=stand.left, parked=stand.parked)
    return Quote(
        member.id,
        member.language,
        book.currency,
        stand.available,
        total,
        allowance,
        book.spending.worth,
        spend,
        _earnings(stand, verdict, now),
        [gift.offer for gift in verdict.gifts],
        stand.standing.tier,
        goal_of(book, stand.standing, now.astimezone(stand.zone).date()),
        {tier.name: tier.title for tier in book.tiers},
    )


def _earnings(stand: Stand, verdict: Verdict, now: datetime) -> list[Earning]:
    titles = {mechanic.name: mechanic.title for mechanic in stand.rules.book.mechanics}
    given = now.astimezone(stand.zone)
    return [
        Earning(
            each.mechanic,
            titles[each.mechanic],
            each.points,
            begins_at(each.life, given),
            ends_at(each.life, given),
        )
        for each in verdict.points
        if each.to is Beneficiary.MEMBER
    ]


def _stand(row: Row | None, rules: Rules) -> Stand:
    if row is None:
        raise LookupError("the member was found a moment before")
    given = {name: points for name, points, _ in row.mechanics}
    budgets = {each.name: each.limits.budget for each in rules.book.mechanics}
    return Stand(
        rules,
        ZoneInfo(row.time_zone),
        Standing(tracks=rules.tracks)
        if row.document is None
        else from_document(orjson.loads(row.document), row.tier, row.tier_since, row.tier_until),
        {name: max(budget - given.get(name, 0), 0) for name, budget in budgets.items() if budget is not None},
        frozenset(name for name, _, parked in row.mechanics if parked),
        Points(max(row.balance - row.expired, 0)),
        row.referred_by is not None,
    )
