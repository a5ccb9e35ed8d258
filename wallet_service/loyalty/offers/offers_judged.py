"""Codes that are shown at a till: what they are, and what they would bring. Nothing is written here."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from wallet_service.database.seam import Row, Transaction
from wallet_service.errors import Conflict, NotFound, WalletServiceError
from wallet_service.ids import new_id
from wallet_service.loyalty.offers import offers_sql as sql
from wallet_service.loyalty.offers.offers_given import narrowed
from wallet_service.loyalty.once import as_json
from wallet_service.loyalty.rules.mechanic import Words
from wallet_service.loyalty.rules.offer import Check, Granted, Kind, Reason, Shown
from wallet_service.loyalty.rules.offer_codes import normal_code
from wallet_service.loyalty.rules.offer_judging import after, judge
from wallet_service.loyalty.rules.offer_terms import offer_of

WHY: Mapping[Reason, str] = {
    Reason.USED: "It has been redeemed.",
    Reason.ENDED: "It is good no longer.",
    Reason.FOREIGN: "It was given to another member, or belongs to another programme.",
    Reason.EARLY: "It is not good yet.",
    Reason.ELSEWHERE: "It is not good at this place.",
    Reason.NAMELESS: "It is only for members, and none is named.",
    Reason.SPENT: "It has been redeemed as often as it can be.",
    Reason.ENOUGH: "This member has redeemed it as often as a member can.",
    Reason.GOODS: "It is for goods that are not on the check.",
    Reason.SMALL: "The goods that it is for cost too little.",
}


class CodeNotFound(NotFound):
    """The brand has no offer with this code; a key that shows too many wrong ones has to wait."""

    slug = "code-not-found"
    title = "There is no such code"


class OfferRefused(Conflict):
    """The code exists, but brings nothing for this check: `reason` says why."""

    slug = "offer-refused"
    title = "This code brings nothing here"

    def __init__(self, reason: Reason) -> None:
        """Say it in words too."""
        super().__init__(WHY[reason], reason=reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Redeeming:
    """Codes that are shown for one check; each is for what those before it leave to be paid."""

    brand_id: str
    codes: Sequence[str]
    check: Check
    member_id: str | None = None
    purchase_id: str | None = None
    reference: str | None = None
    """The caller's own number for it, such as the receipt's."""


@dataclass(frozen=True, slots=True)
class Redemption:
    """A code that was redeemed, or would be."""

    id: str
    brand_id: str
    offer_id: str
    offer: str
    """Its name."""
    code: str
    member_id: str | None
    purchase_id: str | None
    reference: str | None
    granted: Granted
    at: datetime
    kind: Kind
    entry_id: int | None = None
    """The entry that granted its points, where redeeming was by itself."""
    undone_at: datetime | None = None
    title: Words = field(default_factory=dict)
    """Of the offer."""


Outcome = list[Redemption] | WalletServiceError


async def try_codes(tx: Transaction, wishes: Sequence[Redeeming]) -> list[Outcome]:
    """What these codes bring now, wish by wish: all of its codes, or why not (`CodeNotFound`, `OfferRefused`).

    What earlier wishes take is no longer there for later ones. Nothing is locked or written.
    """
    codes = await read_codes(tx, wishes)
    return [outcome_of(codes, wish) for wish in wishes]


async def read_codes(tx: Transaction, wishes: Sequence[Redeeming]) -> "Codes":
    """The codes of these wishes, as they are now."""
    asked = list(asked_by(wishes))
    rows = await tx.all(sql.CODES_SHOWN, {"codes": as_json(asked)}) if asked else ()
    return Codes({_name(**asked[row.n]): row for row in rows}, tx.now)


def asked_by(wishes: Sequence[Redeeming]) -> Iterator[dict[str, Any]]:
    """The codes of these wishes as statements take them, numbered from 0. PURE."""
    asked = ((wish, code) for wish in wishes for code in wish.codes)
    for n, (wish, code) in enumerate(asked):
        yield {"n": n, "brand_id": wish.brand_id, "code": normal_code(code) or "", "member_id": wish.member_id}


def _name(brand_id: str, code: str, member_id: str | None, **_: int) -> tuple[str, str, str | None]:
    """A code, as somebody shows it."""
    return brand_id, code, member_id


def outcome_of(codes: "Codes", wish: Redeeming) -> Outcome:
    """What the codes of a wish bring, or why nothing."""
    try:
        return codes.take(wish)
    except WalletServiceError as refusal:
        return refusal


def _judge(wish: Redeeming, row: Row | None, check: Check, counts: "_Counts", now: datetime) -> Redemption:
    if row is None:
        raise CodeNotFound("No offer of this brand has this code.")
    terms = narrowed(offer_of(row.document), row.skus or ())
    today = now.astimezone(ZoneInfo(row.time_zone)).date()
    granted = judge(terms, check, _shown(wish, row, terms.kind is not Kind.SHARED, counts, now), today)
    if isinstance(granted, Reason):
        raise OfferRefused(granted)
    return Redemption(
        new_id("red", now),
        wish.brand_id,
        row.id,
        row.name,
        row.code,
        wish.member_id,
        wish.purchase_id,
        wish.reference,
        granted,
        now,
        terms.kind,
        title=terms.title,
    )


def _shown(wish: Redeeming, row: Row, once: bool, counts: "_Counts", now: datetime) -> Shown:
    over = row.ends_at is not None and row.ends_at <= now
    return Shown(
        used=row.state == "used" or (once and counts.by_code[wish.brand_id, row.code] > 0),
        ended=row.state == "ended" or over or row.archived_at is not None,
        foreign=row.owner not in {None, wish.member_id} or not row.at_home,
        member=wish.member_id is not None,
        redeemed=row.redeemed + counts.by_offer[row.id],
        by_member=row.by_member + counts.by_member[row.id, wish.member_id],
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    """What has been taken before the code that is looked at, in the same batch."""

    by_code: Counter[tuple[str, str]] = field(default_factory=Counter)
    by_offer: Counter[str] = field(default_factory=Counter)
    by_member: Counter[tuple[str, str | None]] = field(default_factory=Counter)

    def add(self, redemption: Redemption, times: int) -> None:
        """This one is redeemed (1), or after all not (-1)."""
        self.by_code[redemption.brand_id, redemption.code] += times
        self.by_offer[redemption.offer_id] += times
        self.by_member[redemption.offer_id, redemption.member_id] += times


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes that are shown at once; what earlier wishes take is no longer there for later ones. PURE."""

    rows: Mapping[tuple[str, str, str | None], Row]
    """What is known of each, by its name."""
    now: datetime
    counts: _Counts = field(default_factory=_Counts)

    def take(self, wish: Redeeming) -> list[Redemption]:
        """What the codes of a wish bring, one after the other, or none of them. Raises `CodeNotFound` or `OfferRefused`."""
        check, redeemed = wish.check, list[Redemption]()
        try:
            for asked in asked_by([wish]):
                redeemed.append(_judge(wish, self.rows.get(_name(**asked)), check, self.counts, self.now))
                self.counts.add(redeemed[-1], 1)
                check = after(check, redeemed[-1].granted)
        except WalletServiceError:
            self.put_back(redeemed)
            raise
        return redeemed

    def put_back(self, redemptions: Sequence[Redemption]) -> None:
        """These are not redeemed after all."""
        for redemption in redemptions:
            self.counts.add(redemption, -1)
