"""What goes out of REST v1 about points: entries, lots, holds, proofs. Every field is always there."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from wallet_service.loyalty.ledger.entry import Kind
from wallet_service.loyalty.ledger.holds import State
from wallet_service.loyalty.ledger.lot_list import LotState


class MoveOut(BaseModel):
    """By how much what is left of a lot changed."""

    lot: int = Field(description="the number of the entry that granted it")
    points: int


class EntryOut(BaseModel):
    """A ledger entry."""

    id: int
    member: str
    kind: Kind
    amount: int
    balance: int = Field(description="the balance after it")
    reason: str | None
    reference: str | None
    lots: list[MoveOut] = Field(description="the lots it touched; the rest of the amount paid a debt, or became one")
    undoes: int | None = Field(description="the entry that this one undoes, wholly or in part")
    created_at: datetime


class HoldOut(BaseModel):
    """Points that are, or were, set aside."""

    id: str = Field(examples=["hold_01k9z8w4ekf4p8q2v7r5t3y1xa"])
    member: str
    state: State
    amount: int = Field(description="whole points that were set aside")
    captured: int = Field(description="how many of them were kept; the others came back when it was closed")
    balance: int = Field(description="the member's, when this was answered; points set aside are not in it")
    entry: int = Field(description="the number of the ledger entry that took them")
    reason: str | None
    reference: str | None
    expires_at: datetime = Field(description="from then on it cannot be captured, and what it holds comes back")
    created_at: datetime
    closed_at: datetime | None


class LotOut(BaseModel):
    """Points that were granted together, and expire together."""

    id: int = Field(description="the number of the entry that granted it")
    amount: int = Field(description="as granted; a part may have paid a debt at once")
    remaining: int = Field(description="what is left of it")
    state: LotState
    activates_at: datetime | None = Field(description="when its points begin to count; null: they did at once")
    expires_at: datetime | None = Field(description="when they are gone; null: never")
    origin: str = Field(description="why they were granted: `manual`, `import`, `opening`, …", examples=["manual"])
    created_at: datetime


class ExpiringOut(BaseModel):
    """What expires next of a member's points."""

    points: int = Field(examples=[120])
    on: date = Field(description="the last day on which they can be spent, in the member's time zone")
    at: datetime = Field(description="when the first of them are gone")


class EntryPage(BaseModel):
    """A page of ledger entries, newest first."""

    items: list[EntryOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class HoldPage(BaseModel):
    """A page of holds, newest first."""

    items: list[HoldOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class LotPage(BaseModel):
    """A page of lots, newest first."""

    items: list[LotOut]
    next: str | None = Field(description="cursor of the next page; null on the last")
    expiring: ExpiringOut | None = Field(description="what expires next, whichever page this is; null: nothing does")


class ProofOut(BaseModel):
    """What follows from a member's entries, and whether it is what is kept."""

    member: str
    chain: Literal["whole", "broken"] = Field(description="`broken`: the books contradict themselves")
    broken_at: int | None = Field(
        description="the first entry that does not follow, or the one that granted a lot; null: it is whole"
    )
    finding: str | None = Field(description="what does not follow; null: it is whole")
    balance: int = Field(description="the sum of the entries, up to where it is broken")
    entries: int = Field(description="how many follow")
    lots_left: int = Field(description="what they leave of all lots that count")
    digest: str | None = Field(description="SHA-256 in hexadecimal digits of the newest; null: none is sealed")
    from_entry: int | None = Field(description="the first that is sealed: entries before it are from an older version")
