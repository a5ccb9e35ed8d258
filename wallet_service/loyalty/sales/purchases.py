"""Recording purchases: the hot path. A batch of receipts is read, decided and written in a few steps of one transaction.

Each receipt number is locked while it is looked for, and each member before anything of theirs is read.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson

from wallet_service.database.seam import Row, Transaction
from wallet_service.errors import NotFound, WalletServiceError
from wallet_service.ids import is_id, new_id
from wallet_service.loyalty.awards.awarding import write_seats
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.awards.seating import seat_guests
from wallet_service.loyalty.awards.seats import Guest
from wallet_service.loyalty.facts import PurchaseRecorded
from wallet_service.loyalty.ledger.balances import answer_row
from wallet_service.loyalty.offers.offers_redeemed import keep_redemptions
from wallet_service.loyalty.once import Reply, as_json, claim
from wallet_service.loyalty.rules.happening import Line, Trigger
from wallet_service.loyalty.rules.redeemed import Redeemed
from wallet_service.loyalty.sales import purchases_sql as sql
from wallet_service.loyalty.sales.coupons import read_coupons
from wallet_service.loyalty.sales.paying import close_holds, read_holds
from wallet_service.loyalty.sales.receipts import Gave, Purchase, Receipt
from wallet_service.loyalty.sales.selling import Counter, Selling

Render = Callable[[Purchase | WalletServiceError], Reply]
"""How the door words a purchase or a refusal."""


class PurchaseNotFound(NotFound):
    """The brand has no such purchase; one is named `pur_…`, as it was answered when it was recorded."""

    slug = "purchase-not-found"
    title = "There is no such purchase"


async def record_purchases(
    tx: Transaction, rulebooks: Rulebooks, receipts: Sequence[Receipt], render: Render
) -> list[Reply]:
    """Record all receipts that may be; one reply for each, in order.

    A receipt that was recorded before hears of the purchase that it became, and changes nothing.
    """
    claims = await claim(tx, [receipt.once for receipt in receipts])
    free = [n for n, claimed in enumerate(claims) if claimed is None]
    wanted = [receipts[n] for n in free]
    counter = await _open(tx, rulebooks, wanted)
    replies = [_record(counter, n, receipt, tx.now, render) for n, receipt in enumerate(wanted)]
    answers = [answer_row(receipt.once, reply) for receipt, reply in zip(wanted, replies, strict=True)]
    await _write(tx, counter, [answer for answer in answers if answer])
    answered = dict(zip(free, replies, strict=True))
    return [
        answered[n] if claimed is None else claimed if isinstance(claimed, Reply) else render(claimed)
        for n, claimed in enumerate(claims)
    ]


async def find_purchase(tx: Transaction, brand_id: str, purchase_id: str) -> Purchase:
    """A purchase as it is. Raises `PurchaseNotFound`."""
    named = {"brand": brand_id, "purchase": purchase_id}
    return _there(await tx.first(sql.PURCHASE, named) if is_id("pur", purchase_id) else None)


async def find_by_receipt(tx: Transaction, brand_id: str, number: str) -> Purchase:
    """The purchase that a receipt became. Raises `PurchaseNotFound`."""
    return _there(await tx.first(sql.BY_RECEIPT, {"brand": brand_id, "receipt": number}))


async def list_purchases(tx: Transaction, member_id: str, before: tuple[datetime, str], limit: int) -> list[Purchase]:
    """A member's purchases, the newest first, those before this moment and id."""
    values = {"member": member_id, "at": before[0], "id": before[1], "limit": limit}
    return [purchase_of(row) for row in await tx.all(sql.OF_MEMBER, values)]


def purchase_of(row: Row) -> Purchase:
    """The purchase of a row with all its columns."""
    told = {
        "lines": [Line(*line) for line in orjson.loads(row.lines)],
        "redeemed": [Redeemed(*each) for each in orjson.loads(row.redeemed)],
        "gave": [Gave(*each) for each in orjson.loads(row.gave)],
        "returned": tuple(orjson.loads(row.returned)),
    }
    return Purchase(**dict(row._mapping) | told)  # noqa: SLF001 - the row's public name for its columns


