"""Merges: two members of a programme turn out to be one person, or, when a merge is undone, did not after all.

All points of the one that goes come to the survivor, as lots with the same ends, and all references to it lead there. A
merge that is undone gives back what is still there of those lots: what was spent meanwhile, the survivor has spent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from wallet_service.amounts import Points
from wallet_service.database.seam import Row, Statement, Transaction
from wallet_service.errors import Conflict, NotFound
from wallet_service.ids import is_id, new_id
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.facts import MembersMerged, MergeUndone
from wallet_service.loyalty.found import only
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.books import account_of, read_lots, write
from wallet_service.loyalty.ledger.entry import Entry, Kind
from wallet_service.loyalty.ledger.entry_list import entry_of
from wallet_service.loyalty.ledger.holds_sql import NUMBERS
from wallet_service.loyalty.ledger.ledger_sql import LOTS
from wallet_service.loyalty.ledger.lots import Lot
from wallet_service.loyalty.ledger.reversals import require_in_range
from wallet_service.loyalty.once import as_json
from wallet_service.loyalty.people.members import Member
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.sql import FIND_MEMBER
from wallet_service.loyalty.unions import merges_sql as sql
from wallet_service.loyalty.unions.merges_standings import join_standings, part_standings
from wallet_service.loyalty.unions.merging import (
    LivingLot,
    MemberHasHolds,
    MemberMerged,
    Party,
    arrive,
    leave,
    require_mergeable,
)

BESIDE = 3
"""Entries of an account beside those that open lots: what leaves it, a debt, and what lapses of what came back."""


class MergeNotFound(NotFound):
    """The brand has no such merge; one is named `mrg_…`, as it was answered when the members were merged."""

    slug = "merge-not-found"
    title = "There is no such merge"


class MergeAlreadyUndone(Conflict):
    """A merge is undone once; if they are one person after all, merge the members again."""

    slug = "merge-already-undone"
    title = "The merge was undone already"


@dataclass(frozen=True, slots=True)
class Merge:
    """Two members that turned out to be one person."""

    id: str
    brand_id: str
    survivor_id: str
    absorbed_id: str
    points: Points
    """The balance of the absorbed one, which went to the survivor; negative: a debt."""
    promised: Points
    """What was promised to the absorbed one beyond it."""
    debt_entry: int | None
    """By which the survivor took over a debt."""
    merged_at: datetime
    returned: Points | None = None
    """How many points went back when it was undone; None: it was not."""
    undone_at: datetime | None = None

    @property
    def owed(self) -> Points:
        """The debt that the survivor took over."""
        return Points(max(-self.points, 0))


async def merge_members(
    tx: Transaction, rulebooks: Rulebooks, brand_id: str, survivor: MemberRef, absorbed: MemberRef
) -> Merge:
    """Let the absorbed member be the survivor from now on.

    Raises `MergeWithItself`, `MemberMerged`, `MergeAcrossProgrammes`, `MemberHasHolds`, `BalanceOutOfRange`, and what
    refuses a reference.
    """
    stays, goes = (await _look(tx, brand_id, survivor)).id, (await _look(tx, brand_id, absorbed)).named
    rows = await _lock(tx, stays, goes)
    require_mergeable(_party(rows[stays]), _party(rows[goes]))
    await _require_no_holds(tx, goes)
    stayer, goer = await _accounts(tx, rows[stays], rows[goes])
    require_in_range(stayer.balance, stayer.balance + goer.balance)
    lots = await _lots(tx, sql.LIVING_LOTS, {"member": goes})
    promised = Points(sum(lot.left for lot in lots if lot.activates_at))
    merge = Merge(new_id("mrg", tx.now), brand_id, stays, goes, goer.balance, promised, None, tx.now)
    await _number(tx, (stayer, goer), len(lots) + BESIDE)
    if merge.owed:
        merge = replace(merge, debt_entry=_owe(stayer, merge, tx.now).id)
    leave(goer, lots, tx.now, merge.id, owed=merge.owed)
    became = arrive(stayer, lots, tx.now, merge.id)
    await write(tx, (goer, stayer))
    await tx.run(sql.INSERT, _values(merge))
    await _keep(tx, merge, lots, became)
    await tx.run(sql.LEAD_ON, {"survivor": stays, "absorbed": goes})
    await join_standings(tx, rulebooks, brand_id, stays, goes)
    tx.record(MembersMerged(stays, goes))
    return merge


async def undo_merge(tx: Transaction, rulebooks: Rulebooks, brand_id: str, merge_id: str) -> Merge:
    """Let the absorbed member be on its own again, with what is still there of its points.

    Raises `MergeNotFound`, `MergeAlreadyUndone`, `MemberGone`, and `MemberMerged` where the survivor was merged too.
    """
    merge = await _find(tx, brand_id, merge_id)
    rows = await _lock(tx, merge.survivor_id, merge.absorbed_id)
    _require_standing(await _find(tx, brand_id, merge_id), rows[merge.survivor_id].merged_into)
    stayer, goer = await _accounts(tx, rows[merge.survivor_id], rows[merge.absorbed_id])
    lots = await _lots(tx, sql.LOTS_THAT_CAME, {"merge": merge.id, "member": merge.survivor_id})
    await _number(tx, (stayer, goer), len(lots) + BESIDE)
    leave(stayer, lots, tx.now, merge.id)
    if merge.owed:
        _owe(goer, merge, tx.now)
        await _forgive(tx, stayer, merge)
    became = arrive(goer, lots, tx.now, merge.id)
    await write(tx, (stayer, goer))
    await _keep(tx, merge, lots, became)
    returned = Points(sum(lot.left for lot in lots if not lot.activates_at) - merge.owed)
    await tx.run(sql.CLOSE, {"merge": merge.id, "returned": returned, "now": tx.now})
    await tx.run(sql.LEAD_BACK, {"absorbed": merge.absorbed_id})
    await part_standings(tx, rulebooks, brand_id, merge.survivor_id, merge.absorbed_id)
    tx.record(MergeUndone(merge.survivor_id, merge.absorbed_id))
    return replace(merge, returned=returned, undone_at=tx.now)


async def list_merges(tx: Transaction, member: Member, before: str | None, limit: int) -> Sequence[Merge]:
    """Merges by which others became this member, newest first, those older than `before`; undone ones too."""
    values = {"member": member.id, "before": before, "limit": limit}
    return [_merge(row) for row in await tx.all(sql.MERGES, values)]


async def _look(tx: Transaction, brand_id: str, ref: MemberRef) -> Row:
    return only(await tx.all(FIND_MEMBER, {"brand": brand_id, "kind": ref.kind, "ref": ref.value}), ref)


async def _lock(tx: Transaction, *members: str) -> Mapping[str, Row]:
    """Raises `MemberGone`."""
    rows = await tx.all(sql.LOCK_BOTH, {"members": members})
    return {row.id: only([row], MemberRef("id", row.id)) for row in rows}


def _party(row: Row) -> Party:
    return Party(row.id, row.programme_id, row.merged_into)


async def _accounts(tx: Transaction, *rows: Row) -> Sequence[Account]:
    """Their accounts, with open lots; what has expired has lapsed."""
    accounts = [account_of(row, {}) for row in rows]
    await read_lots(tx, accounts)
    for account in accounts:
        account.lapse(tx.now)
    return accounts


async def _require_no_holds(tx: Transaction, member_id: str) -> None:
    row = await tx.first(sql.HOLDS_OPEN, {"member": member_id})
    if row and row.holds:
        raise MemberHasHolds(f"{row.holds} holds of {member_id} are open.", holds=row.holds)


def _require_standing(merge: Merge, survivor_merged_into: str | None) -> None:
    if merge.undone_at is not None:
        raise MergeAlreadyUndone(f"It was undone at {merge.undone_at.isoformat()}.")
    if survivor_merged_into is not None:
        raise MemberMerged(f"{merge.survivor_id} is {survivor_merged_into} by now.", into=survivor_merged_into)


async def _lots(tx: Transaction, statement: Statement, values: Mapping[str, str]) -> Sequence[LivingLot]:
    return [LivingLot(*row) for row in await tx.all(statement, {**values, "now": tx.now})]


async def _number(tx: Transaction, accounts: Sequence[Account], entries: int) -> None:
    """Numbers for so many entries of each."""
    rows = await tx.all(NUMBERS, {"count": len(accounts) * entries})
    for n, row in enumerate(rows):
        accounts[n % len(accounts)].add_number(row.id)


def _owe(account: Account, merge: Merge, now: datetime) -> Entry:
    """Take over the debt: lots pay it, as far as there are any."""
    return account.spend(merge.owed, now, kind=Kind.MERGED, reference=merge.id)


async def _forgive(tx: Transaction, account: Account, merge: Merge) -> None:
    """Give back what the debt had taken, to the lots it was taken from."""
    taken = entry_of(await tx.first(sql.ENTRY, {"entry": merge.debt_entry}))
    lots = await tx.all(LOTS, {"lots": [lot for lot, _ in taken.moves]})
    account.know(Lot(lot.id, lot.remaining, lot.expires_at) for lot in lots)
    account.give_back(Kind.MERGED, merge.owed, taken, tx.now, reference=merge.id)


async def _keep(tx: Transaction, merge: Merge, lots: Sequence[LivingLot], became: Sequence[tuple[int, int]]) -> None:
    """Note which lot became which; what was promised is promised no longer by those that were left."""
    await tx.run(sql.CLOSE_PROMISES, {"lots": [lot.id for lot in lots if lot.activates_at]})
    pairs = as_json([{"was": was, "lot": lot} for was, lot in became])
    await tx.run(sql.KEEP_LOTS, {"lots": pairs, "merge": merge.id})


async def _find(tx: Transaction, brand_id: str, merge_id: str) -> Merge:
    named = {"merge": merge_id, "brand": brand_id}
    row = await tx.first(sql.MERGE, named) if is_id("mrg", merge_id) else None
    if row is None:
        raise MergeNotFound("No merge of this brand has this id.", remedy="Name it mrg_… as it was answered.")
    return _merge(row)


def _merge(row: Row) -> Merge:
    return Merge(*(getattr(row, field.name) for field in fields(Merge)))


def _values(merge: Merge) -> dict[str, Any]:
    return {field.name: getattr(merge, field.name) for field in fields(Merge)}
