"""The codes on receipts: shown for the check as the till has it, and taken off before points pay."""

from collections.abc import Mapping
from contextlib import suppress

from wallet_service.database.seam import Transaction
from wallet_service.errors import WalletServiceError
from wallet_service.loyalty.awards import awarding_sql
from wallet_service.loyalty.awards.seats import Seat, Seating
from wallet_service.loyalty.ledger.account import Account
from wallet_service.loyalty.offers.offers_judged import Codes, Redeeming, Redemption
from wallet_service.loyalty.offers.offers_redeemed import lay_out
from wallet_service.loyalty.rules.offer import Check
from wallet_service.loyalty.rules.redeemed import Redeemed
from wallet_service.loyalty.sales.receipts import Receipt


async def read_coupons(
    tx: Transaction, seating: Seating, receipts: Mapping[int, Receipt], guests: Mapping[int, int]
) -> Codes:
    """The codes of these receipts, of members who are locked; with numbers for the entries that they may bring.

    `guests`: receipt -> guest.
    """
    wishes, takers = list[Redeeming](), list[Account]()
    for n, receipt in receipts.items():
        if receipt.codes:
            seat = _seat(seating, receipt, guests.get(n))
            wishes.append(redeeming(receipt, seat.account.member_id if seat else None))
            takers += [seat.account for _ in receipt.codes] if seat else []
    numbers = await tx.all(awarding_sql.NUMBERS, {"count": len(takers)}) if takers else ()
    for account, number in zip(takers, numbers, strict=True):
        account.add_number(number.id)
    return await lay_out(tx, wishes)


def _seat(seating: Seating, receipt: Receipt, guest: int | None) -> Seat | None:
    """Where the member of a receipt sits; None: nobody, or nobody who can be found."""
    with suppress(WalletServiceError):
        if guest is not None and receipt.member is not None:
            return seating.of(guest, receipt.member)
    return None


def redeeming(receipt: Receipt, member_id: str | None, purchase_id: str | None = None) -> Redeeming:
    """The wish to redeem the codes of a receipt. PURE."""
    check = Check(receipt.lines, receipt.place)
    return Redeeming(receipt.brand_id, receipt.codes, check, member_id, purchase_id, receipt.number)


def redeemed_of(redemption: Redemption) -> Redeemed:
    """A redemption, as its purchase knows of it. PURE."""
    brought = redemption.granted
    return Redeemed(
        redemption.id,
        redemption.offer,
        redemption.code,
        brought.discount,
        brought.shares if brought.discount else (),
        brought.points,
        brought.gift,
        brought.entitlement,
    )
