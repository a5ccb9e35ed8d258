"""Holds: points that a till sets aside before payment, to be kept by a capture, or given back by a release or by time.

Its member is locked before a hold is read: of all who would close it at once, the first does, and the others are told.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import structlog

from wallet_service.amounts import Points
from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.errors import Conflict, Invalid, NotFound
from wallet_service.ids import is_id, new_id
from wallet_service.loyalty.ledger import holds_sql as sql
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.balances import Posting, decide, lock_account
from wallet_service.loyalty.ledger.books import account_of, read_lots, write
from wallet_service.loyalty.ledger.entry import Entry, Kind, LedgerBroken
from wallet_service.loyalty.ledger.entry_list import entry_of
from wallet_service.loyalty.ledger.lapsing import until
from wallet_service.loyalty.ledger.ledger_sql import LOTS
from wallet_service.loyalty.ledger.lots import Lot
from wallet_service.loyalty.once import as_json

LOG = structlog.get_logger()

PORTION = 200
"""Holds of one transaction that have timed out: few, so that no till waits long for a member."""

ENTRIES = 2
"""Most entries that the end of a hold makes: one gives back, and one lets go what has expired of it meanwhile."""


class State(StrEnum):
    """What became of a hold."""

    OPEN = "open"
    CAPTURED = "captured"
    RELEASED = "released"
    EXPIRED = "expired"


class HoldNotFound(NotFound):
    """The brand has no such hold; one is named `hold_…`, as it was answered when the points were set aside."""

    slug = "hold-not-found"
    title = "There is no such hold"


class HoldClosed(Conflict):
    """A hold is captured or released once, or gives its points back when its time is over; `state` says which it was."""

    slug = "hold-closed"
    title = "This hold is closed"


class CaptureTooLarge(Invalid):
    """A capture keeps what was set aside, or less of it; the till takes more by an entry, or another hold."""

    slug = "capture-too-large"
    title = "More would be captured than is held"


@dataclass(frozen=True, slots=True)
class Hold:
    """Points set aside for a purchase that is not paid yet."""

    id: str
    brand_id: str
    taken: Entry
    """The entry that took them."""
    state: State
    captured: Points
    """How many of them were kept; the others came back when the hold was closed."""
    expires_at: datetime
    """From this moment on they can only come back."""
    closed_at: datetime | None
    balance: Points
    """The member's, when this was read or done."""

    @property
    def amount(self) -> Points:
        """How many points were set aside."""
        return Points(-self.taken.amount)

    @property
    def closed(self) -> HoldClosed:
        """Why nothing more can be done with it."""
        return HoldClosed(f"It is {self.state}, and can be closed only once.", state=self.state, captured=self.captured)


async def open_hold(tx: Transaction, wish: Posting, life: timedelta) -> Hold:
    """Take the points of this posting from the balance, and keep them aside for so long. Raises as any posting does."""
    account = await lock_account(tx, wish.brand_id, wish.member)
    account.lapse(tx.now)
    amount = Points(-decide(wish, account))
    taken = account.spend(amount, tx.now, kind=Kind.HELD, reason=wish.reason, reference=wish.reference)
    await write(tx, [account])
    end = tx.now + life
    hold = Hold(new_id("hold", tx.now), wish.brand_id, taken, State.OPEN, Points(0), end, None, account.balance)
    values = {"id": hold.id, "brand": hold.brand_id, "member": taken.member_id, "entry": taken.id}
    await tx.run(sql.INSERT, values | {"amount": hold.amount, "expires_at": end})
    return hold


async def find_hold(tx: Transaction, brand_id: str, hold_id: str) -> Hold:
    """A hold as it is. Raises `HoldNotFound`."""
    return hold_of(_there(await tx.first(sql.HOLD, _named(brand_id, hold_id))))


async def capture_hold(tx: Transaction, brand_id: str, hold_id: str, amount: Points | None = None) -> Hold | HoldClosed:
    """Keep so many of the points (None: all), and give back the others. Raises `HoldNotFound` or `CaptureTooLarge`.

    A hold whose time is over gives its points back even here, and the answer is that it is closed.
    """
    return await _close_one(tx, brand_id, hold_id, State.CAPTURED, amount)


async def release_hold(tx: Transaction, brand_id: str, hold_id: str) -> Hold | HoldClosed:
    """Give all points back to the lots they came from. Raises `HoldNotFound`."""
    return await _close_one(tx, brand_id, hold_id, State.RELEASED, Points(0))


