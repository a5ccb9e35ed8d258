"""Reversals: an entry of the ledger is undone by another one, wholly or in part."""

from dataclasses import dataclass, replace

from wallet_service.amounts import MOST, Points
from wallet_service.database.seam import Transaction
from wallet_service.errors import NotFound
from wallet_service.loyalty.ledger import ledger_sql
from wallet_service.loyalty.ledger import reversals_sql as sql
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.balances import BalanceOutOfRange, lock_account
from wallet_service.loyalty.ledger.books import write
from wallet_service.loyalty.ledger.entry import Entry, Kind
from wallet_service.loyalty.ledger.entry_list import entry_of
from wallet_service.loyalty.ledger.lots import Lot
from wallet_service.loyalty.ledger.undoing import Trace, Undoing, undo
from wallet_service.loyalty.references import MemberRef


class EntryNotFound(NotFound):
    """The member's ledger has no such entry."""

    slug = "entry-not-found"
    title = "There is no such entry"


@dataclass(frozen=True, slots=True)
class Reversal:
    """A wish to undo an entry of a member."""

    brand_id: str
    member: MemberRef
    entry_id: int
    amount: Points | None = None
    """How many of its points; None: all that are left."""
    reason: str | None = None
    reference: str | None = None
    """The caller's own number for it, such as the refund's."""


async def added(tx: Transaction, brand_id: str, entry_id: int) -> bool | None:
    """Whether this entry added or promised points, rather than took some; None: the brand has no such entry."""
    row = await tx.first(sql.ADDED, {"brand": brand_id, "entry": entry_id})
    return row.added if row else None


async def reverse(tx: Transaction, wish: Reversal) -> Entry:
    """Undo an entry, and give the entry that does.

    Points that were taken go back to the lots they came from, and lapse at once where those have expired. Points that
    were granted are taken back from their own lot, then from the others in their turn; what is missing is a debt, even
    where the programme allows none. Those that have expired unused are not taken a second time. A promise that has not
    come due is called off. What a hold took can be undone once it was captured, as far as it was.

    Raises `EntryNotFound`, `NotReversible`, `HoldOpen`, `AlreadyReversed`, `BalanceOutOfRange`, and what refuses a reference.
    """
    account = await lock_account(tx, wish.brand_id, wish.member)
    account.lapse(tx.now)
    undoing = await trace(tx, account, wish.entry_id)
    points = undoing.points(wish.amount)
    require_in_range(account.balance, account.balance + undoing.change(points))
    entry = undo(account, undoing, points, tx.now, wish.reason, wish.reference)
    if undoing.promised is not None:
        await tx.run(sql.CALL_OFF, {"lot": undoing.promise, "points": points})
    await write(tx, [account])
    return entry


def require_in_range(before: int, after: int) -> None:
    """Whether a balance may become so: it never leads further out of the range. Raises `BalanceOutOfRange`. PURE."""
    if abs(after) > max(MOST, abs(before)):
        raise BalanceOutOfRange(f"The balance of {before} would become {after}.", limit=MOST)


async def trace(tx: Transaction, account: Account, entry_id: int) -> Undoing:
    """What has become of an entry. Its lots are known to the account from now on."""
    values = {"member": account.member_id, "entry": entry_id}
    row = await tx.first(sql.ENTRY_TO_UNDO, values)
    if row is None:
        raise EntryNotFound("This member's ledger has no such entry.")
    entry = entry_of(row)
    account.add_number(row.number)
    if entry.amount < 0:
        entry = await _at_home(tx, account, entry)
    before = [Trace(Kind(each.kind), each.amount, each.lots) for each in await tx.all(sql.SINCE, {"entry": entry_id})]
    own = frozenset(row.own)
    return Undoing(entry, [*before, *account.entries], row.promise, row.promised, own, is_held=row.is_held)


async def _at_home(tx: Transaction, account: Account, entry: Entry) -> Entry:
    """The entry, as if it had taken nothing of lots that are not this account's; its lots are known from now on.

    Lots of somebody who was merged are that member's for ever: what comes back is homeless.
    """
    found = await tx.all(ledger_sql.LOTS, {"lots": [lot for lot, _ in entry.moves]})
    lots = {lot.id: Lot(lot.id, lot.remaining, lot.expires_at) for lot in found if lot.member_id == account.member_id}
    account.know(lots.values())
    return replace(entry, moves=[move for move in entry.moves if move[0] in lots])
