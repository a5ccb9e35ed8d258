"""What happens to Anna in the programme of each preset: calls that a till, a gate or a shop would make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

NIGHT = "night"
"""Not a call: what the programme's calendar brings by itself."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens."""

    words: str
    what: str
    """A collection of REST v1, or `NIGHT`."""
    body: Mapping[str, Any] = field(default_factory=dict)
    days_ago: int = 0


def bought(words: str, *lines: tuple[str, str, int, int], days_ago: int = 0, spend: int = 0) -> Step:
    """A purchase of lines: number, category, pieces, price of one in minor units."""
    sold = [
        {"sku": sku, "category": category, "quantity": quantity, "price": price, "name": sku.replace("-", " ").title()}
        for sku, category, quantity, price in lines
    ]
    return Step(words, "purchases", {"lines": sold, "spend": spend} if spend else {"lines": sold}, days_ago)


MENU = ("hero-menu", "menus", 1, 1290)

PLOTS: Mapping[str, Sequence[Step]] = {
    "burger-bonus": (
        bought("She buys for the first time", MENU, days_ago=12),
        bought("She comes again", MENU, days_ago=8),
        bought("And again", MENU, ("milk-shake", "drinks", 1, 490), days_ago=3),
        bought("The fourth time within 30 days gives three times as much", MENU, days_ago=1),
        bought("Today 400 points pay, and the rest is money", MENU, ("fries", "sides", 2, 350), spend=400),
        Step("It is her birthday", NIGHT),
    ),
    "coffee-stars": (
        bought("Two drinks before work", ("flat-white", "drink", 2, 390), days_ago=9),
        bought("One in her own mug", ("filter", "drink", 1, 290), ("own-mug", "mug", 1, 0), days_ago=6),
        bought("She brings the office", ("cappuccino", "drink", 6, 380), ("banana-bread", "food", 3, 320), days_ago=2),
        Step("It is her birthday: a drink is waiting", NIGHT),
        bought("Fifty beans pay a drink", ("latte", "drink", 1, 400), spend=50),
    ),
    "beauty-tiers": (
        bought("She begins with a cream", ("day-cream", "care", 1, 5400), days_ago=60),
        bought("A fragrance, and all that goes with it", ("peony-water", "fragrance", 2, 12900), days_ago=20),
        bought("A gift for a friend lifts her to the top", ("silk-set", "care", 3, 21000)),
        Step("It is her birthday: a gift and more, as her tier has it", NIGHT),
    ),
    "market-circle": (
        bought("A basket, as a guest", ("basket", "groceries", 1, 6200), days_ago=3),
        Step("She joins the Circle for a year", "memberships", {"tier": "circle"}),
        bought("The same basket, in the Circle", ("basket", "groceries", 1, 6200), ("red-wine", "alcohol", 1, 1400)),
    ),
    "running-club": (
        *(Step(f"Run number {10 - days}", "visits", {"place": "Canal"}, days) for days in range(9, -1, -1)),
        Step("She finishes a race", "events", {"name": "race-finished"}),
        Step("She shares a route", "events", {"name": "route-shared"}),
    ),
    "reader-card": (
        bought("A novel and a pot of tea", ("novel", "books", 1, 2200), ("tea", "drinks", 1, 450), days_ago=4),
        Step("It is her birthday: a gift is waiting", NIGHT),
    ),
}
"""Preset -> what happens, in its order."""
