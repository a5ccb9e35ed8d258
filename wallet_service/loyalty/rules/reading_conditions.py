"""Reads the conditions of a mechanic: the tables of `when`. PURE."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from wallet_service.loyalty.rules.forms import Choice, Finding, Form, Key
from wallet_service.loyalty.rules.mechanic import (
    AtPlace,
    Basket,
    Condition,
    Counted,
    During,
    Goods,
    InTier,
    Measure,
    Recency,
    Referred,
)
from wallet_service.loyalty.rules.reading_values import (
    GOODS_KEYS,
    MOST_DAYS,
    day,
    hour,
    name,
    set_of,
    text,
    weekday,
    whole,
    yes,
)

NOTHING = frozenset[str]()


def counted_doubts(counted: Counted) -> Iterator[Finding]:
    """Bounds that no count can meet, or every one."""
    yield from _bounds(counted.at_least, counted.at_most, "at_least")
    if counted.every is not None and counted.within is not None:
        yield Finding("every", "a count within a window goes down again", "Leave out every or within_days.")
    if counted.every is not None and not counted.at_least is counted.at_most is None:
        yield Finding("every", "this is a condition of its own", "Write the bounds into another table { … }.")
    if counted.at_least is counted.at_most is counted.every is None:
        yield Finding("", "this asks for no number", "Add at_least, at_most or every.")


def recency_doubts(recency: Recency) -> Iterator[Finding]:
    """The same of days."""
    yield from _bounds(recency.at_least, recency.at_most, "at_least_days")
    if recency.at_least is recency.at_most is None:
        yield Finding("", "this asks for no number of days", "Add at_least_days or at_most_days.")


def basket_doubts(basket: Basket) -> Iterator[Finding]:
    """A basket that every purchase is."""
    if not (basket.quantity or basket.worth):
        yield Finding("", "every purchase holds at least nothing", "Add quantity = 1, or a worth.")


def during_doubts(during: During) -> Iterator[Finding]:
    """Times that never come."""
    if during.since and during.until and during.since > during.until:
        yield Finding("since", f"{during.since} is after {during.until}", "Turn the two days around.")
    elif not day_comes(during):
        yield Finding("weekdays", "none of these days lies between since and until", "Name one that does.")
    if during.begins is not None and during.begins == during.ends:
        yield Finding("to", "no time lies between these hours", "Leave both out for the whole day.")


def day_comes(during: During) -> bool:
    """Whether there is a day that this allows."""
    if not (during.since and during.until):
        return True
    first, days = during.since, (during.until - during.since).days + 1
    weekdays = {(first + timedelta(days=after)).weekday() for after in range(min(days, 7))}
    return bool(weekdays & during.weekdays if during.weekdays else weekdays)


def _bounds(least: int | None, most: int | None, key: str) -> Iterable[Finding]:
    if least is not None and most is not None and least > most:
        yield Finding(key, f"nothing is at least {least} and at most {most}", "Turn the two numbers around.")


def _counted(
    measure: Measure,
    within_days: int | None = None,
    at_least: int | None = None,
    at_most: int | None = None,
    every: int | None = None,
    skus: frozenset[str] = NOTHING,
    categories: frozenset[str] = NOTHING,
) -> Counted:
    return Counted(measure, Goods(skus, categories), within_days, at_least, at_most, every)


def _basket(
    quantity: int = 0, worth: int = 0, skus: frozenset[str] = NOTHING, categories: frozenset[str] = NOTHING
) -> Basket:
    return Basket(Goods(skus, categories), quantity, worth)


COUNTED_KEYS = {
    "at_least": Key(whole(1)),
    "at_most": Key(whole(0)),
    "within_days": Key(whole(1, MOST_DAYS)),
}
EVERY = {"every": Key(whole(1))}
MORE_KEYS: Mapping[Measure, Mapping[str, Key]] = {
    Measure.QUANTITY: {**EVERY, **GOODS_KEYS},
    Measure.POINTS: {},
}
"""What can be said of a measure beside its bounds: by how many points a count grows is not known when they are given."""
BASKET = Form(_basket, {"quantity": Key(whole(1)), "worth": Key(whole(1)), **GOODS_KEYS}, basket_doubts)
RECENCY = Form(
    Recency,
    {
        "at_least_days": Key(whole(0, MOST_DAYS), into="at_least"),
        "at_most_days": Key(whole(0, MOST_DAYS), into="at_most"),
    },
    recency_doubts,
)
DURING = Form(
    During,
    {
        "weekdays": Key(set_of(weekday, 7, 1)),
        "from": Key(hour, into="begins"),
        "to": Key(hour, into="ends"),
        "since": Key(day),
        "until": Key(day),
    },
    during_doubts,
)


def counted_form(measure: Measure) -> Form[Any]:
    """The form of `{ purchases = { … } }`."""
    keys = {**COUNTED_KEYS, **MORE_KEYS.get(measure, EVERY)}
    return alone(measure, Key(Form(partial(_counted, measure), keys, counted_doubts)))


def alone(word: str, key: Key) -> Form[Any]:
    """The form of a table whose one key is the condition."""
    return Form(lambda **said: said[word], {word: key})


CONDITION: Choice[Condition] = Choice(
    "condition",
    {measure.value: counted_form(measure) for measure in Measure}
    | {
        "basket": alone("basket", Key(BASKET)),
        "last_purchase": alone("last_purchase", Key(RECENCY)),
        "places": Form(AtPlace, {"places": Key(set_of(text(100), 200, 1))}),
        "tiers": Form(InTier, {"tiers": Key(set_of(name, 20, 1))}),
        "referred": Form(lambda **_: Referred(), {"referred": Key(yes)}),
    }
    | dict.fromkeys(DURING.keys, DURING),
)
