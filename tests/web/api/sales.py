"""Rules for tests of purchases, and receipts for the till."""

from typing import Any

from tests.people import Brand
from wallet_service.loyalty.awards.rulebooks import publish_rulebook
from wallet_service.loyalty.brands import find_programme
from wallet_service.service import Service

ANNAS = "external:BH-1"

BURGERS = {"sku": "burger-classic", "category": "burgers", "quantity": 2, "price": 450, "name": "Cheeseburger"}
COLA = {"sku": "cola-03", "category": "drinks", "quantity": 1, "price": 340, "discount": 40, "name": "Cola"}
CIGARETTES = {"sku": "cig-1", "category": "tobacco", "quantity": 1, "price": 800}

RULES: dict[str, Any] = {
    "currency": "EUR",
    "spending": {"most_percent": 50, "least_pay": 100, "exclude": {"categories": ["tobacco"]}},
    "earning": {"exclude": {"categories": ["tobacco"]}},
    "tiers": [{"name": "gold", "title": {"en": "Gold"}, "reach": [{"purchases": 3, "within_days": 365}]}],
    "mechanics": [
        {
            "name": "base",
            "title": {"en": "5 % back"},
            "why": {"en": "{points} back for {receipt}"},
            "on": "purchase",
            "give": [{"percent": 5, "live_days": 365}],
        },
        {
            "name": "first",
            "title": {"en": "A hundred for your first", "ru": "Сто за первую"},
            "why": {"en": "Your first purchase"},
            "on": "purchase",
            "give": [{"points": 100, "delay_days": 1, "live_days": 30}],
            "limits": {"per_member": 1},
        },
    ],
}
"""Points pay up to half of everything but tobacco; 5 % come back, and 100 for the first purchase from tomorrow on."""


async def under_rules(service: Service, brand: Brand) -> None:
    """These rules are the programme's from now on."""
    async with service.database.begin() as tx:
        await publish_rulebook(tx, await find_programme(tx, brand.id, brand.programme), RULES)


def receipt(number: str, *lines: Any, **more: Any) -> dict[str, Any]:
    """A sale as a till reports it; of burgers and a cola, unless it is told otherwise."""
    return {"receipt": number, "lines": list(lines) or [BURGERS, COLA], **more}
