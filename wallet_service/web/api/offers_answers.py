"""What goes out of REST v1 about offers and their codes, and how it is worded. Every field is always there. PURE."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from wallet_service.loyalty.offers.offers import Code, Offer
from wallet_service.loyalty.offers.offers_given import PersonalOffer
from wallet_service.loyalty.offers.offers_judged import OfferRefused, Redemption
from wallet_service.loyalty.rules.offer import Granted, Kind, Reason

State = Literal["open", "used", "ended"]


class OfferOut(BaseModel):
    """An offer."""

    id: str = Field(examples=["off_01k9z8w4ekf4p8q2v7r5t3y1xa"])
    programme: str
    name: str
    kind: Kind
    terms: dict[str, Any] = Field(description="as they were written")
    redeemed: int = Field(description="times; those that were undone are not counted")
    created_at: datetime
    archived_at: datetime | None = Field(description="since then it is neither given nor redeemed")


class OfferPage(BaseModel):
    """A page of offers, in the order in which they were defined."""

    items: list[OfferOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class CodeOut(BaseModel):
    """A code of an offer."""

    code: str
    state: State
    member: str | None = Field(description="to whom it was given; null: good for whoever shows it")
    made_at: datetime
    ends_at: datetime | None = Field(description="from then on it is good no longer; null: as the offer says")


class CodePage(BaseModel):
    """A page of codes, in the order in which they were made."""

    items: list[CodeOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class BenefitOut(BaseModel):
    """What a code brings."""

    discount: int = Field(description="minor units, off the lines that it is for")
    shares: list[int] = Field(description="the discount by line, in the order of the lines; empty without a discount")
    points: int = Field(description="for the member")
    gift: str | None = Field(description="the number of goods that are handed over for nothing")
    entitlement: dict[str, str] | None = Field(description="something else, by language")


class TriedCodeOut(BaseModel):
    """What a code would bring."""

    good: bool
    reason: Reason | None = Field(description="why it brings nothing; null: it is good")
    detail: str | None = Field(description="the same in words")
    offer: str | None = Field(description="`off_…`; null when it is not good")
    benefit: BenefitOut | None = Field(description="null when it is not good")


class RedemptionOut(BaseModel):
    """A code that was redeemed."""

    id: str = Field(examples=["red_01k9z8w4ekf4p8q2v7r5t3y1xa"])
    offer: str
    name: str = Field(description="of the offer")
    code: str
    member: str | None
    purchase: str | None
    reference: str | None
    benefit: BenefitOut
    entry: int | None = Field(description="the ledger entry that granted its points")
    at: datetime
    undone_at: datetime | None


class PersonalOfferOut(BaseModel):
    """An offer that a member has."""

    offer: str
    name: str
    title: dict[str, str]
    description: dict[str, str]
    benefit: dict[str, Any] = Field(description="as the offer says")
    code: str
    state: State
    skus: list[str] = Field(description="goods to which it is narrowed; empty: as the offer says")
    until: date | None = Field(description="the last day, by the programme's calendar; null: it has no end")
    ends_at: datetime | None
    given_at: datetime


class PersonalOfferList(BaseModel):
    """What a member has that is good now, the nearest end first."""

    items: list[PersonalOfferOut]


def offer_out(offer: Offer) -> dict[str, Any]:
    """An offer."""
    return {
        "id": offer.id,
        "programme": offer.programme_id,
        "name": offer.name,
        "kind": offer.document["kind"],
        "terms": offer.document,
        "redeemed": offer.redeemed,
        "created_at": offer.created_at,
        "archived_at": offer.archived_at,
    }


def code_out(code: Code) -> dict[str, Any]:
    """A code."""
    return {
        "code": code.code,
        "state": code.state,
        "member": code.member_id,
        "made_at": code.made_at,
        "ends_at": code.ends_at,
    }


def benefit_out(granted: Granted) -> dict[str, Any]:
    """What a code brings."""
    return {
        "discount": granted.discount,
        "shares": list(granted.shares),
        "points": granted.points,
        "gift": granted.gift or None,
        "entitlement": granted.entitlement,
    }


def tried_out(outcome: Redemption | OfferRefused) -> dict[str, Any]:
    """What a code would bring, or why it brings nothing."""
    said: Mapping[str, Any] = {"good": False, "reason": None, "detail": None, "offer": None, "benefit": None}
    if isinstance(outcome, OfferRefused):
        return {**said, "reason": outcome.reason, "detail": outcome.detail}
    return {**said, "good": True, "offer": outcome.offer_id, "benefit": benefit_out(outcome.granted)}


def redemption_out(redemption: Redemption) -> dict[str, Any]:
    """A redemption."""
    return {
        "id": redemption.id,
        "offer": redemption.offer_id,
        "name": redemption.offer,
        "code": redemption.code,
        "member": redemption.member_id,
        "purchase": redemption.purchase_id,
        "reference": redemption.reference,
        "benefit": benefit_out(redemption.granted),
        "entry": redemption.entry_id,
        "at": redemption.at,
        "undone_at": redemption.undone_at,
    }


def personal_out(held: PersonalOffer) -> dict[str, Any]:
    """A personal offer."""
    document = held.offer.document
    return {
        "offer": held.offer.id,
        "name": held.offer.name,
        "title": document["title"],
        "description": document.get("description", {}),
        "benefit": document["benefit"],
        "code": held.code,
        "state": held.state,
        "skus": list(held.skus),
        "until": held.until,
        "ends_at": held.ends_at,
        "given_at": held.given_at,
    }
