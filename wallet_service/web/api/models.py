"""What goes in and out of REST v1. Input refuses what it does not know; output always has every field."""

import re
import unicodedata
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt, model_validator

from wallet_service.amounts import MOST

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]|[\ud800-\udfff]")
EMAIL = r"^[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,60}$"


def clean(text: str) -> str:
    """One line of text in normal form C; control characters and half characters are refused."""
    if CONTROL.search(text):
        raise ValueError("must not hold control characters")
    return unicodedata.normalize("NFC", text.strip())


Name = Annotated[str, Field(max_length=64), AfterValidator(clean)]
Word = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(clean)]
Number = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(clean)]
"""A number or name of the caller's own."""
Who = Annotated[str, Field(min_length=1, max_length=110), AfterValidator(clean)]
"""A reference to a member."""
Sentence = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(clean)]
Key = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(clean)]
Email = Annotated[str, Field(max_length=320, pattern=EMAIL)]


class Body(BaseModel):
    """A request body."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewMember(Body):
    """A person who joins."""

    programme: Word | None = Field(None, description="`prog_…`; may be left out when the brand has only one")
    external_id: Number | None = Field(None, description="your own id; unique in the programme", examples=["BH-1"])
    phone: Word | None = Field(None, description="E.164; unique in the programme", examples=["+4915112345678"])
    email: Email | None = Field(None, examples=["anna@example.com"])
    name: Name = Field("", description="as the card greets them", examples=["Anna Petrova"])
    language: Word | None = Field(None, description="BCP 47; else the programme's", examples=["ru"])
    time_zone: Word | None = Field(None, description="IANA; else the programme's", examples=["Europe/Berlin"])


class MemberChange(Body):
    """What is to be different; fields left out stay, `null` clears."""

    external_id: Number | None = None
    phone: Word | None = None
    email: Email | None = None
    name: Name = ""
    language: Word = "en"
    time_zone: Word = "UTC"


class NewEntry(Body):
    """A movement of points."""

    amount: StrictInt = Field(ge=-MOST, le=MOST, description="whole points; negative spends", examples=[120, -50])
    reason: Sentence | None = Field(None, description="for people", examples=["Lunch"])
    reference: Number | None = Field(None, description="your number for it", examples=["receipt 4711"])

    @model_validator(mode="after")
    def moves_something(self) -> "NewEntry":
        """An entry of 0 would say nothing."""
        if self.amount == 0:
            raise ValueError("amount must not be 0")
        return self


class BulkEntry(NewEntry):
    """One line of a bulk import."""

    member: Who = Field(description="`mem_…`, `card_…`, `external:…` or `phone:+…`", examples=["external:BH-1"])
    key: Key | None = Field(None, description="idempotency key of this line", examples=["2026-11-22/4711"])


class NewBalance(Body):
    """A balance to be set, whatever it is now."""

    balance: StrictInt = Field(ge=-MOST, le=MOST, description="whole points", examples=[500])
    reason: Sentence | None = Field(None, examples=["Opening balance"])
    reference: Number | None = None


class NewCard(Body):
    """Whose card."""

    member: Who = Field(description="`mem_…`, `external:…` or `phone:+…`", examples=["external:BH-1"])


class MemberOut(BaseModel):
    """A member."""

    id: str = Field(examples=["mem_01k9z8w4ekf4p8q2v7r5t3y1xa"])
    programme: str
    external_id: str | None
    phone: str | None
    email: str | None
    name: str
    language: str
    time_zone: str
    balance: int = Field(description="whole points", examples=[1250])
    created_at: datetime
    updated_at: datetime


class EntryOut(BaseModel):
    """A ledger entry."""

    id: int
    member: str
    amount: int
    balance: int = Field(description="the balance after it")
    reason: str | None
    reference: str | None
    created_at: datetime


class DeviceOut(BaseModel):
    """A device that holds the card: what it was told, what it fetched, and when."""

    device: str = Field(description="a short name for the device in this trace; Apple's id is a secret")
    registered_at: datetime
    told_version: int | None
    told_at: datetime | None
    told_outcome: str | None = Field(examples=["accepted"])
    asked_at: datetime | None
    fetched_version: int | None
    fetched_at: datetime | None
    up_to_date: bool


class CardOut(BaseModel):
    """A card, and every phone that holds it."""

    id: str = Field(description="also the serial number of the pass", examples=["card_01k9z8w4ekf4p8q2v7r5t3y1xa"])
    member: str
    programme: str
    version: int
    modified_at: datetime
    link: str = Field(description="the customer opens it on the phone")
    voided_at: datetime | None
    created_at: datetime
    devices: list[DeviceOut]
    up_to_date: bool | None = Field(description="do all phones show this version? null: it is on no phone")


class MemberPage(BaseModel):
    """A page of members."""

    items: list[MemberOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class EntryPage(BaseModel):
    """A page of ledger entries, newest first."""

    items: list[EntryOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class Problem(BaseModel):
    """A refusal (RFC 9457)."""

    type: str = Field(examples=["/problems/insufficient-points"])
    title: str = Field(examples=["Not enough points"])
    status: int = Field(examples=[409])
    code: str = Field(description="the slug of the page", examples=["insufficient-points"])
    detail: str
    remedy: str | None = None
