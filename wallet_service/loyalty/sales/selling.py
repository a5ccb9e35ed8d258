"""Deciding on receipts, one after the other, for members who are locked: what pays, what it gives, what is recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from wallet_service.amounts import Points
from wallet_service.errors import Conflict, WalletServiceError
from wallet_service.loyalty.awards.awarding import enter, step
from wallet_service.loyalty.awards.seats import Seat, Seating
from wallet_service.loyalty.brands import ProgrammeNotFound
from wallet_service.loyalty.ledger.balances import require_room
from wallet_service.loyalty.ledger.holds import Hold
from wallet_service.loyalty.offers.offers_judged import Codes, Redemption
from wallet_service.loyalty.rules.happening import Happening, Line, Trigger
from wallet_service.loyalty.rules.redeemed import ORIGIN, Redeemed, net
from wallet_service.loyalty.sales.checkout import total_of
from wallet_service.loyalty.sales.coupons import redeemed_of, redeeming
from wallet_service.loyalty.sales.paying import NOTHING, Payment, pay
from wallet_service.loyalty.sales.receipts import Gave, Purchase, Receipt

NAMES_SHOWN = 8
"""Goods that a card names of the last purchase."""


class ReceiptInProgress(Conflict):
    """A purchase with this receipt number is being recorded at this moment; repeat the request in a second."""

    slug = "receipt-in-progress"
    title = "The same receipt is still in progress"


@dataclass(frozen=True, slots=True)
class Selling:
    """Where a sale belongs. All is unknown of one to somebody unknown, at a brand with several programmes."""

    programme_id: str | None = None
    rulebook_id: str | None = None
    currency: str | None = None


@dataclass(slots=True)
class Counter:
    """All that a batch of receipts has to know, and what became of it so far: later ones see earlier ones."""

    known: dict[tuple[str, str], Purchase]
    """Receipt -> what it became."""
    busy: set[tuple[str, str]]
    """Receipts that another transaction has in hand."""
    seating: Seating
    guests: Mapping[int, int]
    """Receipt -> guest."""
    holds: dict[str, Hold]
    programmes: Mapping[str, Sequence[Selling]]
    """Brand -> its programmes, where somebody unknown bought."""
    codes: Codes
    ids: Sequence[str]
    """Of the purchases that the receipts may become, ascending."""
    recorded: list[Purchase] = field(default_factory=list)
    closed: list[Hold] = field(default_factory=list)
    redeemed: list[Redemption] = field(default_factory=list)

    def before(self, receipt: Receipt) -> Purchase | None:
        """What the receipt became earlier. Raises `ReceiptTaken` or `ReceiptInProgress`."""
        if receipt.name in self.busy:
            raise ReceiptInProgress("Wait for the first answer.", remedy="Repeat the same request in a second.")
        purchase = self.known.get(receipt.name)
        if purchase is not None:
            purchase.require_same(receipt)
        return purchase

    def sell(self, n: int, receipt: Receipt, now: datetime) -> Purchase:
        """Let the n-th receipt become a purchase. Whatever is refused, is refused before anything moves."""
        seat = self.seating.of(self.guests[n], receipt.member) if receipt.member else None
        selling = selling_at(seat) if seat else somewhere(receipt, self.programmes[receipt.brand_id])
        sale = Sale(self.ids[n], receipt, selling, now)
        taken = self._take_codes(sale, seat)
        try:
            purchase = self._sell_to(seat, sale) if seat else sale.purchase(sale.due)
        except WalletServiceError:
            self.codes.put_back(taken)
            raise
        self.known[receipt.name] = purchase
        self.recorded.append(purchase)
        self.redeemed += taken
        return purchase

    def _take_codes(self, sale: "Sale", seat: Seat | None) -> list[Redemption]:
        if not sale.receipt.codes:
            return []
        wish = redeeming(sale.receipt, seat.account.member_id if seat else None, sale.id)
        taken = self.codes.take(wish)
        sale.take_off([redeemed_of(each) for each in taken])
        return taken

    def _sell_to(self, seat: Seat, sale: "Sale") -> Purchase:
        seat.account.lapse(sale.now)
        require_room(seat.account, sum(each.points for each in sale.redeemed))
        hold = self.holds.get(sale.receipt.hold or "")
        payment = pay(sale.receipt, sale.lines, seat, hold, sale.id, sale.now)
        if payment.closed is not None:
            self.holds[payment.closed.id] = payment.closed
            self.closed.append(payment.closed)
        return sell_to(self.seating, seat, sale, payment)


class Sale:
    """A receipt that is in order, on its way to be a purchase."""

    __slots__ = ("at", "due", "id", "lines", "now", "receipt", "redeemed", "selling", "total")

    def __init__(self, purchase_id: str, receipt: Receipt, selling: Selling, now: datetime) -> None:
        """Raises `CurrencyMismatch`, `MomentInvalid` or `LinesInvalid`."""
        receipt.require_currency(selling.currency)
        self.id, self.receipt, self.selling, self.now = purchase_id, receipt, selling, now
        self.at, self.total = receipt.moment(now), total_of(receipt.lines)
        self.lines: Sequence[Line] = receipt.lines
        """As they are paid."""
        self.due = self.total
        """What they cost."""
        self.redeemed: Sequence[Redeemed] = ()

    def take_off(self, redeemed: Sequence[Redeemed]) -> None:
        """Codes make it cheaper."""
        self.redeemed = redeemed
        self.lines = net(self.receipt.lines, redeemed)
        self.due = self.total - sum(each.discount for each in redeemed)

    def purchase(
        self,
        paid: int,
        member_id: str | None = None,
        payment: Payment = NOTHING,
        gave: Sequence[Gave] = (),
        balance: Points | None = None,
    ) -> Purchase:
        """What it became."""
        receipt, selling = self.receipt, self.selling
        return Purchase(
            self.id,
            receipt.brand_id,
            selling.programme_id,
            member_id,
            receipt.number,
            receipt.fingerprint,
            receipt.place,
            self.at,
            selling.currency or receipt.currency,
            receipt.lines,
            self.total,
            self.redeemed,
            paid,
            payment.points,
            payment.entry,
            gave,
            balance,
            selling.rulebook_id,
            (),
            self.now,
        )


def sell_to(seating: Seating, seat: Seat, sale: Sale, payment: Payment) -> Purchase:
    """A member's purchase, with what codes bring and mechanics give for it."""
    paid = sale.due - payment.points * seat.rules.book.spending.worth
    gave = [_bring(seat, each, sale) for each in sale.redeemed if each.points]
    verdict = step(seating, seat, happening_of(sale, seat, paid))
    given = enter(seating, seat, verdict, sale.now, sale.id)
    gave += [Gave(each.mechanic, each.entry, each.points) for each in given]
    account = seat.account
    purchase = sale.purchase(paid, account.member_id, payment, gave, account.balance)
    before = seat.shows.get("purchase") or seat.shown.get("purchase")
    if before is None or datetime.fromisoformat(before["at"]) <= purchase.at:
        seat.shows["purchase"] = shown(purchase, seat.zone)
    return purchase


