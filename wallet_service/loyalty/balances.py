"""Moving points: the hot path. A batch of postings is read, decided and written in three steps of one transaction."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from wallet_service.amounts import MOST, Points
from wallet_service.database.seam import Row, Transaction
from wallet_service.errors import Conflict, Invalid, NotFound, WalletServiceError
from wallet_service.loyalty import sql
from wallet_service.loyalty.facts import BalanceChanged
from wallet_service.loyalty.once import OnceKey, Reply, claim
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
    rows = await tx.all(sql.LOCK_ACCOUNTS, _wanted(postings))
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(row.n, []).append(row)
    accounts = {row.id: Account(row.id, Points(row.balance), row.may_go_negative) for row in rows}
    before = {account.member_id: account.balance for account in accounts.values()}
    decided = [_decide_one(tx.now, posting, found.get(n, []), accounts) for n, posting in enumerate(postings)]
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


def _wanted(postings: Sequence[Posting]) -> dict[str, Sequence[str] | Sequence[int]]:
    return {
        "n": list(range(len(postings))),
        "brands": [posting.brand_id for posting in postings],
        "kinds": [posting.member.kind for posting in postings],
        "refs": [posting.member.value for posting in postings],
    }


async def _write(
    tx: Transaction,
    postings: Sequence[Posting],
    decided: Sequence[Entry | WalletServiceError],
    replies: Sequence[Reply],
) -> None:
    entries = [
        (posting.brand_id, entry) for posting, entry in zip(postings, decided, strict=True) if isinstance(entry, Entry)
    ]
    answers = [(posting.once, reply) for posting, reply in zip(postings, replies, strict=True) if posting.once]
    if not entries and not answers:
        return
    last = {entry.member_id: entry.balance for _, entry in entries}
    await tx.run(
        sql.WRITE_ENTRIES,
        {
            "now": tx.now,
            "entry_ids": [entry.id for _, entry in entries],
            "entry_brands": [brand for brand, _ in entries],
            "entry_members": [entry.member_id for _, entry in entries],
            "amounts": [entry.amount for _, entry in entries],
            "balances_after": [entry.balance for _, entry in entries],
            "reasons": [entry.reason for _, entry in entries],
            "references": [entry.reference for _, entry in entries],
            "members": list(last),
            "balances": list(last.values()),
            "key_brands": [once.brand_id for once, _ in answers],
            "keys": [once.key for once, _ in answers],
            "fingerprints": [once.fingerprint for once, _ in answers],
            "statuses": [reply.status for _, reply in answers],
            "bodies": [reply.body for _, reply in answers],
        },
    )
