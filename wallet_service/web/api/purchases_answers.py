"""What goes out of REST v1 about purchases, quotes and refunds. Every field is always there."""

from datetime import datetime

from pydantic import BaseModel, Field

from wallet_service.loyalty.rules.mechanic import Measure
from wallet_service.loyalty.sales.checkout import Bound


class LineOut(BaseModel):
    """A line of a receipt."""

    line: int = Field(description="its place; the first is 1")
    sku: str | None
    category: str | None
    quantity: int
    price: int
    discount: int
    name: str
    total: int = Field(description="what the line costs, in minor units")
    returned: int = Field(description="how many of its pieces have come back")


class GaveOut(BaseModel):
    """Points that were given, or taken back."""

    mechanic: str = Field(description="which gave them; or `offer:` and the name of an offer, whose code brought them")
    points: int
    entry: int = Field(description="the number of the ledger entry")


class CodeBroughtOut(BaseModel):
    """What a code brings for a check."""

    offer: str = Field(description="the offer's name")
    code: str
    discount: int = Field(description="minor units")
    shares: list[int] = Field(description="the discount by lines; empty: there is none")
    points: int
    gift: str | None = Field(description="the number of goods that are handed over for nothing")
    entitlement: dict[str, str] | None = Field(description="something else, by language")


class RedeemedOut(CodeBroughtOut):
    """A code that was redeemed with a purchase."""

    redemption: str = Field(examples=["red_01k9z8w4ekf4p8q2v7r5t3y1xa"])


class PurchaseOut(BaseModel):
    """A sale as it is recorded."""

    id: str = Field(examples=["pur_01k9z8w4ekf4p8q2v7r5t3y1xa"])
    receipt: str
    member: str | None
    programme: str | None
    place: str | None
    at: datetime
    currency: str | None = Field(description="null: nobody said it, and the brand has several programmes")
    lines: list[LineOut]
    total: int = Field(description="minor units that the lines cost")
    discount: int = Field(description="minor units that codes took off it, together")
    redeemed: list[RedeemedOut]
    paid: int = Field(description="minor units that were left to be paid in money")
    spent: int = Field(description="points that paid the rest")
    spent_entry: int | None = Field(description="the number of the ledger entry that took them")
    earned: int = Field(description="points that mechanics gave and codes brought, together")
    gave: list[GaveOut]
    balance: int | None = Field(description="the member's, after it")
    created_at: datetime


class PurchasePage(BaseModel):
    """A page of a member's purchases, newest first."""

    items: list[PurchaseOut]
    next: str | None = Field(description="cursor of the next page; null on the last")


class EarningOut(BaseModel):
    """Points that would be given."""

    mechanic: str = Field(description="which would; or `offer:` and the name of an offer, whose code would bring them")
    title: str = Field(description="in the member's language")
    points: int
    activates_at: datetime | None = Field(description="when they would begin to count; null: at once")
    expires_at: datetime | None = Field(description="when they would be gone; null: never")


class NextTierOut(BaseModel):
    """The next tier, and what is missing for it."""

    tier: str
    title: str
    measure: Measure
    left: int


class QuoteOut(BaseModel):
    """What a check would come to."""

    member: str
    currency: str
    balance: int = Field(description="points that can be spent now")
    total: int = Field(description="minor units that the lines cost")
    discount: int = Field(description="minor units that codes would take off it, together")
    redeemed: list[CodeBroughtOut]
    most: int = Field(description="the most points that may pay")
    bound: Bound = Field(description="why not more: which rule of the programme it is, or the balance")
    worth: int = Field(description="minor units that a point pays")
    spend: int = Field(description="points that would pay: those that were wished for, but no more than may")
    paid: int = Field(description="minor units that are then left to be paid in money")
    earned: int = Field(description="points that mechanics would then give and codes bring, together")
    earnings: list[EarningOut]
    offers: list[str] = Field(description="personal offers that would be given")
    tier: str | None = Field(description="the tier that the member would have")
    goal: NextTierOut | None = Field(description="the next tier, after this purchase; null: there is none")


class ReturnedOut(BaseModel):
    """Pieces of a line that came back."""

    line: int
    quantity: int


class RefundOut(BaseModel):
    """What came back of a purchase at once."""

    id: str = Field(examples=["ref_01k9z8w4ekf4p8q2v7r5t3y1xa"])
    purchase: str
    refund: str
    lines: list[ReturnedOut]
    total: int = Field(description="the price of what came back, in minor units")
    paid: int = Field(description="minor units that the customer gets back in money")
    points_back: int = Field(description="points that had paid, and came back to their lots")
    points_taken: int = Field(description="points that mechanics had given, and that were taken back")
    took: list[GaveOut]
    entries: list[int] = Field(description="numbers of all ledger entries that it made")
    balance: int | None = Field(description="the member's, after it")
    created_at: datetime