def _bring(seat: Seat, redeemed: Redeemed, sale: Sale) -> Gave:
    points, origin = Points(redeemed.points), ORIGIN + redeemed.offer
    return Gave(origin, seat.account.grant(points, sale.now, origin=origin, reference=sale.id).id, points)


def somewhere(receipt: Receipt, programmes: Sequence[Selling]) -> Selling:
    """Where a sale to somebody unknown belongs, which counts in reports only. Raises `ProgrammeNotFound`."""
    if receipt.programme is not None:
        programmes = [each for each in programmes if each.programme_id == receipt.programme]
        if not programmes:
            raise ProgrammeNotFound("The brand has no such programme.")
    return programmes[0] if len(programmes) == 1 else Selling()


def happening_of(sale: Sale, seat: Seat, paid: int) -> Happening:
    """The sale as mechanics see it, by the calendar of its programme. PURE."""
    return Happening(
        Trigger.PURCHASE,
        sale.at.astimezone(seat.zone),
        sale.id,
        lines=sale.lines,
        paid=paid,
        place=sale.receipt.place,
        referred=seat.referrer is not None,
    )


def shown(purchase: Purchase, zone: ZoneInfo) -> dict[str, Any]:
    """What a card shows of the last purchase, by the clock of its programme. PURE."""
    named = [line for line in purchase.lines if line.name][:NAMES_SHOWN]
    return {
        "at": purchase.at.astimezone(zone).isoformat(),
        "total": purchase.total,
        "currency": purchase.currency,
        "place": purchase.place,
        "points": purchase.earned,
        "receipt": purchase.receipt,
        "names": [
            line.name if line.quantity == 1 else f"{line.quantity} \N{MULTIPLICATION SIGN} {line.name}"
            for line in named
        ],
    }


def selling_at(seat: Seat) -> Selling:
    """Where a member buys. PURE."""
    return Selling(seat.programme_id, seat.rulebook_id, seat.rules.book.currency)
