"""What a card may show of a member's standing: tier, next goal, last purchase, offers. PURE.

It is kept by those who know it (`member_standing.shown`), titles in every language of the programme's rules.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

Title = Mapping[str, str] | str
"""A text by its language, the first of which stands for all others; or one for all languages."""


@dataclass(frozen=True, slots=True)
class Goal:
    """The nearest next tier, and what is missing."""

    title: Title
    """Of the tier."""
    measure: str
    """What is counted: `purchases`, `visits`, `spent` or `points`."""
    left: int
    """Minor units, where money is counted."""
    currency: str
    """Of that money (ISO 4217); empty if nobody knows."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The last purchase."""

    on: date
    """By the calendar of the programme."""
    total: int
    """Minor units."""
    currency: str
    place: str
    goods: Sequence[str]
    points: int
    """How many it gave; fewer than none: how many it cost."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that is offered to the member."""

    title: Title
    until: date | None
    """The last day; None: it has no end."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything of it that a card may show."""

    tier: str = ""
    """Its name in the rules; empty: none."""
    title: Title = ""
    """Of the tier."""
    until: date | None = None
    """The last day for which the tier is sure."""
    goal: Goal | None = None
    purchase: Receipt | None = None
    offers: Sequence[Offer] = ()


NOTHING = Standing()


def read_standing(shown: Mapping[str, Any]) -> Standing:
    """The standing of what is kept; what is not kept is not shown."""
    tier, purchase = shown.get("tier") or {}, shown.get("purchase") or {}
    return Standing(
        tier=tier.get("name", ""),
        title=tier.get("title", ""),
        until=_day(tier.get("until")),
        goal=_goal(shown.get("goal") or {}, purchase),
        purchase=_receipt(purchase),
        offers=tuple(Offer(offer["title"], _day(offer.get("until"))) for offer in shown.get("offers") or ()),
    )


def in_language(title: Title, language: str) -> str:
    """The title in a language: the same, else the same without region, else the first."""
    if isinstance(title, str):
        return title
    wanted = (language, language.partition("-")[0], next(iter(title), ""))
    return next((title[tag] for tag in wanted if tag in title), "")


def _goal(goal: Mapping[str, Any], purchase: Mapping[str, Any]) -> Goal | None:
    if not goal:
        return None
    currency = goal.get("currency") or purchase.get("currency") or ""
    return Goal(goal["title"], goal["measure"], goal["left"], currency)


def _receipt(purchase: Mapping[str, Any]) -> Receipt | None:
    on = _day(purchase.get("at"))
    if on is None:
        return None
    place, names = purchase.get("place") or "", tuple(purchase.get("names") or ())
    return Receipt(on, purchase["total"], purchase.get("currency") or "", place, names, purchase.get("points") or 0)


def _day(moment: str | None) -> date | None:
    """The day of a day or a moment, in the zone in which it is written."""
    return datetime.fromisoformat(moment).date() if moment else None
