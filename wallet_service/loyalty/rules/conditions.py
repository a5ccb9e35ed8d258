"""Conditions, compiled: each becomes a function of the scene. PURE."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time
from operator import attrgetter
from typing import Any

from wallet_service.loyalty.rules.assortment import About, Assortment, key_of
from wallet_service.loyalty.rules.counting import COLUMNS
from wallet_service.loyalty.rules.diary import between
from wallet_service.loyalty.rules.happening import PURCHASE, VISIT
from wallet_service.loyalty.rules.limits import BOUNDLESS, weekday
from wallet_service.loyalty.rules.mechanic import (
    AtPlace,
    Basket,
    Condition,
    Counted,
    During,
    InTier,
    Measure,
    Recency,
    Referred,
)
from wallet_service.loyalty.rules.scene import Scene

Check = Callable[[Scene], bool]
Figure = Callable[[Scene], int]


def check_of(conditions: Iterable[Condition], assortment: Assortment) -> Check:
    """Whether all of them hold, the cheap asked first. Multiples (`every`) are no matter of yes or no: `times_of`."""
    cheap_first = list(CHECKS)
    plain = [each for each in conditions if not (isinstance(each, Counted) and each.every)]
    plain.sort(key=lambda each: cheap_first.index(type(each)))
    return all_of([CHECKS[type(each)](each, assortment) for each in plain])


def all_of(checks: Sequence[Check]) -> Check:
    """All in one: a chain, so that one check alone is no dearer than itself."""
    if not checks:
        return lambda _: True
    first, *rest = checks
    if not rest:
        return first
    others = all_of(rest)
    return lambda scene: first(scene) and others(scene)


def times_of(conditions: Iterable[Condition], assortment: Assortment) -> Figure | None:
    """How many multiples all counts have come to by this happening; None: no multiples are asked for."""
    every = [_crossings(each, assortment) for each in conditions if isinstance(each, Counted) and each.every]
    if len(every) <= 1:
        return every[0] if every else None
    return lambda scene: min([crossed(scene) for crossed in every])


def _referred(_: Referred, __: Assortment) -> Check:
    return lambda scene: scene.happening.referred


def _in_tier(condition: InTier, _: Assortment) -> Check:
    tiers = condition.tiers
    return lambda scene: scene.standing.tier in tiers


def _at_place(condition: AtPlace, _: Assortment) -> Check:
    places = condition.places
    return lambda scene: scene.happening.place in places


def _recency(condition: Recency, _: Assortment) -> Check:
    least, most = condition.at_least or 0, BOUNDLESS if condition.at_most is None else condition.at_most
    return lambda scene: scene.bought_before > 0 and least <= scene.day - scene.bought_before <= most


def _during(condition: During, _: Assortment) -> Check:
    """Hours over midnight belong to the day on which they begin."""
    on_day, begins, ends = _on_day(condition), condition.begins or time.min, condition.ends
    if ends is None:
        return lambda scene: on_day(scene.day) and begins <= scene.happening.at.time()
    if begins <= ends:
        return lambda scene: on_day(scene.day) and begins <= scene.happening.at.time() < ends

    def overnight(scene: Scene) -> bool:
        clock = scene.happening.at.time()
        return on_day(scene.day) if begins <= clock else clock < ends and on_day(scene.day - 1)

    return overnight


def _on_day(condition: During) -> Callable[[int], bool]:
    weekdays = condition.weekdays or frozenset(range(7))
    since, until = (condition.since or date.min).toordinal(), (condition.until or date.max).toordinal()
    return lambda day: since <= day <= until and weekday(day) in weekdays


def _counted(condition: Counted, _: Assortment) -> Check:
    figure, least = _figure(condition), condition.at_least or 0
    if condition.at_most is None:
        return lambda scene: figure(scene) >= least
    most = condition.at_most
    return lambda scene: least <= figure(scene) <= most


def _basket(condition: Basket, assortment: Assortment) -> Check:
    pieces, cost = (assortment.ask(about, condition.goods) for about in (About.PIECES, About.COST))
    quantity, worth = condition.quantity, condition.worth
    return lambda scene: scene.sums[pieces] >= quantity and scene.sums[cost] >= worth


CHECKS: Mapping[type[Condition], Callable[[Any, Assortment], Check]] = {
    Referred: _referred,
    InTier: _in_tier,
    AtPlace: _at_place,
    Recency: _recency,
    During: _during,
    Counted: _counted,
    Basket: _basket,
}
"""The cheap first."""


def _figure(counted: Counted) -> Figure:
    """What is counted, this happening included; points, which it may still give, as they were before it."""
    if counted.measure is Measure.QUANTITY:
        return _pieces(key_of(counted.goods), counted.within)
    ever: Figure = attrgetter(f"standing.{counted.measure}")
    if counted.within is None:
        return ever
    column, within = COLUMNS[counted.measure], counted.within
    return lambda scene: between(scene.standing.days, column, ever(scene), within, scene.day)


def _pieces(key: str, within: int | None) -> Figure:
    if within is None:
        return lambda scene: scene.standing.pieces.get(key, 0)

    def pieces(scene: Scene) -> int:
        standing = scene.standing
        return between(standing.goods.get(key, ()), 1, standing.pieces.get(key, 0), within, scene.day)

    return pieces


def _crossings(counted: Counted, assortment: Assortment) -> Figure:
    every, figure, caused = counted.every or 1, _figure(counted), _caused(counted, assortment)

    def crossings(scene: Scene) -> int:
        now = figure(scene)
        return now // every - (now - caused(scene)) // every

    return crossings


def _caused(counted: Counted, assortment: Assortment) -> Figure:
    """What this happening alone adds to a count."""
    if counted.measure is Measure.QUANTITY:
        question = assortment.ask(About.PIECES, counted.goods)
        return lambda scene: scene.sums[question]
    return CAUSED[counted.measure]


CAUSED: Mapping[Measure, Figure] = {
    Measure.PURCHASES: lambda scene: int(scene.happening.trigger is PURCHASE),
    Measure.VISITS: lambda scene: int(scene.happening.trigger is VISIT),
    Measure.SPENT: lambda scene: scene.happening.paid,
    Measure.POINTS: lambda _: 0,
}
