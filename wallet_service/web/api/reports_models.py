"""What goes out of REST v1 about a programme as a whole."""

from datetime import date

from pydantic import BaseModel, Field


class MovementOut(BaseModel):
    """Points that moved. What was there, and all that came, less all that went, is what is there in the end."""

    opening: int
    granted: int = Field(description="by hand, by imports, by mechanics")
    spent: int
    held: int = Field(description="set aside by holds")
    released: int = Field(description="what came back from holds")
    expired: int
    given_back: int = Field(description="by reversals and refunds of what took points")
    taken_back: int = Field(description="by reversals and refunds of what gave them")
    merged_in: int = Field(description="between members who were merged; over the programme, as many went out")
    merged_out: int
    closing: int


class DayMovementOut(MovementOut):
    """Points that moved on one day of the programme's calendar."""

    day: date


class OriginOut(BaseModel):
    """Points by why they were granted."""

    origin: str = Field(examples=["mechanic:welcome"])
    points: int


class PointsReportOut(BaseModel):
    """How bonuses moved."""

    programme: str
    total: MovementOut
    granted_by: list[OriginOut] = Field(description="the largest first")
    days: list[DayMovementOut]


class EndingOut(BaseModel):
    """Points that end in a month, if nobody spends them."""

    month: str | None = Field(description="null: they never do", examples=["2026-12"])
    points: int


class OwedReportOut(BaseModel):
    """What a programme owes its members now."""

    programme: str
    balances: int = Field(description="points of all members who have any")
    holders: int = Field(description="how many they are")
    debts: int = Field(description="of members below nought; not subtracted")
    held: int = Field(description="set aside by open holds: in no balance")
    promised: int = Field(description="that begin to count later")
    currency: str
    liability: int = Field(description="worth of balances and what is held, in minor units")
    ending: list[EndingOut]


class SoldOut(BaseModel):
    """What was sold, with a card and without; money in minor units."""

    by: str = Field(description="the day, the month or the place; empty: no place was told", examples=["2026-11-22"])
    purchases: int
    with_card: int
    total: int
    paid: int = Field(description="in money")
    paid_with_card: int
    refunded: int = Field(description="of what was paid; counted where it was bought")
    spent: int = Field(description="points that paid")
    earned: int = Field(description="points that mechanics gave")


class SoldReportOut(BaseModel):
    """What was sold."""

    programme: str
    items: list[SoldOut]
