"""What comes in and goes out of REST v1 about visits, events, memberships and standings."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from wallet_service.loyalty.rules.mechanic import Measure
from wallet_service.web.api.models import Body, Moment, Word

MOMENT = "when it was: at most 400 days back, and five minutes ahead; null: now"


class NewVisit(Body):
    """A visit without a receipt: somebody has shown the card."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"visit": "gate-4-88121", "place": "Mitte"}]})

    visit: Word = Field(description="your own number of it: told again, it counts once", examples=["gate-4-88121"])
    place: Word | None = Field(None, description="where", examples=["mitte-1"])
    at: Moment | None = Field(None, description=MOMENT)


class NewEvent(Body):
    """Whatever else your systems want mechanics to know."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"event": "app-review-5512", "name": "app-rated"}]})

    event: Word = Field(description="your own number of it: told again, it counts once", examples=["app-review-5512"])
    name: Word = Field(description="what mechanics ask for with `of`", examples=["app-rated"])
    kind: Literal["event", "segment-entered"] = Field(
        "event", description="`segment-entered`: the member has come into a segment of this name"
    )
    place: Word | None = Field(None, description="where")
    at: Moment | None = Field(None, description=MOMENT)


class NewMembership(Body):
    """A membership that was paid for."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"tier": "prime", "sale": "shop-90121"}]})

    tier: Word = Field(description="a tier with `paid_days`", examples=["prime"])
    sale: Word = Field(description="your own number of the sale: told again, it counts once", examples=["shop-90121"])


class EarnedOut(BaseModel):
    """Points that a mechanic gave."""

    mechanic: str
    points: int
    entry: int = Field(description="the ledger entry; its `why` says why, in the member's language")


class HappeningOut(BaseModel):
    """What became of something that was told."""

    member: str
    fresh: bool = Field(description="false: it had been told before, and nothing happened now")
    earned: list[EarnedOut]
    offers: list[str] = Field(description="names of offers that were given")
    tiers: list[str] = Field(description="tiers that the member came to")
    tier: str | None
    balance: int


class GoalOut(BaseModel):
    """What is next."""

    tier: str
    title: dict[str, str]
    measure: Measure
    left: int = Field(description="how much is missing: times, pieces, points, or minor units of money")


class TierOut(BaseModel):
    """A tier that a member has."""

    name: str
    title: dict[str, str] = Field(description="by language")
    since: date
    until: date | None = Field(description="the last day for which it is sure; null: it has no end")


class StandingOut(BaseModel):
    """How a member stands in the programme."""

    member: str
    tier: TierOut | None
    goal: GoalOut | None = Field(description="the next tier, by what is least missing; null: there is none")
    purchases: int = Field(description="ever")
    visits: int
    spent: int = Field(description="paid in money, in minor units")
    earned: int = Field(description="points that purchases gave")
