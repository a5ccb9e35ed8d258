"""Lots whose moment has come: the drain of what has expired, and that of promised points that begin to count."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import structlog

from wallet_service.amounts import MOST
from wallet_service.database.seam import Database, Row, Statement, Transaction
from wallet_service.loyalty.facts import BalanceChanged
from wallet_service.loyalty.ledger import lapsing_sql as sql
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.books import account_of, read_lots, write
from wallet_service.loyalty.ledger.lots import Lot
from wallet_service.loyalty.ledger.seals import micros

LOG = structlog.get_logger()

PORTION = 500
"""Members, or promised lots, of one transaction: few, so that no till waits long for a member."""

LANES = 2
"""Portions of what expires in hand at once: while one waits for its cards or the disk, the next is entered."""

SOON = 0.2
"""Least seconds between two looks that found nothing (what is overdue may be in another worker's hands)."""

IDLE = 60.0
"""Seconds to wait where no such lot is known."""


@dataclass(frozen=True, slots=True)
class Lapsing:
    """The drain of lots that have expired."""

    database: Database
    portion: int = PORTION

    async def take(self) -> float:
        """Let go a portion; in how many seconds to look again."""
        async with self.database.begin() as tx:
            return 0.0 if await lapse_some(tx, self.portion) else await _until(tx, sql.UNTIL_EXPIRING)


@dataclass(frozen=True, slots=True)
class Activating:
    """The drain of promised lots that are to count from now on."""

    database: Database
    portion: int = PORTION

    async def take(self) -> float:
        """Let a portion count; in how many seconds to look again."""
        async with self.database.begin() as tx:
            return 0.0 if await activate_some(tx, self.portion) else await _until(tx, sql.UNTIL_PROMISED)


def until(seconds: float | None) -> float:
    """In how many seconds to look again, where the next moment comes in so many, or none is known (None). PURE."""
    return IDLE if seconds is None else max(SOON, seconds)


async def lapse_some(tx: Transaction, most: int) -> bool:
    """Let go what has expired of at most so many members; whether there may be more."""
    locked = await tx.all(sql.LOCK_EXPIRING, {"now": tx.now, "most": most})
    if not locked:
        return False
    moment = {"now": tx.now, "micros": micros(tx.now)}
    found = await tx.all(sql.EXPIRE, moment | {"members": [row.id for row in locked]})
    if broken := [row.id for row in found if not row.sound]:
        LOG.error("open lots are not the balance: nothing of theirs expires", members=broken)
    for row in found:
        if row.sound:
            tx.record(BalanceChanged(row.id))
    return len(broken) < len(found) or not found  # found nothing: another lane has just been there


async def activate_some(tx: Transaction, most: int) -> int:
    """Let promised points count, of members with about so many due lots; how many lots.

    What has expired since lapses at once. What would lead out of range stays a promise for as long as it would.
    """
    accounts: dict[str, Account] = {}
    for row in await tx.all(sql.LOCK_PROMISED, {"now": tx.now, "most": most}):
        account_of(row, accounts)
    await read_lots(tx, list(accounts.values()))
    promised = await _promised(tx, list(accounts))
    activated = sum(_activate(tx, accounts[member], rows) for member, rows in promised.items())
    await write(tx, accounts.values())
    return activated


async def _promised(tx: Transaction, members: Sequence[str]) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    if members:
        for row in await tx.all(sql.PROMISED, {"now": tx.now, "members": members}):
            found[row.member_id].append(row)
    return found


def _activate(tx: Transaction, account: Account, rows: Sequence[Row]) -> int:
    """How many of these lots count from now on."""
    activated = 0
    for row in rows:
        if account.balance + row.remaining > MOST:
            LOG.error("a promise would lead out of range: it waits", lot=row.id)
            continue
        for number in (row.entry_id, row.lapse_id):
            if number is not None:
                account.add_number(number)
        account.activate(Lot(row.id, row.remaining, row.expires_at), tx.now)
        activated += 1
    account.lapse(tx.now)
    return activated


async def _until(tx: Transaction, statement: Statement) -> float:
    row = await tx.first(statement, {"now": tx.now})
    return until(None if row is None else row.seconds)
