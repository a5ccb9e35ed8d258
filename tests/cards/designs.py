"""Designs that follow one another, and cards that follow them."""

from tests.cards.desk import bundled, edited, publish
from tests.loyalty.shop import Shop
from wallet_service.cards.pace import Pacing
from wallet_service.cards.publish import Published
from wallet_service.cards.restyle import Restyling
from wallet_service.cards.templates import TemplateSource
from wallet_service.settings import PushSettings

BURGERS = bundled("burger-heroes")
REDDER = edited(BURGERS, "pass.json", "rgb(172, 24, 28)", "rgb(160, 0, 0)")
DARKER = edited(BURGERS, "pass.json", "rgb(172, 24, 28)", "rgb(120, 0, 0)")
FOR_PREVIEWS = edited(BURGERS, "card.toml", "balance = 1250", "balance = 1251")
"""Looks the same on every card."""


async def move_all(shop: Shop) -> None:
    """Let the cards of older versions move to the newest."""
    restyling = Restyling(shop.database)
    while await restyling.take() == 0.0:
        pass


async def restyled(shop: Shop, source: TemplateSource = REDDER) -> Published:
    """Publish a design and let all cards move to it; their phones have not been told."""
    version = await publish(shop, source)
    await move_all(shop)
    return version


def pacing(shop: Shop, per_s: float) -> Pacing:
    """A drain of its own, as a process has it, at a pace that is set."""
    return Pacing(shop.database, PushSettings(interval=0.0, refresh_per_s=per_s))
