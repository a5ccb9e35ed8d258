"""Personal offers: given to members, shown on their cards, brought back to mind, and taken off when they end."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import structlog

from wallet_service.database.seam import Database, Row, Transaction
from wallet_service.errors import Conflict
from wallet_service.loyalty.facts import StandingChanged
from wallet_service.loyalty.ledger.expiring import last_day
from wallet_service.loyalty.ledger.lapsing import until
from wallet_service.loyalty.offers import offers_sql as sql
from wallet_service.loyalty.offers.offers import Offer, offer_in
from wallet_service.loyalty.once import as_json
from wallet_service.loyalty.rules.mechanic import Goods
from wallet_service.loyalty.rules.offer import Kind, OfferTerms
from wallet_service.loyalty.rules.offer_codes import SHORTEST, random_letters
from wallet_service.loyalty.rules.standing import Standing, to_document
from wallet_service.loyalty.sql import LOCK_MEMBER

LOG = structlog.get_logger()

LENGTH = SHORTEST + 2
"""Letters of a personal code; it is of no use to anybody but its member anyway."""

SHOWN = 5
"""Offers on a card."""

MOST_HELD = 100
"""Offers of a member that are listed."""

PORTION = 500
"""Members of one transaction whose offers end, or are brought back to mind."""

BLANK = orjson.dumps(to_document(Standing())).decode()


class NotGivable(Conflict):
    """A personal offer is given while it is in force; the member's programme has none of this name that is."""

    slug = "offer-not-givable"
    title = "This offer cannot be given"


@dataclass(frozen=True, slots=True)
class Present:
    """An offer that a member is to have."""

    member_id: str
    offer: str
    """Its name, in the member's programme."""
    occasion: str
    """For which it is given: once for each."""
    skus: Sequence[str] = ()
    """Goods to which it is narrowed; none: as the offer says."""


@dataclass(frozen=True, slots=True)
class PersonalOffer:
    """An offer that a member has."""

    offer: Offer
    member_id: str
    code: str
    state: str
    given_at: datetime
    ends_at: datetime | None
    until: date | None
    """The last day on which it is good, by the programme's calendar."""
    skus: Sequence[str] = ()
    reminded: bool = False
    currency: str = ""

    @property
    def shown(self) -> dict[str, Any]:
        """As a card shows it."""
        return {
            "name": self.offer.name,
            "title": self.offer.document["title"],
            "benefit": self.offer.document["benefit"],
            "currency": self.currency,
            "code": self.code,
            "until": self.until.isoformat() if self.until else None,
            "ending": self.reminded,
        }


async def give_offers(tx: Transaction, presents: Sequence[Present]) -> list[PersonalOffer | None]:
    """Give members what they have not been given for this occasion; None where there is no such personal offer in force.

    The members must be locked. Their cards show what they hold from now on (`show_offers`).
    """
    wishes = [{"n": n, "member_id": each.member_id, "offer": each.offer} for n, each in enumerate(presents)]
    found = {row.n: row for row in await tx.all(sql.GIVABLE, {"wishes": as_json(wishes)})}
    zones = {n: ZoneInfo(row.time_zone) for n, row in found.items()}
    rows = [row for n in found if (row := _row(n, presents[n], offer_in(found[n]), tx.now, zones[n]))]
    while rows and await tx.run(sql.GIVE, {"given": as_json(rows), "now": tx.now}) < len(rows):
        if len(await tx.all(sql.GIVEN, {"given": as_json(rows)})) == len(rows):
            break  # it had been given before; else another has the code
        rows = [row | {"code": _code()} for row in rows]
    given = {row.n: row for row in await tx.all(sql.GIVEN, {"given": as_json(rows)})} if rows else {}
    await show_offers(tx, sorted({row["member_id"] for row in rows}))
    if lacking := {each.offer for n, each in enumerate(presents) if n not in given}:
        LOG.warning("some offers cannot be given", what=sorted(lacking))
    return [
        _held(given[n], offer_in(found[n]), each.member_id, zones[n]) if n in given else None
        for n, each in enumerate(presents)
    ]


