"""What goes in and out of REST v1. Input refuses what it does not know; output always has every field."""

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictInt

from wallet_service.amounts import MOST

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]|[\ud800-\udfff]")
EMAIL = r"^[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,60}$"


def clean(text: str) -> str:
    """One line of text in normal form C; control characters, half characters and mere blanks are refused."""
    if CONTROL.search(text):
        raise ValueError("must not hold control characters")
    cleaned = unicodedata.normalize("NFC", text.strip())
    if text and not cleaned:
        raise ValueError("must not be blank")
    return cleaned


def in_one_segment(text: str) -> str:
    """A text that can stand in the path of an address: `external:…` names members there."""
    if "/" in text:
        raise ValueError("must not hold a slash")
    return text


def moves_something(amount: int) -> int:
    """An entry of 0 would say nothing."""
    if amount == 0:
        raise ValueError("must not be 0")
    return amount


Name = Annotated[str, Field(max_length=64), AfterValidator(clean)]
Word = Annotated[str, Field(min_length=1, max_length=64), AfterValidator(clean)]
Number = Annotated[str, Field(min_length=1, max_length=100), AfterValidator(clean)]
"""A number or name of the caller's own."""
ExternalId = Annotated[Number, AfterValidator(in_one_segment)]
MemberText = Annotated[str, Field(max_length=120), AfterValidator(clean)]
"""A reference to a member, as a part of a path."""
Who = Annotated[str, Field(min_length=1, max_length=110), AfterValidator(clean)]
"""A reference to a member."""
Sentence = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(clean)]
Key = Annotated[str, Field(min_length=1, max_length=255), AfterValidator(clean)]
Email = Annotated[str, Field(max_length=320, pattern=EMAIL), AfterValidator(clean)]
Balance = Annotated[StrictInt, Field(ge=-MOST, le=MOST, description="whole points")]
Amount = Annotated[
    StrictInt,
    Field(
        ge=-MOST, le=MOST, description="whole points, not 0; negative spends", json_schema_extra={"not": {"const": 0}}
    ),
    AfterValidator(moves_something),
]


def describe_change(schema: dict[str, Any]) -> None:
    """What stands for a field that was not sent is no default, so it stays out of the document."""
    for field in schema["properties"].values():
        field.pop("default", None)
    schema["examples"] = [{"name": "Anna Keller", "email": None}]


class Body(BaseModel):
    """A request body."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NewMember(Body):
    """A person who joins."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"external_id": "BH-1", "phone": "+4915112345678", "name": "Anna Petrova", "language": "ru"}]
        }
    )

    programme: Word | None = Field(None, description="`prog_…`; may be left out when the brand has only one")
    external_id: ExternalId | None = Field(None, description="your own id, without a slash; unique in the programme")
    phone: Word | None = Field(None, description="E.164; unique in the programme")
    email: Email | None = None
    name: Name = Field("", description="as the card greets them")
    language: Word | None = Field(None, description="BCP 47; else the programme's")
    time_zone: Word | None = Field(None, description="IANA, such as Europe/Berlin; else the programme's")


class MemberChange(Body):
    """What is to be different; fields left out stay, `null` clears."""

    model_config = ConfigDict(json_schema_extra=describe_change)

    external_id: ExternalId | None = None
    phone: Word | None = None
    email: Email | None = None
    name: Name = ""
    language: Word = "en"
    time_zone: Word = "UTC"


class NewEntry(Body):
    """A movement of points."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"amount": 120, "reason": "Lunch", "reference": "receipt 4711"},
                {"amount": -50, "reason": "A coffee on us"},
            ]
        }
    )

    amount: Amount
    reason: Sentence | None = Field(None, description="for people")
    reference: Number | None = Field(None, description="your number for it, such as the receipt's")


class BulkEntry(NewEntry):
    """One line of a bulk import."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"member": "external:BH-1", "amount": 120, "key": "2026-11-22/4711"}]}
    )

    member: Who = Field(description="`mem_…`, `card_…`, `external:…` or `phone:+…`")
    key: Key | None = Field(None, description="idempotency key of this line")


class NewBalance(Body):
    """A balance to be set, whatever it is now."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"balance": 500, "reason": "Opening balance"}]})

    balance: Balance
    reason: Sentence | None = Field(None, description="for people")
    reference: Number | None = None


class NewCard(Body):
    """Whose card."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"member": "external:BH-1"}]})

    member: Who = Field(description="`mem_…`, `external:…` or `phone:+…`")


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


class CallbackOut(BaseModel):
    """Something a phone with Google Wallet did, as Google told us."""

    event: str = Field(description="`save`, `del`, or something newer than this program")
    received_at: datetime
    nonce: str = Field(description="the same for every delivery of this callback")


class GoogleOut(BaseModel):
    """The card's object in Google Wallet."""

    object_id: str
    saved_at: datetime | None = Field(description="when somebody last saved it")
    removed_at: datetime | None = Field(
        description="when it was last removed; null: it is in somebody's wallet, or never was"
    )
    shown_version: int | None = Field(description="the version that Google has")
    shown_at: datetime | None
    last_outcome: str | None = Field(description="what became of the last change, and why it called for no attention")
    callbacks: list[CallbackOut]


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
    google: GoogleOut | None = Field(description="null: nobody has asked for it in Google Wallet")


class MemberPage(BaseModel):
    """A page of members."""

    items: list[MemberOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class EntryPage(BaseModel):
    """A page of ledger entries, newest first."""

    items: list[EntryOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class Mistake(BaseModel):
    """One thing that is wrong with a request."""

    pointer: str = Field(description="JSON pointer into the body, or the name of a parameter", examples=["#/amount"])
    message: str


class Problem(BaseModel):
    """A refusal (RFC 9457); some have members of their own beside these."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/problems/insufficient-points"])
    title: str = Field(examples=["Not enough points"])
    status: int = Field(examples=[409])
    code: str = Field(description="the slug of the page", examples=["insufficient-points"])
    detail: str
    remedy: str | None = None
    errors: list[Mistake] | None = None


class LineResult(BaseModel):
    """What became of one line of a bulk import."""

    line: int = Field(description="its number in the body, from 1; blank lines count", examples=[1])
    status: int = Field(description="as a single request would have been answered", examples=[201])
    replayed: bool = Field(description="whether its key was known, and this is the answer given then")
    result: EntryOut | Problem
