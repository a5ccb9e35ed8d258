"""Codes redeemed at a till, and given back.

Purchases lay out their codes (`lay_out`) when their members are locked, take them one purchase after the other, and keep
what they took (`keep_redemptions`); points they grant themselves. A refund of all that was bought calls `unredeem_of`.
Whoever redeems without a purchase calls `redeem`, and `unredeem`; both look after the points.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from wallet_service.amounts import Points
from wallet_service.database.seam import Row, Transaction
from wallet_service.errors import Conflict, NotFound
from wallet_service.ids import is_id
from wallet_service.loyalty.ledger.balances import lock_account, require_room
from wallet_service.loyalty.ledger.books import write
from wallet_service.loyalty.ledger.reversals import Reversal, reverse
from wallet_service.loyalty.ledger.undoing import AlreadyReversed
from wallet_service.loyalty.offers import offers_sql as sql
from wallet_service.loyalty.offers.offers_given import show_offers
from wallet_service.loyalty.offers.offers_judged import Codes, Redeeming, Redemption, asked_by, read_codes
from wallet_service.loyalty.once import as_json
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.rules.offer import Granted, Kind
from wallet_service.loyalty.rules.redeemed import ORIGIN


class RedemptionNotFound(NotFound):
    """The brand has no such redemption; one is named `red_…`, as it was answered."""

    slug = "redemption-not-found"
    title = "There is no such redemption"


class RedemptionBound(Conflict):
    """What was redeemed with a purchase is given back by the refund of that purchase."""

    slug = "redemption-bound"
    title = "This redemption belongs to a purchase"


async def lay_out(tx: Transaction, wishes: Sequence[Redeeming]) -> Codes:
    """The codes of these wishes, of members who are locked; nobody else redeems them until the commit."""
    if asked := list(asked_by(wishes)):
        await tx.all(sql.LOCK_OFFERS, {"codes": as_json(asked)})
    return await read_codes(tx, wishes)  # a later statement than that which has waited


async def keep_redemptions(tx: Transaction, redemptions: Sequence[Redemption]) -> None:
    """Write what was redeemed, and take personal offers off the cards of their members."""
    if redemptions:
        await tx.run(sql.REDEEM, {"redemptions": as_json([_row(each) for each in redemptions]), "now": tx.now})
    personal = {each.member_id for each in redemptions if each.kind is Kind.PERSONAL and each.member_id}
    await show_offers(tx, sorted(personal))


async def redeem(tx: Transaction, wish: Redeeming) -> Redemption:
    """Redeem the code of this wish by itself; points that it brings are granted.

    Raises `CodeNotFound`, `OfferRefused`, `MemberNotFound` or `BalanceOutOfRange`.
    """
    ref = MemberRef("id", wish.member_id) if wish.member_id else None
    account = await lock_account(tx, wish.brand_id, ref) if ref else None
    (redemption,) = (await lay_out(tx, [wish])).take(wish)
    if account and (points := Points(redemption.granted.points)):
        require_room(account, points)
        entry = account.grant(points, tx.now, origin=ORIGIN + redemption.offer, reference=wish.reference)
        redemption = replace(redemption, entry_id=entry.id)
        await write(tx, [account])
    await keep_redemptions(tx, [redemption])
    return redemption


async def unredeem(tx: Transaction, brand_id: str, redemption_id: str) -> Redemption:
    """Give a code back, and take back the points that it brought; the redemption as it is then. Once is as good as twice.

    Raises `RedemptionNotFound` or `RedemptionBound`.
    """
    redemption = await find_redemption(tx, brand_id, redemption_id)
    if redemption.purchase_id is not None:
        raise RedemptionBound("It was redeemed with a purchase.", remedy="Refund the purchase.")
    if redemption.member_id is not None:
        await lock_account(tx, brand_id, MemberRef("id", redemption.member_id))
    await tx.all(sql.LOCK_THESE, {"offers": [redemption.offer_id]})
    if await _unredeem(tx, [redemption]) and redemption.entry_id is not None:
        await _take_back(tx, redemption)
    return await find_redemption(tx, brand_id, redemption_id)


async def unredeem_of(tx: Transaction, purchase_id: str) -> int:
    """Give back the codes of a purchase, whose member is locked; how many. Their points are the caller's to take."""
    rows = await tx.all(sql.OF_PURCHASE, {"purchase": purchase_id})
    if not rows:
        return 0
    await tx.all(sql.LOCK_THESE, {"offers": sorted({row.offer_id for row in rows})})
    return await _unredeem(tx, rows)


async def _unredeem(tx: Transaction, redemptions: Sequence[Row | Redemption]) -> int:
    """Undo those that are not undone; how many. Their offers must be locked."""
    undone = await tx.all(sql.UNREDEEM, {"redemptions": [each.id for each in redemptions], "now": tx.now})
    await show_offers(tx, sorted({row.member_id for row in undone if row.member_id}))
    return len(undone)


async def _take_back(tx: Transaction, redemption: Redemption) -> None:
    """Take back the points that it brought; those that somebody has taken back, or that have expired unused, are gone."""
    ref = MemberRef("id", redemption.member_id or "")
    with suppress(AlreadyReversed):
        await reverse(tx, Reversal(redemption.brand_id, ref, redemption.entry_id or 0, reference=redemption.reference))


async def find_redemption(tx: Transaction, brand_id: str, redemption_id: str) -> Redemption:
    """A redemption as it is. Raises `RedemptionNotFound`."""
    known = is_id("red", redemption_id)
    row = await tx.first(sql.REDEMPTION, {"brand": brand_id, "redemption": redemption_id}) if known else None
    if row is None:
        raise RedemptionNotFound("No redemption of this brand has this id.")
    return Redemption(
        row.id,
        row.brand_id,
        row.offer_id,
        row.name,
        row.code,
        row.member_id,
        row.purchase_id,
        row.reference,
        Granted(row.discount, **row.granted),
        row.at,
        Kind(row.kind),
        row.entry_id,
        row.undone_at,
    )


def _row(redemption: Redemption) -> dict[str, Any]:
    granted = redemption.granted
    return {
        "id": redemption.id,
        "brand_id": redemption.brand_id,
        "offer_id": redemption.offer_id,
        "code": redemption.code,
        "once": redemption.kind is not Kind.SHARED,
        "member_id": redemption.member_id,
        "purchase_id": redemption.purchase_id,
        "reference": redemption.reference,
        "discount": granted.discount,
        "granted": brought(granted),
        "entry_id": redemption.entry_id,
    }


def brought(granted: Granted) -> dict[str, Any]:
    """What a code brought beside the discount. PURE."""
    return {
        "shares": list(granted.shares),
        "points": granted.points,
        "gift": granted.gift,
        "entitlement": granted.entitlement,
    }
