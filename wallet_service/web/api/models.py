"""What comes in by REST v1: it refuses what it does not know."""

import re
import unicodedata
from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictInt

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


def written_out(moment: object) -> object:
    """A moment is a text; a number would be one of several clocks."""
    if not isinstance(moment, str):
        raise ValueError("must be a text such as 2027-01-31T23:59:59+01:00")  # noqa: TRY004 - pydantic's own way
    return moment


def within_reach(moment: datetime) -> datetime:
    """A moment that every calendar here can hold."""
    if not 2000 <= moment.year < 2200:
        raise ValueError("must lie between the years 2000 and 2199")
    return moment


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

Held = Annotated[StrictInt, Field(ge=1, le=MOST, description="whole points")]

Moment = Annotated[
    AwareDatetime,
    Field(strict=False, description="RFC 3339, with its offset"),
    BeforeValidator(written_out),
    AfterValidator(within_reach),
]


class Body(BaseModel):
    """A request body."""

    model_config = ConfigDict(extra="forbid", strict=True)


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
    expires_at: Moment | None = Field(None, description="when added points are gone; null: never")
    activates_at: Moment | None = Field(None, description="when added points begin to count; null: at once")


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


class NewReversal(Body):
    """How much of an entry is to be undone."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"amount": 40, "reason": "Salad returned", "reference": "refund 81"}]}
    )

    amount: Annotated[StrictInt, Field(ge=1, le=MOST)] | None = Field(
        None, description="how many of its points; null: all that are left to undo"
    )
    reason: Sentence | None = Field(None, description="for people")
    reference: Number | None = Field(None, description="your number for it, such as the refund's")


class NewCard(Body):
    """Whose card."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"member": "external:BH-1"}]})

    member: Who = Field(description="`mem_…`, `external:…` or `phone:+…`")


class NewHold(Body):
    """Points to be set aside for a purchase that is not paid yet."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount": 80, "reference": "receipt 4712"}]})

    amount: Held
    reason: Sentence | None = Field(None, description="for people")
    reference: Number | None = Field(None, description="your number for it, such as the receipt's")
    expires_in: Annotated[StrictInt, Field(ge=1, le=86_400)] = Field(
        900, description="seconds after which they come back by themselves"
    )


class NewCapture(Body):
    """How much of a hold is kept."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"amount": 60}]})

    amount: Held | None = Field(None, description="no more than is held, the rest comes back; null: all")
