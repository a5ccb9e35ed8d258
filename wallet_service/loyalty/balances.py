"""Moving points: the hot path. A batch of postings is read, decided and written in three steps of one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wallet_service.amounts import MOST, Points
from wallet_service.database.seam import Row, Transaction
from wallet_service.errors import Conflict, Invalid, NotFound, WalletServiceError
from wallet_service.loyalty import sql
from wallet_service.loyalty.facts import BalanceChanged
from wallet_service.loyalty.once import OnceKey, Reply, as_json, claim
from wallet_service.loyalty.references import Kind, MemberRef

NAMES: Mapping[Kind, str] = {"id": "id", "external": "external id", "phone": "phone", "card": "card"}
"""How refusals speak of a reference; they never repeat it, since they are kept with their idempotency key."""


class MemberNotFound(NotFound):
    """No member of this brand answers to this reference."""

    slug = "member-not-found"
    title = "There is no such member"


class MemberAmbiguous(Conflict):
    """The reference fits members of several programmes of the brand; name the member by `mem_…`."""

    slug = "member-ambiguous"
    title = "Several members answer to this"


class InsufficientPoints(Conflict):
    """The member has fewer points than this would take, and the programme does not allow a negative balance."""

    slug = "insufficient-points"
    title = "Not enough points"


class BalanceOutOfRange(Invalid):
    """The balance would leave the range we keep (a thousand million points either way)."""

    slug = "balance-out-of-range"
    title = "The balance would be out of range"


@dataclass(frozen=True, slots=True)
class Posting:
    """A wish to move a member's points: by `amount`, or to a balance of `target` (exactly one of the two)."""

    brand_id: str
    member: MemberRef
    amount: Points | None = None
    target: Points | None = None
    reason: str | None = None
    reference: str | None = None
    """The caller's own number for it, such as the receipt's."""
    once: OnceKey | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A ledger entry as written."""

    id: int
    member_id: str
    amount: Points
    balance: Points
    """The balance after it."""
    reason: str | None
    reference: str | None
    created_at: datetime


Render = Callable[[Entry | WalletServiceError], Reply]
"""How the door words an entry or a refusal: kept with the key, so that a repeated request hears the very same."""


@dataclass(slots=True)
class Account:
    """A member's balance while a batch is decided; later postings of the batch see earlier ones."""

    member_id: str
    balance: Points
    may_go_negative: bool


async def post_entries(tx: Transaction, postings: Sequence[Posting], render: Render) -> list[Reply]:
    """Write all postings that may be written; one reply for each, in order."""
    claims = await claim(tx, [posting.once for posting in postings])
    free = [n for n, claimed in enumerate(claims) if claimed is None]
    decided = await _decide_all(tx, [postings[n] for n in free])
    replies = [render(outcome) for outcome in decided]
    await _write(tx, [postings[n] for n in free], decided, replies)
    answered = dict(zip(free, replies, strict=True))
    return [answered[n] if claimed is None else _answer(claimed, render) for n, claimed in enumerate(claims)]


def decide(posting: Posting, account: Account) -> Points:
    """How many points this posting moves. Raises `InsufficientPoints` or `BalanceOutOfRange`. PURE."""
    wanted = posting.amount if posting.target is None else Points(posting.target - account.balance)
    if wanted is None:
        raise Invalid("A posting has either an amount or a target.")
    after = account.balance + wanted
    if after < 0 and wanted < 0 and not account.may_go_negative:
        raise InsufficientPoints(
            f"The balance is {account.balance}; this would take {-wanted}.", balance=account.balance, wanted=-wanted
        )
    if abs(after) > MOST:
        raise BalanceOutOfRange(f"{account.balance} and {wanted} make {after}.", limit=MOST)
    return wanted


def _answer(claimed: Reply | WalletServiceError, render: Render) -> Reply:
    return claimed if isinstance(claimed, Reply) else render(claimed)


async def _decide_all(tx: Transaction, postings: Sequence[Posting]) -> list[Entry | WalletServiceError]:
    if not postings:
        return []
    found: dict[int, list[Row]] = {}
    accounts: dict[str, Account] = {}
    for row in await tx.all(sql.LOCK_ACCOUNTS, {"postings": _wanted(postings)}):
        number, member_id, balance, may_go_negative, _ = row
        found.setdefault(number, []).append(row)
        accounts.setdefault(member_id, Account(member_id, balance, may_go_negative))
    before = {account.member_id: account.balance for account in accounts.values()}
    decided = [_decide_one(tx.now, posting, found.get(n, ()), accounts) for n, posting in enumerate(postings)]
    for account in accounts.values():
        if account.balance != before[account.member_id]:
            tx.record(BalanceChanged(account.member_id))
    return decided


def _decide_one(
    now: datetime, posting: Posting, rows: Sequence[Row], accounts: dict[str, Account]
) -> Entry | WalletServiceError:
    try:
        row = only(rows, posting.member)
        account = accounts[row.id]
        amount = decide(posting, account)
    except WalletServiceError as refusal:
        return refusal
    account.balance = Points(account.balance + amount)
    return Entry(row.entry_id, row.id, amount, account.balance, posting.reason, posting.reference, now)


def only(rows: Sequence[Row], ref: MemberRef) -> Row:
    """The one row a reference led to. Raises `MemberNotFound` or `MemberAmbiguous`."""
    if not rows:
        raise MemberNotFound(f"No member of this brand has this {NAMES[ref.kind]}.")
    if len(rows) > 1:
        members = [row.id for row in rows]
        raise MemberAmbiguous(f"This {NAMES[ref.kind]} fits {len(rows)} members.", members=members)
    return rows[0]


def _wanted(postings: Sequence[Posting]) -> str:
    return as_json(
        [
            {"n": n, "brand_id": posting.brand_id, "kind": posting.member.kind, "ref": posting.member.value}
            for n, posting in enumerate(postings)
        ]
    )


async def _write(
    tx: Transaction,
    postings: Sequence[Posting],
    decided: Sequence[Entry | WalletServiceError],
    replies: Sequence[Reply],
) -> None:
    entries = [
        _entry_row(posting.brand_id, entry)
        for posting, entry in zip(postings, decided, strict=True)
        if isinstance(entry, Entry)
    ]
    answers = [
        _answer_row(posting.once, reply) for posting, reply in zip(postings, replies, strict=True) if posting.once
    ]
    if not entries and not answers:
        return
    last = {row["member_id"]: row["balance"] for row in entries}
    balances = [{"id": member_id, "balance": balance} for member_id, balance in last.items()]
    values = {"entries": as_json(entries), "answers": as_json(answers), "balances": as_json(balances)}
    await tx.run(sql.WRITE_ENTRIES, values | {"now": tx.now})


def _entry_row(brand_id: str, entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "brand_id": brand_id,
        "member_id": entry.member_id,
        "amount": entry.amount,
        "balance": entry.balance,
        "reason": entry.reason,
        "reference": entry.reference,
    }


def _answer_row(once: OnceKey, reply: Reply) -> dict[str, Any]:
    return {
        "brand_id": once.brand_id,
        "key": once.key,
        "fingerprint": once.fingerprint.hex(),
        "status": reply.status,
        "body": reply.body.decode(),
    }
