"""Reads a programme file into a rulebook, or tells all that is wrong with it. PURE.

docs/programme-file.md describes the structure; it is the same in TOML and in JSON.
"""

from collections.abc import Mapping
from enum import StrEnum
from functools import partial
from typing import Any

from wallet_service.loyalty.rules.checks import mechanic_doubts
from wallet_service.loyalty.rules.checks_together import together_doubts
from wallet_service.loyalty.rules.draft import Draft
from wallet_service.loyalty.rules.forms import Choice, Form, Key, Place, RulebookInvalid, Wrong, table
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.mechanic import Goods, Measure, Mechanic
from wallet_service.loyalty.rules.offer_terms import read_offer
from wallet_service.loyalty.rules.reading_conditions import CONDITION
from wallet_service.loyalty.rules.reading_effects import EFFECT, LIMITS
from wallet_service.loyalty.rules.reading_values import (
    GOODS_KEYS,
    MOST_DAYS,
    currency,
    flag,
    listed,
    most_percent,
    name,
    numbered,
    one_of,
    text,
    whole,
    words,
)
from wallet_service.loyalty.rules.rulebook import Reach, Rulebook, Spending, Tier

MOST_MECHANICS = 200
MOST_TIERS = 20
MOST_OFFERS = 200
MOST_CONDITIONS = 20
MOST_EFFECTS = 10
MOST_WAYS = 5
"""To reach a tier."""
LONGEST_TITLE = 80
LONGEST_WHY = 300
NOTHING = frozenset[str]()
NAMED = 'Write name = "…", 1 to 40 of a-z, 0-9 and -.'
TITLED = 'Write title = { en = "…" }: members see it.'


class Stage(StrEnum):
    """Stages of a member's life with a brand."""

    ENGAGING = "engaging"
    DEVELOPING = "developing"
    RETAINING = "retaining"
    RETURNING = "returning"


def read_rulebook(document: Mapping[str, Any]) -> Rulebook:
    """The rules that a programme file says. Raises `RulebookInvalid` with everything that is wrong with it."""
    top = Place()
    draft = _drafted(document, top)
    top.note(together_doubts(draft))
    if top.findings:
        raise RulebookInvalid(top.findings)
    return draft.rulebook()


def _drafted(document: Any, top: Place) -> Draft:
    try:
        said = table(document, top)
    except Wrong:
        return Draft()
    named = {key: _names_in(said.get(key)) for key in ("tiers", "offers")}
    return Draft(**BOOK.fields(said, top), named=named)


def _names_in(entries: Any) -> frozenset[str]:
    """What a list of tables calls its entries, whether or not they can be read."""
    tables = [each for each in entries if isinstance(each, Mapping)] if isinstance(entries, list | tuple) else []
    return frozenset(each["name"] for each in tables if isinstance(each.get("name"), str))


def _excluded(skus: frozenset[str] = NOTHING, categories: frozenset[str] = NOTHING) -> Goods | None:
    """Goods that are left out: to name none means none here, not all."""
    return Goods(skus, categories) if skus or categories else None


def reach_form(measure: Measure) -> Form[Reach]:
    """The form of `{ spent = 50000, within_days = 365 }`."""
    keys = {measure.value: Key(whole(1), into="at_least"), "within_days": Key(whole(1, MOST_DAYS), into="within")}
    return Form(partial(Reach, measure), keys)


EXCLUDED = Form(_excluded, GOODS_KEYS)
SPENDING: Form[Spending] = Form(
    Spending,
    {
        "worth": Key(whole(1)),
        "most_percent": Key(most_percent, into="most_share"),
        "least_pay": Key(whole(0)),
        "exclude": Key(EXCLUDED, into="excluded"),
    },
)
EARNING: Form[Goods | None] = Form(lambda exclude=None: exclude, {"exclude": Key(EXCLUDED)})
REACH: Choice[Reach] = Choice(
    "way to reach a tier",
    {each.value: reach_form(each) for each in Measure if each is not Measure.QUANTITY},
)
TIER: Form[Tier] = Form(
    Tier,
    {
        "name": Key(name, NAMED),
        "title": Key(words(LONGEST_TITLE), TITLED),
        "reach": Key(listed(REACH, MOST_WAYS)),
        "paid_days": Key(whole(1, MOST_DAYS)),
        "term_days": Key(whole(1, MOST_DAYS), into="term"),
        "grace_days": Key(whole(0, MOST_DAYS), into="grace"),
    },
)
MECHANIC: Form[Mechanic] = Form(
    partial(Mechanic, why={}),
    {
        "name": Key(name, NAMED),
        "title": Key(words(LONGEST_TITLE), TITLED),
        "why": Key(words(LONGEST_WHY)),
        "stage": Key(one_of(Stage)),
        "on": Key(one_of(Trigger), 'Write what sets it off, such as on = "purchase".', into="trigger"),
        "of": Key(text(64)),
        "days": Key(whole(1, MOST_DAYS)),
        "when": Key(listed(CONDITION, MOST_CONDITIONS)),
        "give": Key(listed(EFFECT, MOST_EFFECTS, 1), "Write give = [ { points = 300 } ].", into="gives"),
        "limits": Key(LIMITS),
        "active": Key(flag),
    },
    mechanic_doubts,
)
BOOK: Form[Draft] = Form(
    Draft,
    {
        "currency": Key(currency, 'Write currency = "EUR", or another code of ISO 4217.'),
        "spending": Key(SPENDING),
        "earning": Key(EARNING, into="unearning"),
        "tiers": Key(numbered(TIER, MOST_TIERS)),
        "mechanics": Key(numbered(MECHANIC, MOST_MECHANICS)),
        "offers": Key(numbered(read_offer, MOST_OFFERS)),
    },
)
