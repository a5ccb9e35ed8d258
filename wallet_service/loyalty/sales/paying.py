"""Points that pay at the till: taken from the balance at once, or those that a hold keeps aside."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from wallet_service.amounts import Points
from wallet_service.database.seam import Transaction
from wallet_service.loyalty.awards.seats import Seat, Seating
from wallet_service.loyalty.ledger import holds_sql, ledger_sql
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.balances import InsufficientPoints
from wallet_service.loyalty.ledger.entry import LedgerBroken
from wallet_service.loyalty.ledger.holds import Hold, HoldNotFound, State, close, ending, hold_of
from wallet_service.loyalty.ledger.lots import Lot
from wallet_service.loyalty.once import as_json
from wallet_service.loyalty.rules.happening import Line
from wallet_service.loyalty.sales import purchases_sql as sql
from wallet_service.loyalty.sales.checkout import require_payable
from wallet_service.loyalty.sales.receipts import Receipt


@dataclass(frozen=True, slots=True)
class Payment:
    """What points pay of a purchase."""

    points: Points
    entry: int | None
    """The entry that took them; None: there are none."""
    closed: Hold | None = None
    """The hold that kept them aside."""


NOTHING = Payment(Points(0), None)


async def read_holds(tx: Transaction, seating: Seating, receipts: Sequence[Receipt]) -> dict[str, Hold]:
    """The holds that these receipts name, of members who are locked; their accounts know the lots from now on."""
    wanted = [{"brand_id": each.brand_id, "id": each.hold} for each in receipts if each.hold]
    if not wanted:
        return {}
    holds: dict[str, Hold] = {}
    for row in await tx.all(sql.HOLDS, {"holds": as_json(wanted)}):
        if seat := seating.seats.get(row.member_id):
            seat.account.add_number(row.number)
            holds[row.hold_id] = hold_of(row)
    lots = {lot for hold in holds.values() for lot, _ in hold.taken.moves}
    for lot in await tx.all(ledger_sql.LOTS, {"lots": sorted(lots)}):
        seating.seats[lot.member_id].account.know([Lot(lot.id, lot.remaining, lot.expires_at)])
    return holds


async def close_holds(tx: Transaction, holds: Sequence[Hold]) -> None:
    """Write what became of these holds. Raises `LedgerBroken` if another has closed one of them."""
    if not holds:
        return
    closed = [{"id": hold.id, "state": hold.state, "captured": hold.captured} for hold in holds]
    if await tx.run(holds_sql.CLOSE, {"closed": as_json(closed), "now": tx.now}) != len(holds):
        raise LedgerBroken("a hold was closed although its member was locked")


def pay(
    receipt: Receipt, lines: Sequence[Line], seat: Seat, hold: Hold | None, reference: str, now: datetime
) -> Payment:
    """Take the points that pay these lines, codes taken off; when it refuses, nothing has moved. PURE, but for the account.

    What pays must be there, even where the programme allows a balance below 0. Raises `SpendOverCap`,
    `InsufficientPoints`, `HoldNotFound`, `HoldClosed` or `CaptureTooLarge`.
    """
    if receipt.hold is not None:
        return _capture(receipt.spend, lines, seat, _of(hold, seat.account), now)
    points = Points(receipt.spend or 0)
    if not points:
        return NOTHING
    require_payable(lines, seat.rules.book.spending, points)
    balance = seat.account.balance
    if points > balance:
        raise InsufficientPoints(f"The balance is {balance}; this would take {points}.", balance=balance, wanted=points)
    return Payment(points, seat.account.spend(points, now, reference=reference).id)


def _capture(spend: Points | None, lines: Sequence[Line], seat: Seat, hold: Hold, now: datetime) -> Payment:
    if hold.state is not State.OPEN:
        raise hold.closed
    state, kept = ending(hold, State.CAPTURED, spend, now)
    if state is not State.CAPTURED:
        raise replace(hold, state=state).closed
    require_payable(lines, seat.rules.book.spending, kept)
    closed = close(hold, seat.account, State.CAPTURED if kept else State.RELEASED, kept, now)
    return Payment(kept, hold.taken.id if kept else None, closed)


def _of(hold: Hold | None, account: Account) -> Hold:
    if hold is None or hold.taken.member_id != account.member_id:
        raise HoldNotFound("The member has no hold of this id.")
    return hold
