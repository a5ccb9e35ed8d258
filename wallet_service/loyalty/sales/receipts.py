"""A receipt as a till reports it, the purchase that it became, and what came back of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import orjson

from wallet_service.amounts import Points
from wallet_service.errors import Conflict, Invalid
from wallet_service.loyalty.once import OnceKey
from wallet_service.loyalty.recent import recent
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.rules.happening import Line
from wallet_service.loyalty.rules.redeemed import Redeemed, net
from wallet_service.loyalty.rules.refunding import Bill, Pieces


class CurrencyMismatch(Invalid):
    """A programme reckons in one currency; a receipt in another one is not converted."""

    slug = "currency-mismatch"
    title = "The programme has another currency"


class ReceiptTaken(Conflict):
    """A receipt is recorded once; another one under its number was there before. `purchase` says which it became."""

    slug = "receipt-taken"
    title = "This receipt number belongs to another purchase"


class RefundTaken(Conflict):
    """A refund is recorded once; another one under its number was there before. `refund` says which."""

    slug = "refund-taken"
    title = "This refund number belongs to another refund"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a till says of a sale."""

    brand_id: str
    number: str
    """The till's own, unique in the brand."""
    lines: Sequence[Line]
    member: MemberRef | None = None
    """None: somebody unknown."""
    programme: str | None = None
    """Of a sale to somebody unknown; None: the brand's only one."""
    place: str | None = None
    at: datetime | None = None
    """When it was, in UTC; None: now."""
    currency: str | None = None
    """None: the programme's."""
    spend: Points | None = None
    """Points that pay; None: those of the hold, or none."""
    hold: str | None = None
    """The hold that keeps them aside."""
    codes: Sequence[str] = ()
    """Of offers, as they were shown."""
    once: OnceKey | None = None

    @property
    def fingerprint(self) -> bytes:
        """What makes two reports one and the same."""
        who = (self.member.kind, self.member.value) if self.member else None
        said = [
            who,
            self.programme,
            self.place,
            self.at,
            self.currency,
            self.spend,
            self.hold,
            tuple(self.codes),
            [tuple(line) for line in self.lines],
        ]
        return digest(said)

    @property
    def name(self) -> tuple[str, str]:
        """Its name among all receipts."""
        return self.brand_id, self.number

    def moment(self, now: datetime) -> datetime:
        """When the sale was. Raises `MomentInvalid`."""
        return recent(self.at, now)

    def require_currency(self, currency: str | None) -> None:
        """Whether it is in this currency; None: in whichever. Raises `CurrencyMismatch`."""
        if None not in {self.currency, currency} and self.currency != currency:
            raise CurrencyMismatch(f"The programme reckons in {currency}.", currency=currency)


class Gave(NamedTuple):
    """Points that were given for a purchase."""

    mechanic: str
    """Or `offer:` and the name of an offer, whose code brought them."""
    entry: int
    points: Points


@dataclass(frozen=True, slots=True)
class Purchase:
    """A sale as it is recorded."""

    id: str
    brand_id: str
    programme_id: str | None
    """None: of somebody unknown, at a brand with several programmes."""
    member_id: str | None
    receipt: str
    fingerprint: bytes
    place: str | None
    at: datetime
    currency: str | None
    lines: Sequence[Line]
    """As the till said."""
    total: int
    """What the lines cost, in minor units of the currency, as all money here."""
    redeemed: Sequence[Redeemed]
    """Codes that took something off it, or brought something for it."""
    paid: int
    """What was left to be paid in money."""
    points_spent: Points
    spent_entry: int | None
    """The entry that took them."""
    gave: Sequence[Gave]
    balance: Points | None
    """The member's, after it."""
    rulebook_id: str | None
    returned: Pieces
    """How many pieces of each line have come back; empty: none."""
    created_at: datetime

    @property
    def bill(self) -> Bill:
        """What it came to."""
        return Bill(
            net(self.lines, self.redeemed), self.paid, self.points_spent, tuple(each.points for each in self.gave)
        )

    @property
    def discount(self) -> int:
        """What codes took off it."""
        return sum(each.discount for each in self.redeemed)

    @property
    def come_back(self) -> Pieces:
        """How many pieces of each line have come back."""
        return self.returned or (0,) * len(self.lines)

    @property
    def earned(self) -> Points:
        """Points that were given for it."""
        return Points(sum(each.points for each in self.gave))

    def require_same(self, receipt: Receipt) -> None:
        """Whether this receipt is the one that it was. Raises `ReceiptTaken`."""
        if self.fingerprint != receipt.fingerprint:
            raise ReceiptTaken("An earlier receipt under this number was a different one.", purchase=self.id)


@dataclass(frozen=True, slots=True)
class Return:
    """A wish to give goods back."""

    brand_id: str
    purchase_id: str
    number: str
    """The till's own for the refund, unique in the brand."""
    lines: Sequence[tuple[int, int]] | None = None
    """Pairs of a line, the first being 1, and how many of its pieces; None: all that are left."""

    @property
    def fingerprint(self) -> bytes:
        """What makes two wishes one and the same."""
        return digest([self.purchase_id, self.lines])


@dataclass(frozen=True, slots=True)
class Refund:
    """What came back of a purchase at once."""

    id: str
    brand_id: str
    purchase_id: str
    number: str
    fingerprint: bytes
    lines: Sequence[tuple[int, int]]
    """Line and pieces."""
    total: int
    """The price of what came back, in minor units."""
    paid: int
    """Of it, what the customer gets back in money."""
    points_back: Points
    """Points that had paid, and came back to their lots."""
    took: Sequence[Gave]
    """Points that mechanics had given, and the entries by which they were taken back."""
    entries: Sequence[int]
    """All entries that were made."""
    balance: Points | None
    """The member's, after it; None: nobody's."""
    created_at: datetime


def digest(said: Sequence[object]) -> bytes:
    """What tells one wish from another."""
    return hashlib.blake2b(orjson.dumps(said), digest_size=16).digest()