async def _open(tx: Transaction, rulebooks: Rulebooks, receipts: Sequence[Receipt]) -> Counter:
    known, busy = await _look_up(tx, receipts)
    new = [n for n, receipt in enumerate(receipts) if receipt.name not in known and receipt.name not in busy]
    members = {n: ref for n in new if (ref := receipts[n].member)}
    guests = [Guest(receipts[n].brand_id, ref, Trigger.PURCHASE) for n, ref in members.items()]
    seating = await seat_guests(tx, rulebooks, guests)
    holds = await read_holds(tx, seating, [receipts[n] for n in members])
    programmes = await _programmes(tx, rulebooks, {receipts[n].brand_id for n in new if n not in members})
    places = {n: guest for guest, n in enumerate(members)}
    codes = await read_coupons(tx, seating, {n: receipts[n] for n in new}, places)
    ids = sorted(new_id("pur", tx.now) for _ in receipts)
    return Counter(known, busy, seating, places, holds, programmes, codes, ids)


async def _look_up(
    tx: Transaction, receipts: Sequence[Receipt]
) -> tuple[dict[tuple[str, str], Purchase], set[tuple[str, str]]]:
    """What these receipts became earlier, and which of them another transaction has in hand."""
    if not receipts:
        return {}, set()
    asked = {"receipts": as_json([{"brand_id": each.brand_id, "receipt": each.number} for each in receipts])}
    busy = {(row.brand_id, row.receipt) for row in await tx.all(sql.RECEIPTS_IN_USE, asked)}
    # a second statement, hence a newer snapshot: whoever held a lock before us has committed and is seen here
    return {(row.brand_id, row.receipt): purchase_of(row) for row in await tx.all(sql.KNOWN, asked)}, busy


async def _programmes(tx: Transaction, rulebooks: Rulebooks, brands: set[str]) -> Mapping[str, Sequence[Selling]]:
    """The programmes of these brands."""
    programmes: dict[str, list[Selling]] = defaultdict(list)
    for row in await tx.all(sql.PROGRAMMES, {"brands": orjson.dumps(sorted(brands)).decode()}) if brands else ():
        rules = await rulebooks.of(tx, row.rulebook_id)
        programmes[row.brand_id].append(Selling(row.id, row.rulebook_id, rules.book.currency))
    return programmes


def _record(counter: Counter, n: int, receipt: Receipt, now: datetime, render: Render) -> Reply:
    try:
        if before := counter.before(receipt):
            return replace(render(before), replayed=True)
        return render(counter.sell(n, receipt, now))
    except WalletServiceError as refusal:
        return render(refusal)


async def _write(tx: Transaction, counter: Counter, answers: Sequence[Mapping[str, Any]]) -> None:
    await keep_redemptions(tx, counter.redeemed)
    await write_seats(tx, counter.seating, answers)
    await close_holds(tx, counter.closed)
    if not counter.recorded:
        return
    await tx.run(sql.WRITE, {"purchases": as_json([_row(each) for each in counter.recorded]), "now": tx.now})
    for purchase in counter.recorded:
        tx.record(PurchaseRecorded(purchase.id, purchase.member_id))


def _row(purchase: Purchase) -> dict[str, Any]:
    return {
        "id": purchase.id,
        "brand_id": purchase.brand_id,
        "programme_id": purchase.programme_id,
        "member_id": purchase.member_id,
        "receipt": purchase.receipt,
        "fingerprint": purchase.fingerprint.hex(),
        "place": purchase.place,
        "at": purchase.at,
        "currency": purchase.currency,
        "lines": [tuple(line) for line in purchase.lines],
        "total": purchase.total,
        "redeemed": [tuple(each) for each in purchase.redeemed],
        "paid": purchase.paid,
        "points_spent": purchase.points_spent,
        "spent_entry": purchase.spent_entry,
        "gave": [tuple(each) for each in purchase.gave],
        "balance": purchase.balance,
        "rulebook_id": purchase.rulebook_id,
    }


def _there(row: Row | None) -> Purchase:
    if row is None:
        raise PurchaseNotFound("No purchase of this brand answers to this.")
    return purchase_of(row)
