"""Limits, compiled: whether a mechanic may give a member something once more. PURE.

Time does not run backwards: what happened in an earlier period than the last that was counted, counts in that one.
"""

from collections.abc import Callable, Mapping
from datetime import date

from wallet_service.loyalty.rules.mechanic import Limits, Period
from wallet_service.loyalty.rules.scene import Scene
from wallet_service.loyalty.rules.standing import Done, new

BOUNDLESS = 1 << 62
"""More than anything comes to."""

FirstDay = Callable[[Scene], int]
Again = Callable[[Done | None, Scene], Done | None]


def weekday(day: int) -> int:
    """Of a day (`date.toordinal`); 0 is Monday: days are counted from one, that of the year 1."""
    return (day - 1) % 7


FIRST_DAY: Mapping[Period, FirstDay] = {
    Period.DAY: lambda scene: scene.day,
    Period.WEEK: lambda scene: scene.day - weekday(scene.day),
    Period.MONTH: lambda scene: scene.day - scene.happening.at.day + 1,
    Period.YEAR: lambda scene: date(scene.happening.at.year, 1, 1).toordinal(),
}
"""The day on which the period of a happening began: by it periods follow each other, of whatever kind they are."""


def again_of(limits: Limits) -> Again:
    """How often a mechanic with these limits has given something, this time included; None: it may not once more."""
    per_member, times = limits.per_member or BOUNDLESS, limits.times or BOUNDLESS
    first_day = FIRST_DAY[limits.period]

    def again(done: Done | None, scene: Scene) -> Done | None:
        period, occasion = first_day(scene), scene.happening.occasion
        if done is None:
            return new(Done, (1, period, 1, occasion))
        ever, since, in_period, last = done
        if last == occasion or ever >= per_member:
            return None
        if since < period:
            return new(Done, (ever + 1, period, 1, occasion))
        return new(Done, (ever + 1, since, in_period + 1, occasion)) if in_period < times else None

    return again
