"""Offers of a programme: defined, replaced, archived, listed; and codes made in bulk."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from wallet_service.database.seam import Row, Transaction
from wallet_service.errors import Conflict, NotFound
from wallet_service.ids import is_id, new_id
from wallet_service.loyalty.brands import Programme
from wallet_service.loyalty.offers import offers_sql as sql
from wallet_service.loyalty.rules.offer import Kind, OfferTerms
from wallet_service.loyalty.rules.offer_codes import length_for, random_letters
from wallet_service.loyalty.rules.offer_terms import offer_of

MOST_CODES = 1_000_000
"""Made at once."""

PORTION = 50_000
"""Codes of one statement."""

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class OfferNotFound(NotFound):
    """The brand has no such offer; one is named `off_…`, as it was answered when it was defined."""

    slug = "offer-not-found"
    title = "There is no such offer"


class OfferFixed(Conflict):
    """What kind an offer is cannot change, since codes of it are out: define another one under another name."""

    slug = "offer-fixed"
    title = "An offer stays of its kind"


class CodeTaken(Conflict):
    """A code leads to one offer of a brand; choose another one."""

    slug = "code-taken"
    title = "Another offer has this code"


class CodesUnfit(Conflict):
    """Codes in bulk are made for offers of the kind `unique` that are not archived."""

    slug = "codes-unfit"
    title = "This offer takes no codes in bulk"


@dataclass(frozen=True, slots=True)
class Offer:
    """An offer of a programme."""

    id: str
    brand_id: str
    programme_id: str
    name: str
    document: Mapping[str, Any]
    """Its terms, as they were written."""
    redeemed: int
    """Times, undone ones not counted."""
    created_at: datetime
    archived_at: datetime | None

    @property
    def terms(self) -> OfferTerms:
        """Its terms, understood."""
        return offer_of(self.document)


@dataclass(frozen=True, slots=True)
class Code:
    """A code of an offer."""

    code: str
    state: str
    """`open`, `used` or `ended`."""
    member_id: str | None
    """To whom it was given; None: good for whoever shows it."""
    made_at: datetime
    ends_at: datetime | None
    """From this moment on it is good no longer; None: as the offer says."""


async def define_offer(tx: Transaction, programme: Programme, document: Mapping[str, Any]) -> tuple[Offer, bool]:
    """Define an offer, or give the one of this name these terms; the offer, and whether it is new.

    Personal offers that were given keep their ends. Raises `OfferInvalid`, `OfferFixed` or `CodeTaken`.
    """
    terms = offer_of(document)
    there = await tx.first(sql.OFFER_NAMED, {"programme": programme.id, "name": terms.name})
    if there is not None and (kind := there.document["kind"]) != terms.kind:
        raise OfferFixed(f"The offer {terms.name} is of the kind {kind}.", remedy="Use another name.")
    values = {"id": new_id("off", tx.now), "brand": programme.brand_id, "programme": programme.id, "name": terms.name}
    row = await tx.first(sql.KEEP_OFFER, values | {"document": orjson.dumps(document).decode(), "now": tx.now})
    offer = offer_in(row)
    if terms.kind is Kind.SHARED:
        await _share(tx, offer, terms.code)
    return offer, bool(row and row.fresh)


async def find_offer(tx: Transaction, brand_id: str, offer_id: str) -> Offer:
    """An offer as it is. Raises `OfferNotFound`."""
    row = await tx.first(sql.OFFER, {"brand": brand_id, "offer": offer_id}) if is_id("off", offer_id) else None
    if row is None:
        raise OfferNotFound("No offer of this brand has this id.")
    return offer_in(row)


async def list_offers(tx: Transaction, brand_id: str, after: str | None, limit: int) -> list[Offer]:
    """Offers of a brand in the order in which they were defined, those after the id `after`; archived ones too."""
    rows = await tx.all(sql.OFFERS, {"brand": brand_id, "after": after or "", "limit": limit})
    return [offer_in(row) for row in rows]


async def archive_offer(tx: Transaction, brand_id: str, offer_id: str) -> Offer:
    """End an offer: from now on it is neither given nor redeemed, and it leaves the cards. Raises `OfferNotFound`."""
    offer = await find_offer(tx, brand_id, offer_id)
    await tx.run(sql.ARCHIVE, {"brand": brand_id, "offer": offer.id, "now": tx.now})
    await tx.run(sql.END_CODES, {"offer": offer.id, "now": tx.now})
    return await find_offer(tx, brand_id, offer_id)


async def make_codes(tx: Transaction, offer: Offer, count: int) -> int:
    """Make so many codes that are good once each, so long that nobody guesses one (`length_for`); their length.

    Raises `CodesUnfit`.
    """
    if offer.archived_at or offer.terms.kind is not Kind.UNIQUE:
        raise CodesUnfit(f"The offer {offer.name} is {'archived' if offer.archived_at else offer.terms.kind}.")
    length, missing = length_for(count), count
    values = {"brand": offer.brand_id, "offer": offer.id, "length": length, "now": tx.now}
    while missing:
        portion = min(missing, PORTION)
        missing -= await tx.run(
            sql.MAKE_CODES, values | {"count": portion, "letters": random_letters(portion * length)}
        )
    if count > PORTION:
        await tx.run(sql.COUNT_ANEW)
    return length


async def list_codes(tx: Transaction, offer: Offer, after: tuple[datetime, str] | None, limit: int) -> Sequence[Code]:
    """Codes of an offer in the order in which they were made, those after this moment and code."""
    made_at, code = after or (LONG_AGO, "")
    rows = await tx.all(sql.CODES, {"offer": offer.id, "made_at": made_at, "code": code, "limit": limit})
    return [Code(*row) for row in rows]


def offer_in(row: Row) -> Offer:
    """The offer of a row with all its columns."""
    return Offer(
        row.id,
        row.brand_id,
        row.programme_id,
        row.name,
        row.document,
        row.redeemed,
        row.created_at,
        row.archived_at,
    )


async def _share(tx: Transaction, offer: Offer, code: str) -> None:
    """Let this code be the offer's only one."""
    await tx.run(sql.END_SHARED, {"offer": offer.id, "code": code})
    values = {"brand": offer.brand_id, "offer": offer.id, "code": code, "now": tx.now}
    if await tx.first(sql.SHARE_CODE, values) is None:
        raise CodeTaken(f"The code {code} belongs to another offer.", remedy="Choose another one.")
