"""What comes in by REST v1 about members: who they are, where they came from, what they agree to."""

import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt

from wallet_service.loyalty.people.consent import Channel, Purpose
from wallet_service.loyalty.people.contact_forms import ContactKind
from wallet_service.loyalty.people.contacts import MOST
from wallet_service.web.api.models import Body, Email, ExternalId, Moment, Name, Number, Who, Word, clean

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def written_day(day: object) -> date:
    """A day of the calendar as ISO 8601 writes it."""
    if not isinstance(day, str) or DAY.fullmatch(day) is None:
        raise ValueError("must be a text such as 1990-05-31")
    return date.fromisoformat(day)


def without_query(address: str) -> str:
    """The address of a page without what follows its path: that may name a person."""
    return re.split(r"[?#]", address, maxsplit=1)[0]


Day = Annotated[date, BeforeValidator(written_day)]
Sex = Literal["female", "male", "other"]
Page = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(clean), AfterValidator(without_query)]
AttributeName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
AttributeText = Annotated[str, Field(max_length=500), AfterValidator(clean)]
WholeNumber = Annotated[StrictInt, Field(ge=-(2**53), le=2**53)]
AttributeValue = StrictBool | WholeNumber | AttributeText | Annotated[list[AttributeText], Field(max_length=50)]
Attributes = Annotated[dict[AttributeName, AttributeValue], Field(max_length=50)]


class NewSource(Body):
    """Where somebody came from."""

    channel: Word = Field(description="site, app, till, event…, in your own words", examples=["till"])
    place: Word | None = None
    campaign: Number | None = None
    link: Number | None = Field(None, description="code of the link or poster that they followed")
    referrer: Page | None = Field(None, description="the page they were on before; what follows a `?` is not kept")
    utm_source: Number | None = None
    utm_medium: Number | None = None
    utm_campaign: Number | None = None
    utm_term: Number | None = None
    utm_content: Number | None = None


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
    born: Day | None = Field(None, description="a day such as 1990-05-31")
    sex: Sex | None = None
    home_city: Name | None = None
    attributes: Attributes | None = Field(None, description="what else you know, under names of your own")
    source: NewSource | None = Field(None, description="where they came from; fixed from then on")
    referred_by: Who | None = Field(
        None, description="referral code of who brought them, or a reference to that member"
    )


def describe_change(schema: dict[str, Any]) -> None:
    """What stands for a field that was not sent is no default, so it stays out of the document."""
    for field in schema["properties"].values():
        field.pop("default", None)
    schema["examples"] = [{"name": "Anna Keller", "email": None}]


class MemberChange(Body):
    """What is to be different; fields left out stay, `null` clears."""

    model_config = ConfigDict(json_schema_extra=describe_change)

    external_id: ExternalId | None = None
    phone: Word | None = None
    email: Email | None = None
    name: Name = ""
    language: Word = "en"
    time_zone: Word = "UTC"
    born: Day | None = Field(None, description="corrected once; after that the key needs the scope `earn`")
    sex: Sex | None = None
    home_city: Name | None = None


class NewAttributes(Body):
    """All attributes of a member: texts, whole numbers, true or false, and lists of texts."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"attributes": {"shoe_size": 39, "likes": ["vegan", "spicy"], "pet": "cat"}}]}
    )

    attributes: Attributes


class NewContact(Body):
    """One way to reach a person."""

    kind: Annotated[ContactKind, Field(strict=False)]
    value: Number = Field(description="a number, an address, or a name on a network", examples=["@anna_k"])
    verified_at: Moment | None = Field(None, description="when they showed that it is theirs")


class NewContacts(Body):
    """All contacts of a member beside `phone` and `email`, which may be repeated here to say that they are verified."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"contacts": [{"kind": "telegram", "value": "@anna_k"}]}]}
    )

    contacts: list[NewContact] = Field(max_length=MOST)


class NewConsent(Body):
    """One word of a member."""

    channel: Annotated[Channel, Field(strict=False)]
    purpose: Annotated[Purpose, Field(strict=False)]
    granted: StrictBool = Field(description="false: refused, or withdrawn")
    text_version: Number = Field(description="of the text that they were shown", examples=["2026-11"])
    text_hash: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of that text")] | None = None
    source: Number | None = Field(None, description="where they said so; gone once the member is erased")
    at: Moment | None = Field(None, description="when they said so; else now")


class NewConsents(Body):
    """What a member agreed to, or did not; each word is kept, and the newest counts."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "consents": [
                        {"channel": "any", "purpose": "data", "granted": True, "text_version": "2026-11"},
                        {"channel": "sms", "purpose": "advertising", "granted": False, "text_version": "2026-11"},
                    ]
                }
            ]
        }
    )

    consents: list[NewConsent] = Field(min_length=1, max_length=50)
