"""Tiers: rising, keeping, losing, and what is still missing for the next one. PURE.

A tier is reached where any of its `reach` is; without one everybody reaches it, unless it is paid for. Members rise at
once, to the highest tier that they reach. It is sure for `term` days, that of the rise included, a paid membership for
`paid_days`. When they are over, who reaches it (still or again) has it for another term; whoever does not, for the days
of grace. Then it is lost: what remains is the highest tier that is reached, or none.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from wallet_service.loyalty.rules.counting import count
from wallet_service.loyalty.rules.mechanic import Measure
from wallet_service.loyalty.rules.rulebook import Reach, Rulebook, Tier
from wallet_service.loyalty.rules.standing import Standing

DAY = timedelta(days=1)

Way = Callable[[Standing, int], bool]
"""Whether a member reaches a tier on a day (`date.toordinal`)."""


@dataclass(frozen=True, slots=True)
class Goal:
    """The next tier, and what is missing for it."""

    tier: str
    measure: Measure
    left: int
    """How much of what is measured: times, minor units or points."""


class Stair(NamedTuple):
    """A way to come to a tier."""

    tier: Tier
    reached: Way


Stairs = Mapping[str, Sequence[Stair]]
"""Tier -> the ways to those above it, the highest first; by the empty name, the ways to all of them."""


def stairs_of(book: Rulebook) -> Stairs:
    """The tiers, made ready for being asked often."""
    above = {name: reversed(_above(book, name)) for name in ("", *(tier.name for tier in book.tiers))}
    return {name: [Stair(tier, way) for tier in tiers for way in _ways(tier)] for name, tiers in above.items()}


def rise(stairs: Stairs, standing: Standing, day: int) -> list[str]:
    """Rise to the highest tier that is reached, if it is above the present one; the tier that this led to, or none."""
    for tier, reached in stairs.get(standing.tier, stairs[""]):
        if reached(standing, day):
            today = date.fromordinal(day)
            return _come_to(standing, tier, today, _sure_until(tier, today))
    return []


def give(book: Rulebook, standing: Standing, name: str, day: date) -> list[str]:
    """Give a tier, reached or not; the tier that this led to, or none.

    The present tier is sure for another term; one below it changes nothing. Raises `KeyError`: there is no such tier.
    """
    tier = tier_of(book, name)
    until = _sure_until(tier, day)
    if tier in _above(book, standing.tier):
        return _come_to(standing, tier, day, until)
    if name == standing.tier and standing.tier_until and until:
        standing.tier_until = max(standing.tier_until, until)
    return []


def join(book: Rulebook, standing: Standing, name: str, day: date) -> list[str]:
    """Buy a membership: from this day on, or from the end of the one that is running; the tier that this led to, or none.

    A tier above it stays as it is. Raises `KeyError`: there is no such tier, or it cannot be bought.
    """
    tier = tier_of(book, name)
    if tier.paid_days is None:
        raise KeyError(name)
    if tier in _above(book, standing.tier):
        return _come_to(standing, tier, day, day + (tier.paid_days - 1) * DAY)
    if name == standing.tier:
        standing.tier_until = max(standing.tier_until or day, day - DAY) + tier.paid_days * DAY
    return []


def settle(book: Rulebook, standing: Standing, day: date) -> str | None:
    """Look at a tier whose days are over: keep it, leave it in grace, or lose it; None: it is the same as before.

    Otherwise the tier that remains; empty: none. To be asked once on every day, and asking again changes nothing.
    """
    if standing.tier_until is None or day <= standing.tier_until:
        return None
    tier = next((tier for tier in book.tiers if tier.name == standing.tier), None)
    if tier and _reached(tier, standing, day):
        standing.tier_until = _sure_until(tier, day)
        return None
    if tier and day <= standing.tier_until + tier.grace * DAY:
        return None
    left = _highest(book.tiers, standing, day)
    _come_to(standing, left, day, _sure_until(left, day) if left else None)
    return standing.tier


def goal_of(book: Rulebook, standing: Standing, day: date) -> Goal | None:
    """The next tier that can be reached, by the measure of which the least share is missing; None: there is none."""
    for tier in _above(book, standing.tier):
        if tier.reach and not _reached(tier, standing, day):
            missing = [(_missing(reach, standing, day), reach) for reach in tier.reach]
            left, reach = min(missing, key=lambda each: each[0] / each[1].at_least)
            return Goal(tier.name, reach.measure, left)
    return None


def tier_of(book: Rulebook, name: str) -> Tier:
    """The tier of this name. Raises `KeyError`: there is none."""
    return {tier.name: tier for tier in book.tiers}[name]


def _above(book: Rulebook, name: str) -> Sequence[Tier]:
    """The tiers above this one; above none, all of them."""
    for place, tier in enumerate(book.tiers):
        if tier.name == name:
            return book.tiers[place + 1 :]
    return book.tiers


def _highest(tiers: Sequence[Tier], standing: Standing, day: date) -> Tier | None:
    return next((tier for tier in reversed(tiers) if _reached(tier, standing, day)), None)


def _reached(tier: Tier, standing: Standing, day: date) -> bool:
    return any(way(standing, day.toordinal()) for way in _ways(tier))


def _ways(tier: Tier) -> Sequence[Way]:
    if not tier.reach:
        return [] if tier.paid_days is not None else [lambda _, __: True]
    return [_way(reach) for reach in tier.reach]


def _way(reach: Reach) -> Way:
    """Who never came so far needs no counting of days."""
    measure, at_least, within = str(reach.measure), reach.at_least, reach.within
    return lambda standing, day: (
        getattr(standing, measure) >= at_least and count(standing, reach.measure, within, day) >= at_least
    )


def _missing(reach: Reach, standing: Standing, day: date) -> int:
    return reach.at_least - count(standing, reach.measure, reach.within, day.toordinal())


def _sure_until(tier: Tier, day: date) -> date | None:
    """The last sure day of a tier that is come to on this day without being bought; None: nobody ever loses it."""
    days = tier.term if tier.reach else tier.paid_days
    return None if days is None else day + (days - 1) * DAY


def _come_to(standing: Standing, tier: Tier | None, day: date, until: date | None) -> list[str]:
    standing.tier = tier.name if tier else ""
    standing.tier_since = day if tier else None
    standing.tier_until = until
    return [standing.tier]
