"""Moving points: the hot path. A batch of postings is read, decided and written in three steps of one transaction."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wallet_service.amounts import MOST, Points
from wallet_service.database.seam import Row, Transaction
from wallet_service.errors import Conflict, Invalid, WalletServiceError
from wallet_service.loyalty.found import only
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.ledger.books import account_of, lock_members, read_lots, write
from wallet_service.loyalty.ledger.entry import Entry
from wallet_service.loyalty.once import OnceKey, Reply, as_json, claim
from wallet_service.loyalty.references import MemberRef


class InsufficientPoints(Conflict):
    """The member has fewer points than this would take, and the programme does not allow a negative balance."""

    slug = "insufficient-points"
    title = "Not enough points"


class LotDatesInvalid(Invalid):
    """Points must count before they expire, both moments lie ahead, and only points that are added have them."""

    slug = "lot-dates-invalid"
    title = "Points cannot expire or begin at this moment"


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
    expires_at: datetime | None = None
    """When points that are added are gone; None: never."""
    activates_at: datetime | None = None
    """When they begin to count; None: at once."""
    origin: str = "manual"
    """Why they were granted: by hand, by an import, for a purchase, by a mechanic."""


Render = Callable[[Entry | WalletServiceError], Reply]
"""How the door words an entry or a refusal: kept with the key, so that a repeated request hears the very same."""


async def post_entries(tx: Transaction, postings: Sequence[Posting], render: Render) -> list[Reply]:
    """Write all postings that may be written; one reply for each, in order."""
    claims = await claim(tx, [posting.once for posting in postings])
    free = [n for n, claimed in enumerate(claims) if claimed is None]
    accounts: dict[str, Account] = {}
    decided = await _decide_all(tx, [postings[n] for n in free], accounts)
    replies = [render(outcome) for outcome in decided]
    answers = [answer_row(postings[n].once, reply) for n, reply in zip(free, replies, strict=True)]
    await write(tx, accounts.values(), [answer for answer in answers if answer])
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
    if abs(after) > max(MOST, abs(account.balance)):  # beyond it by what a hold gave back, a balance can be spent
        raise BalanceOutOfRange(f"{account.balance} and {wanted} make {after}.", limit=MOST)
    return wanted


def require_room(account: Account, points: int) -> None:
    """Whether the balance can take these points. Raises `BalanceOutOfRange`. PURE."""
    if points and account.balance + points > MOST:
        raise BalanceOutOfRange(f"{account.balance} and {points} make more than {MOST}.", limit=MOST)


def _answer(claimed: Reply | WalletServiceError, render: Render) -> Reply:
    return claimed if isinstance(claimed, Reply) else render(claimed)


async def _decide_all(
    tx: Transaction, postings: Sequence[Posting], accounts: dict[str, Account]
) -> list[Entry | WalletServiceError]:
    if not postings:
        return []
    found: dict[int, list[Row]] = defaultdict(list)
    for row in await lock_members(tx, _wanted(postings)):
        found[row.n].append(row)
        account_of(row, accounts).add_number(row.entry_id)
    takers = {row.id for n, rows in found.items() if may_take(postings[n]) for row in rows}
    await read_lots(tx, [accounts[member] for member in sorted(takers)])
    return [_decide_one(tx.now, posting, found.get(n, ()), accounts) for n, posting in enumerate(postings)]


async def lock_account(tx: Transaction, brand_id: str, ref: MemberRef) -> Account:
    """The account of one member, locked and with its open lots, for one entry, and one that lets go what has expired.

    Raises `MemberNotFound` or `MemberAmbiguous`.
    """
    row = only(await lock_members(tx, _wanted([Posting(brand_id, ref)])), ref)
    account = account_of(row, {})
    account.add_number(row.entry_id)
    await read_lots(tx, [account])
    return account


def may_take(posting: Posting) -> bool:
    """Whether points may have to be taken. PURE."""
    return posting.amount is None or posting.amount < 0


def _decide_one(
    now: datetime, posting: Posting, rows: Sequence[Row], accounts: dict[str, Account]
) -> Entry | WalletServiceError:
    try:
        account = accounts[only(rows, posting.member).id]
        require_dates(posting, now)
        if may_take(posting):
            account.lapse(now)
        return _enter(account, posting, decide(posting, account), now)
    except WalletServiceError as refusal:
        return refusal


def require_dates(posting: Posting, now: datetime) -> None:
    """Whether the moments of a grant can be. Raises `LotDatesInvalid`. PURE."""
    begins, ends = posting.activates_at, posting.expires_at
    if begins is None and ends is None:
        return
    if may_take(posting):
        raise LotDatesInvalid("Only points that are added have a beginning or an end.")
    if (begins is not None and begins <= now) or (ends is not None and ends <= (begins or now)):
        raise LotDatesInvalid("Points begin to count later than now, and expire later than that.")


def _enter(account: Account, posting: Posting, amount: Points, now: datetime) -> Entry:
    if amount <= 0:
        return account.spend(Points(-amount), now, reason=posting.reason, reference=posting.reference)
    return account.grant(
        amount,
        now,
        activates_at=posting.activates_at,
        expires_at=posting.expires_at,
        origin=posting.origin,
        reason=posting.reason,
        reference=posting.reference,
    )


def _wanted(postings: Sequence[Posting]) -> str:
    return as_json(
        [
            {"n": n, "brand_id": posting.brand_id, "kind": posting.member.kind, "ref": posting.member.value}
            for n, posting in enumerate(postings)
        ]
    )


def answer_row(once: OnceKey | None, reply: Reply) -> dict[str, Any] | None:
    """The answer as it is kept with its key; None without one."""
    if once is None:
        return None
    return {
        "brand_id": once.brand_id,
        "key": once.key,
        "fingerprint": once.fingerprint.hex(),
        "status": reply.status,
        "body": reply.body.decode(),
    }
