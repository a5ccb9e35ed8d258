"""What goes out of REST v1: every field is always there."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from wallet_service.health.wallets import Standing
from wallet_service.loyalty.people.addresses import MOST, AppKind
from wallet_service.web.api.ledger_answers import EntryOut


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
    born: date | None
    sex: Literal["female", "male", "other"] | None
    home_city: str | None
    attributes: dict[str, bool | int | str | list[str]] = Field(description="under the brand's own names")
    referral_code: str = Field(description="what they give to a friend", examples=["7r5t3y1xak"])
    referred_by: str | None = Field(description="the member who brought them")


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


class CorrectionOut(BaseModel):
    """Something a phone with Google Wallet did of which no callback told: found when Google was asked at night."""

    event: str = Field(description="`save` or `del`")
    found_at: datetime


class GoogleOut(BaseModel):
    """The card's object in Google Wallet."""

    object_id: str
    saved_at: datetime | None = Field(
        description="when somebody last saved it, as far as callbacks or corrections tell"
    )
    removed_at: datetime | None = Field(
        description="when it was last removed; null: it is in somebody's wallet, or never was"
    )
    shown_version: int | None = Field(description="the version that Google has")
    shown_at: datetime | None
    last_outcome: str | None = Field(description="what became of the last change, and why it called for no attention")
    callbacks: list[CallbackOut]
    corrections: list[CorrectionOut]


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


class AddressOut(BaseModel):
    """Where a push finds the brand's app on a member's phone."""

    kind: AppKind
    address: str
    seen_at: datetime = Field(description="when the app last showed it")


class AddressList(BaseModel):
    """All addresses of a member."""

    items: list[AddressOut] = Field(description=f"those seen last first; {MOST} at most")


class NoteOut(BaseModel):
    """One thing that whoever runs the brand should know."""

    code: str = Field(
        description="its stable name; that of a refusal has a page at `/problems/{code}`",
        examples=["service-account-missing"],
    )
    grade: Literal["ok", "warn", "fail"]
    detail: str
    remedy: str = Field(description="what to do; empty where nothing can be done here")


class WayOut(BaseModel):
    """A way to members."""

    state: Standing = Field(description="`off`: not set up; `broken`: set up, and something must be mended")
    notes: list[NoteOut]


class PassTypeOut(WayOut):
    """A pass type at Apple."""

    pass_type: str = Field(examples=["pass.com.example.burger-heroes"])
    days_left: int | None = Field(
        description="whole days until its certificate expires; null: there is none to read", examples=[300]
    )


class AppleOut(WayOut):
    """Apple Wallet; broken if one of its pass types is."""

    pass_types: list[PassTypeOut]


class IssuerOut(WayOut):
    """An issuer at Google."""

    issuer: str = Field(examples=["3388000000012345678"])
    account: str | None = Field(
        description="the service account that acts for it; null: its key cannot be used",
        examples=["cards@burger-heroes.iam.gserviceaccount.com"],
    )


class GoogleCardsOut(BaseModel):
    """The brand's cards at Google."""

    objects: int = Field(description="cards that Google has")
    saved: int = Field(description="those that are in somebody's wallet")
    due: int = Field(description="changed cards that are still to be shown so")
    oldest_s: float = Field(description="seconds by which the oldest of these is overdue")
    failing: int = Field(description="those of them that were tried twice in vain at least, and are tried on")
    failing_for: str | None = Field(description="why, of the one that was tried most often")
    refused: int = Field(description="cards whose last change Google would not take; the next change is tried again")
    refused_for: str | None = Field(description="why, of the one that changed last")


class GoogleWayOut(WayOut):
    """Google Wallet; broken if one of the issuers is, or if Google cannot reach us."""

    issuers: list[IssuerOut] = Field(description="those in use; new cards are given out under the first")
    cards: GoogleCardsOut


class WalletsOut(BaseModel):
    """All ways of a brand to its members."""

    apple: AppleOut
    google: GoogleWayOut
    web_push: WayOut
    app_push: WayOut


class MemberPage(BaseModel):
    """A page of members."""

    items: list[MemberOut]
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
