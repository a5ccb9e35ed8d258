"""What tests of standings do at the desk: give a member a tier, a goal, a purchase, an offer, and record what changed."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from tests.cards.desk import pass_json
from tests.loyalty.shop import Shop
from wallet_service.cards.issue import Card
from wallet_service.database.seam import Database, Transaction
from wallet_service.loyalty.facts import StandingChanged

STAND = text("""
INSERT INTO member_standing (member_id, brand_id, document, shown, updated_at)
SELECT id, brand_id, '{}', CAST(:shown AS jsonb), :now FROM member WHERE id = :member
ON CONFLICT (member_id) DO UPDATE SET shown = member_standing.shown || EXCLUDED.shown
""")

GOLD = {"name": "gold", "title": {"en": "Gold", "ru": "Золотой"}, "until": "2027-11-22"}
SILVER = {"name": "silver", "title": {"en": "Silver", "ru": "Серебряный"}, "until": None}
NEARLY = {"tier": "gold", "title": {"en": "Gold", "ru": "Золотой"}, "measure": "purchases", "left": 2}
LUNCH = {
    "at": "2026-11-03T23:30:00+01:00",
    "total": 1240,
    "currency": "EUR",
    "place": "Mitte",
    "points": 12,
    "receipt": "R-1",
    "names": ["2 × Cheeseburger", "Cola"],
}
COFFEE = {"name": "free-coffee", "title": {"en": "Free coffee", "ru": "Кофе в подарок"}, "until": "2026-12-31"}


async def stand_in(tx: Transaction, member_id: str, **shown: object) -> None:
    """The member stands otherwise, as of this transaction."""
    await tx.run(STAND, {"member": member_id, "shown": json.dumps(shown), "now": tx.now})
    tx.record(StandingChanged(member_id, frozenset(shown)))


async def stand(database: Database, member_id: str, **shown: object) -> None:
    """The member stands otherwise."""
    async with database.begin() as tx:
        await stand_in(tx, member_id, **shown)


async def fields(shop: Shop, card: Card) -> Mapping[str, Mapping[str, Any]]:
    """The fields of the store card that a phone would be given now, by key."""
    style = json.loads(await pass_json(shop, card))["storeCard"]
    return {field["key"]: field for slot in style.values() for field in slot}


async def announced(shop: Shop, card: Card) -> list[str]:
    """The keys of the fields that may speak on the lock screen."""
    return [key for key, field in (await fields(shop, card)).items() if "changeMessage" in field]
