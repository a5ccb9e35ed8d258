"""Limits, compiled: whether a mechanic may give a member something once more, and how often it has. PURE.

Time does not run backwards: what happened in an earlier period than the last that was counted, counts in that one.
"""

from collections.abc import Callable, Mapping
from datetime import date

from wallet_service.loyalty.rules.rulebook import Limits, Period
from wallet_service.loyalty.rules.scene import Scene
from wallet_service.loyalty.rules.standing import Done

BOUNDLESS = 1 << 62
"""More than anything comes to."""

FirstDay = Callable[[Scene], int]

FIRST_DAY: Mapping[Period, FirstDay] = {
    Period.DAY: lambda scene: scene.day,
    Period.WEEK: lambda scene: scene.day - (scene.day - 1) % 7,  # days are counted from a Monday: that of the year 1
    Period.MONTH: lambda scene: scene.day - scene.happening.at.day + 1,
    Period.YEAR: lambda scene: date(scene.happening.at.year, 1, 1).toordinal(),
}
"""The day on which the period of a happening began: by it periods follow each other, of whatever kind they are."""


def may_of(limits: Limits) -> Callable[[Done, Scene], bool]:
    """Whether a mechanic with these limits may give again after what it has done."""
    if limits.per_member is None and limits.times is None:
        return lambda done, scene: done.occasion != scene.happening.occasion
    per_member, times = limits.per_member or BOUNDLESS, limits.times or BOUNDLESS
    first_day = FIRST_DAY[limits.period]

    def may(done: Done, scene: Scene) -> bool:
        if done.times >= per_member or done.occasion == scene.happening.occasion:
            return False
        return done.in_period < times or done.period < first_day(scene)

    return may


def once_more(done: Done | None, period: int, occasion: str) -> Done:
    """How often a mechanic has given something, this time included, on an occasion of the period that began that day."""
    if done is None:
        return Done(1, period, 1, occasion)
    if done.period < period:
        return Done(done.times + 1, period, 1, occasion)
    return Done(done.times + 1, done.period, done.in_period + 1, occasion)
