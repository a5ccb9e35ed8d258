"""What one member has goes over to another: it leaves one account, and arrives in the other as it was. PURE."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from wallet_service.amounts import Points
from wallet_service.errors import Conflict, Invalid
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.entry import Kind
from wallet_service.loyalty.ledger.lots import NEVER
from wallet_service.loyalty.rules.standing import Done, Standing


class MergeWithItself(Invalid):
    """Both references lead to the same member; there is nothing to merge."""

    slug = "merge-with-itself"
    title = "A member cannot be merged into itself"


class MergeAcrossProgrammes(Invalid):
    """Points of one programme are worth nothing in another, so only members of the same programme are merged."""

    slug = "merge-across-programmes"
    title = "The members are in different programmes"


class MemberMerged(Conflict):
    """The member was merged into another (`into`), to whom all references lead by now; undo that merge first."""

    slug = "member-merged"
    title = "The member was merged into another"


class MemberHasHolds(Conflict):
    """A till holds points of the member for a purchase; merge when it was captured or released, or its time is over."""

    slug = "member-has-holds"
    title = "Points of the member are being held"


@dataclass(frozen=True, slots=True)
class LivingLot:
    """A lot of which something is left."""

    id: int
    left: Points
    activates_at: datetime | None
    """When its points begin to count; None: they do."""
    expires_at: datetime | None
    origin: str

    @property
    def turn(self) -> tuple[datetime, int]:
        """As `Lot.turn`: those that expire first also pay first."""
        return self.expires_at or NEVER, self.id


@dataclass(frozen=True, slots=True)
class Party:
    """A member who is to be merged, as far as that decides whether it may be."""

    id: str
    programme_id: str
    merged_into: str | None


def require_mergeable(survivor: Party, absorbed: Party) -> None:
    """Whether these two may become one. Raises `MergeWithItself`, `MemberMerged` or `MergeAcrossProgrammes`."""
    if survivor.id == absorbed.id:
        raise MergeWithItself(f"Both are {survivor.id}.")
    for party in (survivor, absorbed):
        if party.merged_into is not None:
            raise MemberMerged(f"{party.id} is {party.merged_into} by now.", into=party.merged_into)
    if survivor.programme_id != absorbed.programme_id:
        raise MergeAcrossProgrammes(f"One is in {survivor.programme_id}, the other in {absorbed.programme_id}.")


def leave(account: Account, lots: Iterable[LivingLot], now: datetime, merge_id: str, *, owed: int = 0) -> None:
    """Take what is left of these lots out of an account, and so much of a debt, by one entry."""
    moves = [(lot.id, -lot.left) for lot in lots if lot.activates_at is None]
    promises = [(lot.id, -lot.left) for lot in lots if lot.activates_at is not None]
    if moves or promises or owed:
        amount = owed + sum(points for _, points in moves)
        account.enter(Kind.MERGED, amount, moves, now, reference=merge_id, called_off=promises)


def arrive(account: Account, lots: Iterable[LivingLot], now: datetime, merge_id: str) -> Sequence[tuple[int, int]]:
    """Add what is left of these lots, each by an entry, as a lot with the same end and origin; which became which."""
    return [(lot.id, _arrive(account, lot, now, merge_id)) for lot in sorted(lots, key=lambda lot: lot.turn)]


def _arrive(account: Account, lot: LivingLot, now: datetime, merge_id: str) -> int:
    return account.grant(
        lot.left,
        now,
        activates_at=lot.activates_at,
        expires_at=lot.expires_at,
        origin=lot.origin,
        kind=Kind.MERGED,
        reference=merge_id,
    ).id


def join(stays: Standing, goes: Standing, tiers: Sequence[str]) -> None:
    """Let one standing have the higher tier of the two (`tiers`: the lowest first), and what mechanics gave to both.

    What both did is to be made anew from what is recorded.
    """
    if _height(goes, tiers) > _height(stays, tiers):
        stays.tier, stays.tier_since, stays.tier_until = goes.tier, goes.tier_since, goes.tier_until
    for name, done in goes.done.items():
        stays.done[name] = _both(stays.done[name], done) if name in stays.done else done


def _height(standing: Standing, tiers: Sequence[str]) -> tuple[int, date]:
    """How high a tier is, and of equal ones, how long it is sure."""
    return tiers.index(standing.tier) if standing.tier in tiers else -1, standing.tier_until or date.max


def _both(one: Done, other: Done) -> Done:
    """How often in all. Occasions of a mechanic are days, or numbers that ascend, so the greatest is the newest."""
    last = max(one, other, key=lambda done: (done.period, done.occasion))
    in_period = sum(done.in_period for done in (one, other) if done.period == last.period)
    return Done(one.times + other.times, last.period, in_period, last.occasion)
