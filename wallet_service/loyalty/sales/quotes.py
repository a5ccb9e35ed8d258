"""Quotes: what a check would come to, told before it is paid. Nothing is written, and nobody is locked.

It takes the step that the purchase will take, on a copy of the standing that is thrown away: so, unless something
happens between, it is the same answer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wallet_service.amounts import Points
from wallet_service.database.seam import Transaction
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.awards.seating import read_seats
from wallet_service.loyalty.awards.seats import Seat
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.balances import require_room
from wallet_service.loyalty.offers.offers_judged import Redeeming, Redemption, read_codes
from wallet_service.loyalty.people.members import Member, find_member
from wallet_service.loyalty.rules.calendar import begins_at, ends_at
from wallet_service.loyalty.rules.engine import take_in
from wallet_service.loyalty.rules.mechanic import Beneficiary, Words
from wallet_service.loyalty.rules.redeemed import ORIGIN, Redeemed
from wallet_service.loyalty.rules.tiers import Goal, goal_of
from wallet_service.loyalty.rules.verdict import Verdict
from wallet_service.loyalty.sales import purchases_sql as sql
from wallet_service.loyalty.sales.checkout import Allowance, most_points
from wallet_service.loyalty.sales.coupons import redeemed_of, redeeming
from wallet_service.loyalty.sales.receipts import Receipt
from wallet_service.loyalty.sales.selling import Sale, happening_of, selling_at

OCCASION = "quote"
"""No happening is called so: what a quote asks for has never been given."""


@dataclass(frozen=True, slots=True)
class Earning:
    """Points that would be given."""

    mechanic: str
    """Or `offer:` and the name of an offer, whose code would bring them."""
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
    redeemed: Sequence[Redeemed]
    """What codes would bring."""
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
        return self.total - self.discount - self.spend * self.worth

    @property
    def discount(self) -> int:
        """What codes would take off."""
        return sum(each.discount for each in self.redeemed)


@dataclass(frozen=True, slots=True)
class Stand:
    """What a quote has to know of a member's programme and past."""

    seat: Seat
    """Its standing is a copy of nobody's: it was read for this quote alone."""
    left: dict[str, int]
    """Points left of budgets."""
    parked: frozenset[str]
    available: Points


async def quote(tx: Transaction, rulebooks: Rulebooks, check: Receipt) -> Quote:
    """What this check would come to for its member.

    Raises what `find_member` refuses, `CurrencyMismatch`, `MomentInvalid`, `LinesInvalid`, `CodeNotFound` or `OfferRefused`.
    """
    assert check.member is not None  # noqa: S101 - the door asks for it
    member = await find_member(tx, check.brand_id, check.member)
    stand = await _stand(tx, rulebooks, member)
    sale = Sale(OCCASION, check, selling_at(stand.seat), tx.now)
    codes = await _codes(tx, redeeming(check, member.id)) if check.codes else []
    sale.take_off([redeemed_of(each) for each in codes])
    return reckon(sale, stand, _brought(codes))


def reckon(sale: Sale, stand: Stand, brought: Sequence[Earning]) -> Quote:
    """The quote, when all is known. PURE, but for the standing, on which the step is taken."""
    seat, book = stand.seat, stand.seat.rules.book
    require_room(seat.account, sum(each.points for each in brought))
    allowance = most_points(sale.lines, book.spending, stand.available)
    spend = Points(min(sale.receipt.spend or 0, allowance.points))
    happening = happening_of(sale, seat, sale.due - spend * book.spending.worth)
    verdict = take_in(seat.rules, seat.standing, happening, left=stand.left, parked=stand.parked)
    return Quote(
        seat.account.member_id,
        seat.language,
        book.currency,
        stand.available,
        sale.total,
        sale.redeemed,
        allowance,
        book.spending.worth,
        spend,
        [*brought, *_earnings(seat, verdict, sale.now)],
        [gift.offer for gift in verdict.gifts],
        seat.standing.tier,
        goal_of(book, seat.standing, sale.now.astimezone(seat.zone).date()),
        {tier.name: tier.title for tier in book.tiers},
    )


async def _codes(tx: Transaction, wish: Redeeming) -> list[Redemption]:
    return (await read_codes(tx, [wish])).take(wish)


def _brought(codes: Sequence[Redemption]) -> list[Earning]:
    """Points that codes would bring."""
    points = ((each, each.granted.points) for each in codes)
    return [Earning(ORIGIN + each.offer, each.title, brought, None, None) for each, brought in points if brought]


def _earnings(seat: Seat, verdict: Verdict, now: datetime) -> list[Earning]:
    titles = {mechanic.name: mechanic.title for mechanic in seat.rules.book.mechanics}
    given = now.astimezone(seat.zone)
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


async def _stand(tx: Transaction, rulebooks: Rulebooks, member: Member) -> Stand:
    account = Account(member.brand_id, member.id, member.balance, may_go_negative=False)
    seat = (await read_seats(tx, rulebooks, {member.id: account}))[member.id]
    row = await tx.first(sql.AT_HAND, {"member": member.id, "now": tx.now})
    if row is None:
        raise LookupError("the member was found a moment before")
    given = {name: points for name, points, _ in row.mechanics}
    budgets = {each.name: each.limits.budget for each in seat.rules.book.mechanics}
    return Stand(
        seat,
        {name: max(budget - given.get(name, 0), 0) for name, budget in budgets.items() if budget is not None},
        frozenset(name for name, _, parked in row.mechanics if parked),
        Points(max(member.balance - row.expired, 0)),
    )
