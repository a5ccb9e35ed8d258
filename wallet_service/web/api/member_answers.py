"""What goes out of REST v1 about members' data. Every field is always there."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from wallet_service.loyalty.people.consent import Channel, Purpose
from wallet_service.loyalty.people.contact_forms import ContactKind
from wallet_service.loyalty.people.moments import What


class ContactOut(BaseModel):
    """One way to reach a person."""

    kind: ContactKind
    value: str = Field(description="in its normal form", examples=["anna_k"])
    verified_at: datetime | None


class ContactList(BaseModel):
    """All contacts of a member beside `phone` and `email`."""

    items: list[ContactOut]


class SourceOut(BaseModel):
    """Where a member came from."""

    channel: str = Field(examples=["till"])
    place: str | None
    campaign: str | None
    link: str | None
    referrer: str | None
    utm_source: str | None
    utm_medium: str | None
    utm_campaign: str | None
    utm_term: str | None
    utm_content: str | None


class Origin(BaseModel):
    """Where a member came from, if anybody said."""

    source: SourceOut | None
    referred_by: str | None = Field(description="the member who brought them")


class ConsentOut(BaseModel):
    """One word of a member."""

    channel: Channel
    purpose: Purpose
    granted: bool
    text_version: str
    at: datetime
    text_hash: str | None
    source: str | None


class ConsentList(BaseModel):
    """The newest word for each channel and purpose."""

    items: list[ConsentOut]


class ConsentPage(BaseModel):
    """A page of all words that a member gave, newest first."""

    items: list[ConsentOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class MomentOut(BaseModel):
    """Something that happened to, with, or by a member."""

    at: datetime
    kind: What
    id: str = Field(description="of the entry, purchase, card…", examples=["4711"])
    about: dict[str, Any] = Field(description="what there is to say of it, by its kind")


class TimelinePage(BaseModel):
    """A page of everything, newest first."""

    items: list[MomentOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class ErasedOut(BaseModel):
    """That a member was erased."""

    member: str
    erased_at: datetime
