"""Accounts between the database and those who decide: read when their members are locked, written when all is entered."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from wallet_service.database.seam import Row, Transaction
from wallet_service.loyalty.facts import BalanceChanged, ExpiriesChanged
from wallet_service.loyalty.ledger import ledger_sql as sql
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.entry import Entry, NewLot
from wallet_service.loyalty.ledger.expiring import ends_of
from wallet_service.loyalty.ledger.lots import Lot
from wallet_service.loyalty.once import as_json


def account_of(row: Row, accounts: dict[str, Account]) -> Account:
    """The account of a locked row; one for each member."""
    if row.id not in accounts:
        accounts[row.id] = Account(row.brand_id, row.id, row.balance, row.may_go_negative, row.digest or b"")
    return accounts[row.id]


async def lock_members(tx: Transaction, wanted: str) -> Sequence[Row]:
    """Lock whoever these references lead to (`n`, `brand_id`, `kind`, `ref`, as JSON): a row for each, by `n`.

    Somebody may have been merged while this waited for them; then it looks again.
    """
    rows = await tx.all(sql.LOCK_ACCOUNTS, {"postings": wanted})
    late = [
        {"n": row.n, "brand_id": row.brand_id, "kind": "id", "ref": row.merged_into} for row in rows if row.merged_into
    ]
    if not late:
        return rows
    return [*(row for row in rows if not row.merged_into), *await lock_members(tx, as_json(late))]


async def read_lots(tx: Transaction, accounts: Sequence[Account]) -> None:
    """Read the open lots of locked members."""
    if not accounts:
        return
    lots: dict[str, list[Lot]] = defaultdict(list)
    by_id = {account.member_id: account for account in accounts}
    for row in await tx.all(sql.OPEN_LOTS, {"members": json.dumps(list(by_id)), "now": tx.now}):
        lots[row.member_id].append(Lot(row.id, row.remaining, row.expires_at))
        if row.entry_id is not None:
            by_id[row.member_id].add_number(row.entry_id)
    for account in accounts:
        account.read(lots[account.member_id])


async def write(tx: Transaction, accounts: Iterable[Account], answers: Sequence[Mapping[str, Any]] = ()) -> None:
    """Write what was entered into these accounts, and the answers kept with it."""
    moved = [account for account in accounts if account.entries]
    if not moved and not answers:
        return
    for account in moved:
        if account.balance != account.before:
            tx.record(BalanceChanged(account.member_id))
        elif ends_of(account.as_read) != ends_of(account.lots.values()):
            tx.record(ExpiriesChanged(account.member_id))
    values = {
        "entries": as_json([row for account in moved for row in _entry_rows(account)]),
        "touched": as_json([row for account in moved for row in account.changed_lots()]),
        "balances": as_json(
            [{"id": each.member_id, "balance": each.balance, "digest": each.digest.hex()} for each in moved]
        ),
        "answers": as_json(answers),
    }
    await tx.run(sql.WRITE_ENTRIES, values | {"now": tx.now})


def _entry_rows(account: Account) -> Iterator[dict[str, Any]]:
    """What was entered, each entry with the lot that it opens."""
    opened = {new.id: new for new in account.new}
    for entry in account.entries:
        row = _entry_row(account, entry)
        yield row | _lot_row(account, opened[entry.id]) if entry.id in opened else row


def _entry_row(account: Account, entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "brand_id": account.brand_id,
        "member_id": entry.member_id,
        "kind": entry.kind,
        "amount": entry.amount,
        "balance": entry.balance,
        "lots": entry.moves,
        "reason": entry.reason,
        "reference": entry.reference,
        "undoes": entry.undoes,
        "digest": entry.digest.hex(),
    }


def _lot_row(account: Account, new: NewLot) -> dict[str, Any]:
    return {
        "granted": new.amount,
        "remaining": new.amount if new.activates_at else account.lots[new.id].left,
        "state": "pending" if new.activates_at else "open" if account.lots[new.id].left else "closed",
        "activates_at": new.activates_at,
        "expires_at": new.expires_at,
        "origin": new.origin,
    }