async def give_offer(tx: Transaction, present: Present) -> PersonalOffer:
    """Give one member an offer, by hand. Raises `NotGivable`."""
    await tx.run(LOCK_MEMBER, {"id": present.member_id})
    (given,) = await give_offers(tx, [present])
    if given is None:
        raise NotGivable(f"No personal offer {present.offer} is in force.", remedy="Define it, or look at its dates.")
    return given


async def held_offers(tx: Transaction, members: Sequence[str], most: int = MOST_HELD) -> list[PersonalOffer]:
    """What these members hold that is good now, at most so many of each, by member; the nearest end first."""
    values = {"members": orjson.dumps(members).decode(), "now": tx.now, "most": most}
    return [
        replace(
            _held(row, offer_in(row), row.member_id, ZoneInfo(row.time_zone)),
            reminded=row.reminded_at is not None,
            currency=row.currency,
        )
        for row in await tx.all(sql.HELD, values)
    ]


async def show_offers(tx: Transaction, members: Sequence[str]) -> None:
    """Let the cards of these members, who are locked, show what they hold."""
    if not members:
        return
    shown: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for held in await held_offers(tx, members, SHOWN):
        shown[held.member_id].append(held.shown)
    rows = [{"member_id": member, "offers": shown[member]} for member in members]
    for row in await tx.all(sql.SHOW, {"shown": as_json(rows), "blank": BLANK, "now": tx.now}):
        tx.record(StandingChanged(row.member_id, frozenset({"offers"})))


@dataclass(frozen=True, slots=True)
class OffersEnding:
    """The drain of personal offers that end, and of those whose end is near: their cards say so."""

    database: Database
    portion: int = PORTION

    async def take(self) -> float:
        """Look after a portion; in how many seconds to look again."""
        async with self.database.begin() as tx:
            if await pass_moments(tx, self.portion):
                return 0.0
            row = await tx.first(sql.UNTIL_DUE, {"now": tx.now})
            return until(None if row is None else row.seconds)


async def pass_moments(tx: Transaction, most: int) -> int:
    """End what is over and mark what is near its end, of at most so many members; how many offers."""
    locked = [row.id for row in await tx.all(sql.LOCK_HOLDERS_DUE, {"now": tx.now, "most": most})]
    passed = await tx.run(sql.PASS_MOMENTS, {"members": locked, "now": tx.now}) if locked else 0
    await show_offers(tx, locked)
    return passed


def narrowed(terms: OfferTerms, skus: Sequence[str]) -> OfferTerms:
    """The offer as it was narrowed to some goods. PURE."""
    return replace(terms, goods=Goods(frozenset(skus))) if skus else terms


def _row(n: int, present: Present, offer: Offer, now: datetime, zone: ZoneInfo) -> dict[str, Any] | None:
    """A personal offer as it is kept; None where it cannot be given today."""
    terms, given = offer.terms, now.astimezone(zone)
    if terms.kind is not Kind.PERSONAL or (terms.until is not None and terms.until < given.date()):
        return None
    return {
        "n": n,
        "brand_id": offer.brand_id,
        "code": _code(),
        "offer_id": offer.id,
        "member_id": present.member_id,
        "occasion": present.occasion,
        "skus": list(present.skus) or None,
        "ends_at": terms.ends_at(given),
        "remind_at": terms.reminds_at(given),
    }


def _code() -> str:
    return random_letters(LENGTH).decode()


def _held(row: Row, offer: Offer, member_id: str, zone: ZoneInfo) -> PersonalOffer:
    state = getattr(row, "state", "open")
    last = last_day(row.ends_at, zone) if row.ends_at else None
    return PersonalOffer(offer, member_id, row.code, state, row.made_at, row.ends_at, last, row.skus or ())
