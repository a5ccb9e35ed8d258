"""The ways of a brand to its members over REST: what works, what does not, and what to do."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from wallet_service.health.brand import BrandLookout
from wallet_service.health.wallets import view
from wallet_service.web.api.answers import WalletsOut
from wallet_service.web.api.document import refusals
from wallet_service.web.callers import Reader
from wallet_service.web.idempotency import answer
from wallet_service.web.render import reply
from wallet_service.web.strict_route import StrictRoute

router = APIRouter(prefix="/v1/wallets", tags=["wallets"], route_class=StrictRoute)


class WalletsWish(BaseModel):
    """How closely to look."""

    model_config = ConfigDict(extra="forbid")

    ask: Literal["google"] | None = Field(
        None, description="`google`: also ask Google whether the service accounts may act, which takes a moment"
    )


@router.get("", response_model=WalletsOut, responses=refusals("reads"), operation_id="get_wallets")
async def get(request: Request, caller: Reader, wish: Annotated[WalletsWish, Query()]) -> Response:
    """How the brand stands with Apple Wallet, Google Wallet, web push and its own app.

    The findings are those of `wallet-service doctor`, as far as they are about this brand.
    """
    lookout: BrandLookout = request.app.state.wallets
    return answer(reply(200, view(await lookout.look(caller.brand_id, ask=wish.ask is not None))))
