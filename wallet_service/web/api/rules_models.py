"""What comes in and goes out of REST v1 about a programme's rules."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

MECHANIC = {
    "name": "welcome",
    "title": {"en": "Welcome"},
    "why": {"en": "{points} points: welcome!"},
    "on": "enrolled",
    "give": [{"points": 300, "live_days": 60}],
}
RULES: dict[str, Any] = {"currency": "EUR", "spending": {"worth": 1, "most_percent": 50}, "mechanics": [MECHANIC]}


class ProgrammeRules(BaseModel):
    """A programme's rules, in the structure of a programme file. What is wrong with them is listed, all at once."""

    model_config = ConfigDict(
        extra="allow", json_schema_extra={"examples": [RULES]}
    )  # their reader names strays better

    currency: Any = Field("EUR", description="ISO 4217; amounts are in its minor units")
    spending: Any = Field(None, description="what a point pays, and how much of a receipt points may pay")
    earning: Any = Field(None, description="goods that give no points")
    tiers: Any = Field(None, description="the lowest first")
    mechanics: Any = Field(None, description="what gives something by itself")
    offers: Any = Field(None, description="offers that mechanics may give")


class ChangeOut(BaseModel):
    """Something that is different from the version before."""

    part: str = Field(description="`mechanics`, `tiers`, `offers`, or the name of a setting", examples=["mechanics"])
    name: str = Field(description="of the mechanic, tier or offer; empty for a setting, or for the order of them all")
    how: Literal["added", "removed", "changed", "reordered"]


class DoubtOut(BaseModel):
    """Something that works, but should be looked at."""

    place: str = Field(examples=["mechanics.welcome.title"])
    what: str


class PublishedRulesOut(BaseModel):
    """The rules of a programme, now that they are in force."""

    programme: str
    version: int = Field(examples=[3])
    fresh: bool = Field(description="false: they were in force already, and nothing is different")
    changes: list[ChangeOut]
    resumed: list[str] = Field(description="mechanics that were parked, and run again because they were changed")
    warnings: list[DoubtOut]


class RulesOut(BaseModel):
    """One version of a programme's rules."""

    programme: str
    version: int = Field(examples=[3])
    created_at: datetime = Field(description="when it was put in force")
    rules: dict[str, Any] = Field(description="as it was put, in the structure of a programme file")


class RulesVersionOut(BaseModel):
    """One version of a programme's rules, in the list of them."""

    version: int = Field(examples=[3])
    created_at: datetime
    in_force: bool


class RulesVersionPage(BaseModel):
    """A page of versions, newest first."""

    items: list[RulesVersionOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class ReadyMechanicOut(BaseModel):
    """A mechanic that is ready to be used."""

    name: str = Field(examples=["welcome"])
    rules: dict[str, Any] = Field(description="rules that are whole by themselves: with offers and tiers it needs")


class ReadyMechanicList(BaseModel):
    """All mechanics that are ready."""

    items: list[ReadyMechanicOut]
