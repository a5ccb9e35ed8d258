"""Programme files for tests: one that says everything, the parts of others, and what is found wrong with them."""

import tomllib
from collections.abc import Mapping
from typing import Any

import pytest

from wallet_service.loyalty.rules.forms import Finding, RulebookInvalid
from wallet_service.loyalty.rules.mechanic import Mechanic
from wallet_service.loyalty.rules.reading import read_rulebook

EVERYTHING = """
currency = "EUR"
[spending]
worth = 2
most_percent = 50
least_pay = 100
exclude = { categories = ["tobacco"], skus = [] }
[earning]
exclude = { categories = ["tobacco", "gift-card"] }

[[tiers]]
name = "silver"
title = { en = "Silver" }

[[tiers]]
name = "gold"
title = { en = "Gold", ru = "Золотой" }
reach = [ { spent = 50000, within_days = 365 }, { purchases = 20, within_days = 365 }, { visits = 9 }, { points = 7 } ]
term_days = 100
grace_days = 30
paid_days = 365

[[mechanics]]
name = "cashback-15"
title = { en = "15 % back", pt-br = "15 % de volta" }
why = { en = "{points} back for your receipt {receipt}" }
stage = "developing"
on = "purchase"
when = [
  { purchases = { at_least = 4, at_most = 9, within_days = 30 } }, { spent = { at_least = 1 } },
  { visits = { at_most = 3 } }, { points = { at_least = 5 } },
  { quantity = { categories = ["coffee"], skus = ["7"], every = 6 } },
  { basket = { categories = ["coffee"], quantity = 1, worth = 500 } },
  { last_purchase = { at_least_days = 0, at_most_days = 30 } }, { places = ["mitte"] }, { tiers = ["gold"] },
  { referred = true },
  { weekdays = ["mon", "tue"], from = "14:00", to = 17:30:00, since = 2026-12-01, until = "2026-12-31" } ]
give = [
  { percent = 12.5, goods = { categories = [] }, live_days = 90, delay_days = 1 }, { points = 300, live_days = 30 },
  { points = 200, to = "referrer" }, { multiply = 1.5 }, { offer = "free-coffee" }, { tier = "gold" },
  { message = "welcome" } ]
limits = { per_member = 1, times = 2, period = "month", most = 500, budget = 100000 }

[[mechanics]]
name = "lost"
title = { en = "We miss you" }
why = { en = "{points} after {days} days" }
on = "inactive"
days = 60
give = [ { points = 100, live_days = 30 } ]
active = false

[[mechanics]]
name = "lost-cart"
title = { en = "Something is waiting" }
on = "event"
of = "cart_abandoned"
give = [ { message = "cart" } ]

[[offers]]
name = "free-coffee"
title = { en = "A coffee" }
kind = "personal"
benefit = { gift = "coffee" }
"""

Document = dict[str, Any]

EVERYBODY: Document = {"name": "bronze", "title": {"en": "Bronze"}}
GOLD: Document = {"name": "gold", "title": {"en": "Gold"}, "reach": [{"spent": 500}]}
GIFT: Document = {"name": "gift", "title": {"en": "A gift"}, "kind": "personal", "benefit": {"gift": "7"}}


def everything() -> Document:
    """The file that says everything."""
    return tomllib.loads(EVERYTHING)


def mechanic(name: str = "m", **said: Any) -> Document:
    """A mechanic that is right, but for what is said here."""
    usual = {"title": {"en": "M"}, "why": {"en": "+{points}"}, "on": "purchase", "give": [{"points": 5}]}
    return {"name": name, **usual, **said}


def file_with(*mechanics: Mapping[str, Any], **parts: Any) -> Document:
    """A programme file with these mechanics."""
    return {"currency": "EUR", "mechanics": list(mechanics), **parts}


def read_one(**said: Any) -> Mechanic:
    """The one mechanic of a file."""
    (only,) = read_rulebook(file_with(mechanic(**said))).mechanics
    return only


def findings(document: Any) -> list[Finding]:
    """What is wrong with a file, which must be something."""
    with pytest.raises(RulebookInvalid) as refused:
        read_rulebook(document)
    return list(refused.value.findings)


def places(document: Any) -> list[str]:
    """Where something is wrong with a file."""
    return [found.place for found in findings(document)]
