"""What comes in and goes out of REST v1 about merges."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from wallet_service.web.api.models import Body, Who


class NewMerge(Body):
    """Who turned out to be the same person."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"from": "external:BH-2"}]})

    absorbed: Who = Field(
        alias="from",
        description="the member that goes: `mem_…`, `card_…`, `external:YOUR-ID` or `phone:+NUMBER`; its points come over",
    )


class MergeOut(BaseModel):
    """Two members that turned out to be one person."""

    id: str = Field(examples=["mrg_01k9z8w4ekf4p8q2v7r5t3y1xa"])
    survivor: str = Field(description="`mem_…`: to whom all references lead")
    absorbed: str = Field(description="`mem_…`: who went")
    points: int = Field(description="the balance of the one who went; negative: a debt")
    promised: int = Field(description="points that were promised to them beyond it")
    merged_at: datetime
    returned: int | None = Field(description="how many of the points went back when it was undone; null: it was not")
    undone_at: datetime | None = Field(description="null: it stands")


class MergePage(BaseModel):
    """A page of merges, newest first."""

    items: list[MergeOut]
    next: str | None = Field(description="cursor of the next page; null on the last")