async def expire_holds(tx: Transaction, most: int = PORTION) -> int:
    """Give back what holds kept aside for too long, of members with about so many of them; how many holds.

    Members whose books contradict themselves are left alone, so that the others have their points back.
    """
    locked: dict[str, Account] = {}
    for row in await tx.all(sql.LOCK_HOLDERS_DUE, {"now": tx.now, "most": most}):
        account_of(row, locked)
    rows = await tx.all(sql.HOLDS_DUE, {"members": list(locked), "now": tx.now}) if locked else []
    if broken := {row.member_id for row in rows if not row.sound}:
        LOG.error("open lots are not the balance: holds stay open", members=sorted(broken))
    due = [hold_of(row) for row in rows if row.sound]
    if not due:
        return 0
    accounts = {hold.taken.member_id: locked[hold.taken.member_id] for hold in due}
    await _prepare(tx, accounts, due)
    closed = [close(hold, accounts[hold.taken.member_id], State.EXPIRED, Points(0), tx.now) for hold in due]
    await _write(tx, accounts, closed)
    return len(closed)


@dataclass(frozen=True, slots=True)
class HoldsExpiring:
    """The drain of holds whose time is over."""

    database: Database
    portion: int = PORTION

    async def take(self) -> float:
        """Give back a portion; in how many seconds to look again."""
        async with self.database.begin() as tx:
            if await expire_holds(tx, self.portion):
                return 0.0
            row = await tx.first(sql.UNTIL_DUE, {"now": tx.now})
            return until(None if row is None else row.seconds)


def ending(hold: Hold, wanted: State, amount: Points | None, now: datetime) -> tuple[State, Points]:
    """How an open hold ends, and how many points are kept, when this is wanted now. Raises `CaptureTooLarge`. PURE."""
    if hold.expires_at <= now:
        return State.EXPIRED, Points(0)
    kept = hold.amount if amount is None else amount
    if kept > hold.amount:
        raise CaptureTooLarge(f"The hold has {hold.amount} points, not {kept}.", held=hold.amount)
    return wanted, kept


def close(hold: Hold, account: Account, state: State, kept: Points, now: datetime) -> Hold:
    """Give back to its lots what is not kept; the hold as it is then. PURE, but for the account."""
    back = Points(hold.amount - kept)
    if back:
        words = {"reason": hold.taken.reason, "reference": hold.taken.reference}
        account.give_back(Kind.RELEASED, back, hold.taken, now, **words)
    return replace(hold, state=state, captured=kept, closed_at=now, balance=account.balance)


async def _close_one(
    tx: Transaction, brand_id: str, hold_id: str, wanted: State, amount: Points | None
) -> Hold | HoldClosed:
    named = _named(brand_id, hold_id)
    accounts: dict[str, Account] = {}
    account = account_of(_there(await tx.first(sql.LOCK_HOLDER, named)), accounts)
    hold = await find_hold(tx, brand_id, hold_id)
    if hold.state is not State.OPEN:
        return hold.closed
    state, kept = ending(hold, wanted, amount, tx.now)
    await _prepare(tx, accounts, [hold])
    closed = close(hold, account, state, kept, tx.now)
    await _write(tx, accounts, [closed])
    return closed if state is wanted else closed.closed


async def _prepare(tx: Transaction, accounts: dict[str, Account], holds: Sequence[Hold]) -> None:
    """Give the locked accounts their lots, those of these holds too, and numbers for what will be entered."""
    await read_lots(tx, list(accounts.values()))
    lots = {lot for hold in holds for lot, _ in hold.taken.moves}
    for lot in await tx.all(LOTS, {"lots": sorted(lots)}):
        accounts[lot.member_id].know([Lot(lot.id, lot.remaining, lot.expires_at)])
    takers = [accounts[hold.taken.member_id] for hold in holds for _ in range(ENTRIES)]
    for account, number in zip(takers, await tx.all(sql.NUMBERS, {"count": len(takers)}), strict=True):
        account.add_number(number.id)


async def _write(tx: Transaction, accounts: dict[str, Account], holds: Sequence[Hold]) -> None:
    """Raises `LedgerBroken` if another has closed one of them."""
    closed = [{"id": hold.id, "state": hold.state, "captured": hold.captured} for hold in holds]
    if await tx.run(sql.CLOSE, {"closed": as_json(closed), "now": tx.now}) != len(holds):
        raise LedgerBroken("a hold was closed although its member was locked")
    await write(tx, accounts.values())


def _named(brand_id: str, hold_id: str) -> dict[str, str]:
    if not is_id("hold", hold_id):
        raise HoldNotFound("A hold is named hold_… as it was answered.")
    return {"brand": brand_id, "hold": hold_id}


def _there(row: Row | None) -> Row:
    if row is None:
        raise HoldNotFound("No hold of this brand has this id.")
    return row


def hold_of(row: Row) -> Hold:
    """The hold of a row with all its columns, and its entry's."""
    return Hold(
        row.hold_id,
        row.brand_id,
        entry_of(row),
        State(row.state),
        row.captured,
        row.expires_at,
        row.closed_at,
        row.now_balance,
    )
