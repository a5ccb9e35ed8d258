"""Contradictions within a mechanic: words that are right by themselves, and can never come to anything together. PURE."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

from wallet_service.loyalty.rules.forms import Finding
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.mechanic import (
    AtPlace,
    Basket,
    Beneficiary,
    Condition,
    Counted,
    During,
    Grant,
    InTier,
    Measure,
    Mechanic,
    Multiply,
    Percent,
    Recency,
    Referred,
)

PURCHASE_ONLY: Mapping[type[Any], str] = {
    Basket: "basket",
    Recency: "last_purchase",
    Percent: "percent",
    Multiply: "multiply",
}
"""Conditions and effects about the purchase that sets a mechanic off, by their words."""
DAYS_NEEDED = frozenset({Trigger.INACTIVE, Trigger.EXPIRING})
NAMED = frozenset({Trigger.EVENT, Trigger.SEGMENT, Trigger.TIER_REACHED})
"""Triggers of which there are several, each with a name."""
SOMEWHERE = frozenset({Trigger.PURCHASE, Trigger.VISIT, Trigger.EVENT, Trigger.TIER_REACHED})
"""Triggers that happen at a place."""
DAILY = frozenset({Trigger.BIRTHDAY, Trigger.INACTIVE, Trigger.EXPIRING})
"""Triggers that the calendar sets off, once a day, at no hour of its own."""
GROWS_ON: Mapping[Measure, Trigger] = {
    each: Trigger.VISIT if each is Measure.VISITS else Trigger.PURCHASE for each in Measure
}
"""What a count reaches its next multiple by."""
COUNTS_ITSELF: Mapping[Measure, Trigger] = {Measure.PURCHASES: Trigger.PURCHASE, Measure.VISITS: Trigger.VISIT}
PLACEHOLDERS: Mapping[str, Callable[[Mechanic], bool]] = {
    "points": lambda _: True,
    "receipt": lambda mechanic: mechanic.trigger is Trigger.PURCHASE,
    "days": lambda mechanic: mechanic.trigger in DAYS_NEEDED,
    "tier": lambda mechanic: mechanic.trigger is Trigger.TIER_REACHED and bool(mechanic.of),
}
"""What a `why` may show, and of which mechanics."""

HOLE = re.compile(r"\{([^{}]*)\}|[{}]")


def mechanic_doubts(mechanic: Mechanic) -> Iterator[Finding]:
    """Everything about a mechanic that contradicts itself."""
    for doubts in DOUBTS:
        yield from doubts(mechanic)


def gives_points(mechanic: Mechanic) -> bool:
    """Whether somebody's balance changes by it."""
    return any(isinstance(effect, Grant | Percent | Multiply) for effect in mechanic.gives)


def _trigger_doubts(mechanic: Mechanic) -> Iterator[Finding]:
    trigger = mechanic.trigger
    if trigger in DAYS_NEEDED and not mechanic.days:
        yield Finding("days", f"{trigger} needs a number of days", "Write days = 60.")
    if trigger not in DAYS_NEEDED and mechanic.days:
        yield Finding("days", f"{trigger} is not about a number of days", "Leave days out.")
    if trigger not in NAMED and mechanic.of:
        yield Finding("of", f"there is only one {trigger}", "Leave of out.")


def _purchase_doubts(mechanic: Mechanic) -> Iterator[Finding]:
    if mechanic.trigger is Trigger.PURCHASE:
        return
    for part, entries in (("when", mechanic.when), ("give", mechanic.gives)):
        for number, each in enumerate(entries):
            if word := PURCHASE_ONLY.get(type(each)):
                what = f"{mechanic.trigger} has no purchase that this could be about"
                yield Finding(f"{part}[{number}].{word}", what, 'Write on = "purchase", or leave it out.')


