"""What comes in by REST v1 about offers and their codes."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictInt

from wallet_service.loyalty.offers.offers import MOST_CODES
from wallet_service.web.api.models import Body, Number, Who, Word
from wallet_service.web.api.purchases_models import LINES, MOST_LINES, NewLine

FREE_COFFEE: dict[str, Any] = {
    "name": "free-coffee",
    "title": {"en": "A coffee on us", "ru": "Кофе в подарок"},
    "kind": "personal",
    "benefit": {"gift": "coffee-s"},
    "valid_days": 14,
    "reminder_days": 3,
}
SUMMER: dict[str, Any] = {
    "name": "summer",
    "title": {"en": "10 % off"},
    "kind": "shared",
    "code": "SUMMER-26",
    "benefit": {"percent": 10, "most": 1000},
    "until": "2027-08-31",
    "limits": {"total": 1000, "per_member": 1},
}


SHOWN: dict[str, Any] = {"code": "SUMMER-26", "member": "external:BH-1", "lines": LINES}


class NewOffer(BaseModel):
    """The terms of an offer, in the structure of a programme file. What is wrong with them is listed, all at once."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"examples": [FREE_COFFEE, SUMMER]}
    )  # their reader names strays better

    programme: Word | None = Field(None, description="`prog_…`; may be left out when the brand has only one")
    name: Any = Field(None, description="1 to 40 of a-z, 0-9 and -; unique in the programme")
    title: Any = Field(None, description="by language; members see it")
    description: Any = Field(None, description="by language")
    kind: Any = Field(None, description="`shared`: one code for all; `unique`: many, each good once; `personal`")
    code: Any = Field(None, description="of a shared offer")
    benefit: Any = Field(
        None, description="one of `percent` (perhaps with `most`), `amount`, `gift`, `points`, `entitlement`"
    )
    goods: Any = Field(None, description="`skus` and `categories` to which a discount applies; all, if left out")
    places: Any = Field(None, description="where it is good; everywhere, if left out")
    least: Any = Field(None, description="what those goods must cost together at least, in minor units")
    since: Any = Field(None, description="the first day")
    until: Any = Field(None, description="the last day")
    valid_days: Any = Field(None, description="days after the one on which a personal offer is given")
    reminder_days: Any = Field(
        None, description="days before its last one on which a personal offer is brought to mind"
    )
    limits: Any = Field(None, description="`total` and `per_member`: times it can be redeemed")


class NewCodes(Body):
    """How many codes are to be made."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"count": 500}]})

    count: Annotated[StrictInt, Field(ge=1, le=MOST_CODES, description="how many")]


class ShownCode(Body):
    """A code that somebody shows, and for what."""

    model_config = ConfigDict(json_schema_extra={"examples": [SHOWN]})

    code: Number = Field(description="as it was typed or scanned: small letters and blanks do no harm")
    member: Who | None = Field(None, description="`mem_…`, `card_…`, `external:…` or `phone:+…`; null: unknown")
    lines: list[NewLine] = Field(
        default_factory=list, max_length=MOST_LINES, description="as they are without this discount"
    )
    place: Number | None = Field(None, description="your name or number of the shop")


class NewRedemption(ShownCode):
    """A code that is redeemed."""

    reference: Number | None = Field(None, description="your number for it, such as the receipt's")


class NewPresent(Body):
    """An offer that a member is to have."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"offer": "free-coffee", "occasion": "complaint 81"},
                {"offer": "forgotten-goods", "occasion": "basket 4711", "skus": ["cake"]},
            ]
        }
    )

    offer: Word = Field(description="its name, in the member's programme; its kind must be `personal`")
    occasion: Number = Field(description="for what: for one occasion it is given once")
    skus: list[Number] = Field(
        default_factory=list, max_length=100, description="goods to which it is narrowed; none: as it is"
    )
