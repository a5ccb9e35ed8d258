"""What comes in by REST v1: it refuses what it does not know."""

import re
import unicodedata
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
