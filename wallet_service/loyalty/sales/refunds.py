"""Refunds: goods come back, with the money and the points that paid them, and what they gave is taken back."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from wallet_service.amounts import Points
from wallet_service.database.seam import Row, Transaction
from wallet_service.ids import new_id
from wallet_service.loyalty.awards import awarding_sql
from wallet_service.loyalty.awards.awarding import write_seats
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.awards.seating import seat_guests
from wallet_service.loyalty.awards.seats import Guest, Seat, Seating
from wallet_service.loyalty.ledger import reversals_sql
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.entry import Entry
from wallet_service.loyalty.ledger.reversals import trace
from wallet_service.loyalty.ledger.undoing import Undoing, undo
from wallet_service.loyalty.offers.offers_redeemed import unredeem_of
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.rules.engine import take_out
from wallet_service.loyalty.rules.happening import Happening, Trigger
from wallet_service.loyalty.rules.redeemed import by_rules
from wallet_service.loyalty.rules.refunding import Back, Pieces, back, returned
from wallet_service.loyalty.sales import purchases_sql as sql
from wallet_service.loyalty.sales.purchases import find_purchase, purchase_of
from wallet_service.loyalty.sales.receipts import Gave, Purchase, Refund, RefundTaken, Return


@dataclass(frozen=True, slots=True)
class Moved:
    """Points that a refund moved."""

    back: Points
    """To the member."""
    took: Sequence[Gave]
    """From the member."""
    balance: Points | None
    """The member's, afterwards."""
    entries: Sequence[Entry]
    """All that was entered meanwhile."""


NOTHING = Moved(Points(0), (), None, ())


async def refund(tx: Transaction, rulebooks: Rulebooks, wish: Return) -> tuple[Refund, bool]:
    """Give goods back; and whether this very refund was recorded before: then it answers as then, and changes nothing.

    The points that paid come back to their very lots, in the share of the goods' price; those that have expired
    meanwhile are gone at once. What was given for the goods is taken back, even if it is spent: the rest is a debt. In
    the standing of the member, they were never bought.

    Raises `PurchaseNotFound`, `RefundTaken`, `RefundInvalid`, `AlreadyReturned` or `MemberGone`.
    """
    purchase = await find_purchase(tx, wish.brand_id, wish.purchase_id)
    seating, seat = await _seat(tx, rulebooks, purchase)
    purchase = purchase_of(await tx.first(sql.LOCK_PURCHASE, {"purchase": purchase.id}))
    if row := await tx.first(sql.REFUND, {"brand": wish.brand_id, "number": wish.number}):
        return _same(row, wish), True
    bill, before = purchase.bill, purchase.come_back
    after = returned(bill, before, wish.lines)
    due = back(bill, after) - back(bill, before)
    moved = NOTHING
    if seat is not None:
        moved = await _move(tx, seat.account, purchase, due)
        gone = _happening(purchase, seat, after, due, moved)
        take_out(seat.rules, seat.standing, gone, whole=after == bill.pieces)
        seat.stepped = True
        await write_seats(tx, seating)
    if after == bill.pieces:
        await unredeem_of(tx, purchase.id)
    return await _write(tx, wish, purchase, after, due, moved), False


async def _seat(tx: Transaction, rulebooks: Rulebooks, purchase: Purchase) -> tuple[Seating, Seat | None]:
    """The seat of whoever bought; None: somebody unknown."""
    guests = [] if purchase.member_id is None else [MemberRef("id", purchase.member_id)]
    seating = await seat_guests(tx, rulebooks, [Guest(purchase.brand_id, who, Trigger.PURCHASE) for who in guests])
    return seating, seating.of(0, guests[0]) if guests else None


async def _move(tx: Transaction, account: Account, purchase: Purchase, due: Back) -> Moved:
    """What paid comes back first, so that what is taken back finds it."""
    account.lapse(tx.now)
    wanted = [("", purchase.spent_entry or 0, due.spent)]
    wanted += [(gave.mechanic, gave.entry, points) for gave, points in zip(purchase.gave, due.gave, strict=True)]
    undoings = [(name, await trace(tx, account, entry), points) for name, entry, points in wanted if points]
    for number in await tx.all(awarding_sql.NUMBERS, {"count": len(undoings)}):
        account.add_number(number.id)
    begun = len(account.entries)
    moved = [await _undo(tx, account, name, undoing, points, purchase.id) for name, undoing, points in undoings]
    return Moved(
        Points(sum(each.points for each in moved if not each.mechanic)),
        [each for each in moved if each.mechanic and each.points],
        account.balance,
        account.entries[begun:],
    )


async def _undo(tx: Transaction, account: Account, name: str, undoing: Undoing, due: int, reference: str) -> Gave:
    """Undo so many points of an entry, or as many as are left: some may have been undone by hand, or expired unused."""
    points = Points(min(due, undoing.left))
    if not points:
        return Gave(name, undoing.entry.id, points)
    entry = undo(account, undoing, points, tx.now, None, reference)
    if undoing.promised is not None:
        await tx.run(reversals_sql.CALL_OFF, {"lot": undoing.promise, "points": points})
    return Gave(name, entry.id, points)


def _happening(purchase: Purchase, seat: Seat, after: Pieces, due: Back, moved: Moved) -> Happening:
    """What came back, as standings see it: it is of the day on which it was bought. PURE."""
    gone = [
        line._replace(quantity=now - then)
        for line, now, then in zip(purchase.lines, after, purchase.come_back, strict=True)
        if now > then
    ]
    points = by_rules((each.mechanic, each.entry, each.points) for each in moved.took)
    at = purchase.at.astimezone(seat.zone)
    return Happening(Trigger.PURCHASE, at, purchase.id, points=points, lines=gone, paid=due.paid, place=purchase.place)


async def _write(tx: Transaction, wish: Return, purchase: Purchase, after: Pieces, due: Back, moved: Moved) -> Refund:
    before = purchase.come_back
    lines = [(n, now - then) for n, (now, then) in enumerate(zip(after, before, strict=True), 1) if now > then]
    made = Refund(
        new_id("ref", tx.now),
        wish.brand_id,
        purchase.id,
        wish.number,
        wish.fingerprint,
        lines,
        due.total,
        due.paid,
        moved.back,
        moved.took,
        [entry.id for entry in moved.entries],
        moved.balance,
        tx.now,
    )
    values = {name: getattr(made, name) for name in Refund.__slots__}
    told = {"lines": lines, "took": [tuple(each) for each in made.took], "entries": made.entries, "returned": after}
    await tx.run(sql.WRITE_REFUND, values | {name: orjson.dumps(value).decode() for name, value in told.items()})
    return made


def _same(row: Row, wish: Return) -> Refund:
    """The refund of a row, which must be this one. Raises `RefundTaken`."""
    if row.fingerprint != wish.fingerprint:
        raise RefundTaken("An earlier refund under this number was a different one.", refund=row.id)
    told = {
        "lines": [(line, pieces) for line, pieces in row.lines],
        "took": [Gave(*each) for each in row.took],
    }
    return Refund(**dict(row._mapping) | told)  # noqa: SLF001 - the row's public name for its columns