def _moment_doubts(mechanic: Mechanic) -> Iterator[Finding]:
    """Conditions that the trigger cannot meet."""
    trigger = mechanic.trigger
    for number, each in enumerate(mechanic.when):
        place = f"when[{number}]"
        if isinstance(each, AtPlace) and trigger not in SOMEWHERE:
            yield Finding(f"{place}.places", f"{trigger} happens at no place", "Leave the condition out.")
        if isinstance(each, During) and trigger in DAILY and not each.begins is each.ends is None:
            what = f"{trigger} is a matter of days, not of hours"
            yield Finding(place, what, "Leave from and to out.")
        if isinstance(each, Counted):
            yield from _count_doubts(each, trigger, f"{place}.{each.measure}")


def _count_doubts(counted: Counted, trigger: Trigger, place: str) -> Iterator[Finding]:
    grows = GROWS_ON[counted.measure]
    if counted.every is not None and trigger is not grows:
        yield Finding(f"{place}.every", f"{trigger} adds nothing to {counted.measure}", f'Write on = "{grows}".')
    if counted.at_most == 0 and trigger is COUNTS_ITSELF.get(counted.measure):
        yield Finding(f"{place}.at_most", f"this {trigger} counts itself", "Write 1 or more.")


def _apart_doubts(mechanic: Mechanic) -> Iterator[Finding]:
    """Conditions that hold one by one, and never together."""
    for what, choices_of in CHOICES.items():
        choices = [choice for each in mechanic.when if (choice := choices_of(each))]
        if choices and not reduce(frozenset.intersection, choices):
            yield Finding("when", f"no {what} meets all conditions at once", "Leave one of them out.")
    days = [each for each in mechanic.when if isinstance(each, During)]
    since = [each.since for each in days if each.since]
    until = [each.until for each in days if each.until]
    if since and until and max(since) > min(until) and all(_in_order(each) for each in days):
        yield Finding("when", f"no day is since {max(since)} and until {min(until)}", "Leave one of them out.")


def _in_order(during: During) -> bool:
    return not (during.since and during.until) or during.since <= during.until


CHOICES: Mapping[str, Callable[[Condition], frozenset[Any]]] = {
    "weekday": lambda each: each.weekdays if isinstance(each, During) else frozenset(),
    "tier": lambda each: each.tiers if isinstance(each, InTier) else frozenset(),
    "place": lambda each: each.places if isinstance(each, AtPlace) else frozenset(),
}
"""What a condition leaves to choose from; empty: it asks for nothing of the kind."""


def _referrer_doubts(mechanic: Mechanic) -> Iterator[Finding]:
    if any(isinstance(each, Referred) for each in mechanic.when):
        return
    for number, each in enumerate(mechanic.gives):
        if isinstance(each, Grant) and each.to is Beneficiary.REFERRER:
            yield Finding(
                f"give[{number}].to", "not everybody was brought by somebody", "Add { referred = true } to when."
            )


def _limit_doubts(mechanic: Mechanic) -> Iterator[Finding]:
    if gives_points(mechanic):
        return
    for key in ("most", "budget"):
        if getattr(mechanic.limits, key) is not None:
            yield Finding(f"limits.{key}", "this limits points, and no points are given", "Use per_member or times.")


def _why_doubts(mechanic: Mechanic) -> Iterator[Finding]:
    if gives_points(mechanic) and not mechanic.why:
        yield Finding("why", "members must be told why they got points", 'Write why = { en = "…" }.')
    known = [name for name, fits in PLACEHOLDERS.items() if fits(mechanic)]
    told = ", ".join(f"{{{name}}}" for name in known)
    for language, text in mechanic.why.items():
        for hole in HOLE.finditer(text):
            if hole[1] not in known:
                yield Finding(f"why.{language}", f'"{hole[0]}" cannot be shown here', f"This one may show {told}.")


DOUBTS: Sequence[Callable[[Mechanic], Iterator[Finding]]] = (
    _trigger_doubts,
    _purchase_doubts,
    _moment_doubts,
    _apart_doubts,
    _referrer_doubts,
    _limit_doubts,
    _why_doubts,
)
