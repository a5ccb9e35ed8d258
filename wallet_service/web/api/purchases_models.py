"""What comes in by REST v1 about purchases, quotes and refunds."""

from typing import Annotated, Self

from pydantic import ConfigDict, Field, JsonValue, StrictInt, field_validator, model_validator

from wallet_service.amounts import MOST
from wallet_service.loyalty.rules.offer_codes import normal_code
from wallet_service.web.api.models import Body, Moment, Name, Number, Who, Word

MOST_LINES = 500
MOST_CODES = 10
MOST_PIECES = 1_000_000

Money = Annotated[StrictInt, Field(ge=0, le=MOST, description="minor units, such as cents")]
Pieces = Annotated[StrictInt, Field(ge=1, le=MOST_PIECES, description="whole pieces")]

LINES: JsonValue = [
    {"sku": "burger-classic", "category": "burgers", "quantity": 2, "price": 450, "name": "Cheeseburger"},
    {"sku": "cola-03", "category": "drinks", "quantity": 1, "price": 340, "discount": 40, "name": "Cola"},
]


class NewLine(Body):
    """A line of a receipt."""

    sku: Number | None = Field(None, description="the goods' number; mechanics and caps may name it")
    category: Number | None = Field(None, description="the goods' kind; mechanics and caps may name it")
    quantity: Pieces
    price: Money = Field(description="of one piece, in minor units")
    discount: Money = Field(0, description="on the whole line, in minor units")
    name: Name = Field("", description="for people, on the card")


class Check(Body):
    """What a till says of a sale, paid or not."""

    lines: list[NewLine] = Field(min_length=1, max_length=MOST_LINES, description="what is sold")
    place: Number | None = Field(None, description="your name or number of the shop")
    at: Moment | None = Field(None, description="when it was; null: now")
    currency: Word | None = Field(None, description="ISO 4217; refused unless it is the programme's; null: that")
    spend: Annotated[StrictInt, Field(ge=0, le=MOST)] | None = Field(
        None, description="points that pay; null: all that the hold keeps aside, or none"
    )

    codes: list[Number] = Field(
        [],
        max_length=MOST_CODES,
        description="of offers, as they were typed or scanned, each once; all are good, or the whole is refused",
    )

    @field_validator("codes")
    @classmethod
    def _each_once(cls, codes: list[str]) -> list[str]:
        if len({normal_code(code) or code for code in codes}) < len(codes):
            raise ValueError("a code is redeemed once with a purchase")
        return codes


class NewQuote(Check):
    """A check that is not paid yet."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"member": "external:BH-1", "spend": 100, "lines": LINES}]}
    )

    member: Who = Field(description="`mem_…`, `card_…`, `external:…` or `phone:+…`")


class NewPurchase(Check):
    """A sale."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"receipt": "mitte-4711", "member": "external:BH-1", "place": "Mitte", "spend": 100, "lines": LINES},
            ]
        }
    )

    receipt: Number = Field(description="your number for it; the brand records it once")
    member: Who | None = Field(None, description="`mem_…`, `card_…`, `external:…` or `phone:+…`; null: unknown")
    hold: Word | None = Field(None, description="`hold_…`: the points that pay were set aside before")
    programme: Word | None = Field(
        None, description="`prog_…`, of a sale to somebody unknown; may be left out when the brand has only one"
    )

    @model_validator(mode="after")
    def _of_whom(self) -> Self:
        if self.member is None and (self.spend or self.hold is not None):
            raise ValueError("points are a member's: name the member")
        if self.member is not None and self.programme is not None:
            raise ValueError("the member's programme is the purchase's: leave it out")
        return self


class ReturnedLine(Body):
    """Pieces of a line that come back."""

    line: Annotated[StrictInt, Field(ge=1, le=MOST_LINES, description="its place on the receipt; the first is 1")]
    quantity: Pieces


class NewRefund(Body):
    """What comes back of a purchase."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"refund": "mitte-r81", "lines": [{"line": 1, "quantity": 1}]}]}
    )

    refund: Number = Field(description="your number for it; the brand records it once")
    lines: list[ReturnedLine] | None = Field(
        None, min_length=1, max_length=MOST_LINES, description="null: all that has not come back yet"
    )
