"""The member of previews and checks: what a template's sheet leaves open is filled so that a card looks real. PURE."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from wallet_service.cards.placeholders import Holder
from wallet_service.cards.standing import Goal, Offer, Receipt

SAMPLE_ID = "01k00000000000000000000000"
DAY, LATER = date(2026, 11, 3), date(2027, 1, 31)
TIER = {"en": "Gold", "de": "Gold", "ru": "Золотой"}
GOAL = Goal({"en": "Platinum", "de": "Platin", "ru": "Платиновый"}, "purchases", 2, "")
OFFER = Offer({"en": "A gift with your next visit", "de": "Ein Geschenk beim nächsten Besuch", "ru": "Подарок"}, LATER)
PAID, CURRENCY, GIVEN = 1240, "EUR", 12


def sample_member(said: Mapping[str, Any], title: str, language: str) -> Holder:
    """The sample member of a template of this title, in its first language; `said` is its `[sample]`."""
    name: str = said["name"]
    goods = [said["purchase"]] if "purchase" in said else []
    return Holder(
        first_name=said.get("first_name", name.partition(" ")[0]),
        name=name,
        balance=said["balance"],
        external_id=said["external_id"],
        member_id=f"mem_{SAMPLE_ID}",
        card_id=f"card_{SAMPLE_ID}",
        programme=said.get("programme", title),
        brand=said.get("brand", title),
        language=language,
        expiring_points=said["balance"] // 4,
        expires_on=LATER,
        tier=said.get("tier", TIER),
        tier_until=LATER,
        next_goal=GOAL,
        last_purchase=Receipt(DAY, PAID, CURRENCY, "", goods, GIVEN),
        offers=(OFFER,),
    )
