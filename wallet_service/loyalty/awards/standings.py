"""How a member stands, read back."""

from collections.abc import Mapping
from dataclasses import dataclass

from wallet_service.database.seam import Transaction
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.awards.seating import read_seats
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.people.members import find_member
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.rules.mechanic import Words
from wallet_service.loyalty.rules.standing import Standing
from wallet_service.loyalty.rules.tiers import Goal, goal_of


@dataclass(frozen=True, slots=True)
class StandingNow:
    """How a member stands today."""

    member_id: str
    standing: Standing
    goal: Goal | None
    titles: Mapping[str, Words]
    """Of tiers."""


async def standing_of(tx: Transaction, rulebooks: Rulebooks, brand_id: str, ref: MemberRef) -> StandingNow:
    """How a member stands. Raises what `find_member` refuses."""
    member = await find_member(tx, brand_id, ref)
    account = Account(brand_id, member.id, member.balance, may_go_negative=True)
    seat = (await read_seats(tx, rulebooks, {member.id: account}))[member.id]
    today = tx.now.astimezone(seat.zone).date()
    titles = {tier.name: tier.title for tier in seat.rules.book.tiers}
    return StandingNow(member.id, seat.standing, goal_of(seat.rules.book, seat.standing, today), titles)
