"""The rules read plainly: every question is answered from all that a member has ever done, and nothing is made ready.

What the engine is measured against, and tested against: both have to say the same. For happenings in the order of days.
"""

from collections import Counter
from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from wallet_service.loyalty.rules.happening import Happening, Line, Trigger
from wallet_service.loyalty.rules.mechanic import (
    ALL,
    AtPlace,
    Basket,
    Beneficiary,
    Condition,
    Counted,
    During,
    Effect,
    GiveOffer,
    GiveTier,
    Goods,
    Grant,
    InTier,
    Measure,
    Mechanic,
    Multiply,
    Percent,
    Period,
    Recency,
    Referred,
    SendMessage,
)
from wallet_service.loyalty.rules.rulebook import Rulebook, Tier
from wallet_service.loyalty.rules.verdict import Gift, Hook, Points, Verdict

PERIODS: Mapping[Period, str] = {Period.DAY: "%x", Period.WEEK: "%G %V", Period.MONTH: "%Y %m", Period.YEAR: "%Y"}
ENDLESS = 1 << 62


@dataclass(slots=True)
class Past:
    """All that a member has done, and all that mechanics have given for it."""

    book: Rulebook
    happened: list[Happening] = field(default_factory=list)
    given: list[int] = field(default_factory=list)
    """Points, by happening."""
    fired: list[tuple[str, Happening]] = field(default_factory=list)
    tier: str = ""

    def step(self, happening: Happening, left: MutableMapping[str, int]) -> Verdict:
        """What follows from a happening, which belongs to the past from now on."""
        self.happened.append(happening)
        self.given.append(0)
        verdict = Verdict()
        self._ask(happening, verdict, left)
        if happening.trigger is Trigger.PURCHASE:
            self.given[-1] = sum(each.points for each in verdict.points if each.to is Beneficiary.MEMBER)
        reached = [tier.name for tier in self.book.tiers if self._reached(tier, happening.at.date())]
        self._come_to(verdict, reached[-1:])
        for name in verdict.reached:
            self._ask(_tier_reached(happening, name), verdict, left)
        return verdict

    def times(self) -> Mapping[str, int]:
        """How often each mechanic has given something."""
        return Counter(name for name, _ in self.fired)

    def _ask(self, happening: Happening, verdict: Verdict, left: MutableMapping[str, int]) -> None:
        asked = [each for each in self.book.mechanics if each.active and each.trigger is happening.trigger]
        firing = [
            (each, times) for each in asked if (times := self._times(each, happening)) > 0 and _room(each, left) > 0
        ]
        shared = 0
        given: dict[str, list[Points]] = {each.name: [] for each, _ in firing}
        for late in (False, True):
            for mechanic, times in firing:
                for effect in mechanic.gives:
                    if isinstance(effect, Multiply) is not late:
                        continue
                    room = _room(mechanic, left) - sum(each.points for each in given[mechanic.name])
                    points = min(room, self._points(effect, happening, times, shared))
                    shared += points if isinstance(effect, Percent) else 0
                    given[mechanic.name] += _as_points(mechanic, effect, points)
        for mechanic, times in firing:
            self._give(mechanic, happening, given[mechanic.name], times, verdict, left)
        for mechanic, _ in firing:
            self._come_to(verdict, [each.tier for each in mechanic.gives if isinstance(each, GiveTier)])

    def _give(
        self,
        mechanic: Mechanic,
        happening: Happening,
        points: list[Points],
        times: int,
        verdict: Verdict,
        left: MutableMapping[str, int],
    ) -> None:
        gifts = [Gift(mechanic.name, each.offer) for each in mechanic.gives if isinstance(each, GiveOffer)]
        hooks = [Hook(mechanic.name, each.hook) for each in mechanic.gives if isinstance(each, SendMessage)]
        if points or gifts or hooks or any(isinstance(each, GiveTier) for each in mechanic.gives):
            self.fired.append((mechanic.name, happening))
        verdict.points += points
        verdict.gifts += gifts * times
        verdict.hooks += hooks
        if mechanic.name in left:
            left[mechanic.name] -= sum(each.points for each in points)

    def _come_to(self, verdict: Verdict, names: list[str]) -> None:
        order = ["", *(tier.name for tier in self.book.tiers)]
        for name in names:
            if order.index(name) > order.index(self.tier):
                verdict.reached.append(name)
                self.tier = name

    def _reached(self, tier: Tier, day: date) -> bool:
        if not tier.reach:
            return tier.paid_days is None
        return any(self._count(each.measure, ALL, each.within, day) >= each.at_least for each in tier.reach)

    def _count(self, measure: Measure, goods: Goods, within: int | None, day: date) -> int:
        since = date.min if within is None else day - timedelta(days=within - 1)
        seen = zip(self.happened, self.given, strict=True)
        return sum(_adds(measure, goods, each, given) for each, given in seen if each.at.date() >= since)

    def _times(self, mechanic: Mechanic, happening: Happening) -> int:
        """How often it gives its points; 0: it does not fire."""
        if not (_hears(mechanic, happening) and self._may(mechanic, happening)):
            return 0
        if not all(self._holds(condition, happening) for condition in mechanic.when):
            return 0
        every = [each for each in mechanic.when if isinstance(each, Counted) and each.every]
        return min((self._crossings(each, happening) for each in every), default=1)

    def _may(self, mechanic: Mechanic, happening: Happening) -> bool:
        limits, period = mechanic.limits, PERIODS[mechanic.limits.period]
        fired = [each for name, each in self.fired if name == mechanic.name]
        lately = [each for each in fired if f"{each.at:{period}}" == f"{happening.at:{period}}"]
        if fired and fired[-1].occasion == happening.occasion:
            return False
        return len(fired) < (limits.per_member or ENDLESS) and len(lately) < (limits.times or ENDLESS)

    def _holds(self, condition: Condition, happening: Happening) -> bool:
        if isinstance(condition, Counted):
            counted = self._count(condition.measure, condition.goods, condition.within, happening.at.date())
            return _within(counted, condition)
        if isinstance(condition, Recency):
            bought = [each for each in self.happened if each.trigger is Trigger.PURCHASE and each is not happening]
            return bool(bought) and _within((happening.at.date() - bought[-1].at.date()).days, condition)
        if isinstance(condition, InTier):
            return self.tier in condition.tiers
        return HOLDS[type(condition)](condition, happening)

    def _crossings(self, counted: Counted, happening: Happening) -> int:
        now = self._count(counted.measure, counted.goods, None, happening.at.date())
        added = _adds(counted.measure, counted.goods, happening, 0)
        return sum(number % (counted.every or 1) == 0 for number in range(now - added + 1, now + 1))

    def _points(self, effect: Effect, happening: Happening, times: int, shared: int) -> int:
        if isinstance(effect, Grant):
            return effect.points * times * (effect.to is Beneficiary.MEMBER or happening.referred)
        if isinstance(effect, Multiply):
            return shared * (effect.by - 10_000) // 10_000
        return self._share(effect, happening) if isinstance(effect, Percent) else 0

    def _share(self, percent: Percent, happening: Happening) -> int:
        lines = _lines(happening)
        earning = [line for line in lines if not (self.book.unearning and self.book.unearning.has(line))]
        total = sum(line.total for line in lines)
        eligible = sum(line.total for line in earning if percent.goods.has(line))
        points = Fraction(happening.paid * eligible * percent.share, (total or 1) * 10_000)
        return floor(points / self.book.spending.worth)


def _lines(happening: Happening) -> Sequence[Line]:
    return happening.lines or ([Line("", "", 1, happening.paid)] if happening.paid else [])


def _hears(mechanic: Mechanic, happening: Happening) -> bool:
    by_days = mechanic.trigger in {Trigger.INACTIVE, Trigger.EXPIRING}
    return mechanic.of in {"", happening.name} and (not by_days or mechanic.days == happening.days)


def _room(mechanic: Mechanic, left: Mapping[str, int]) -> int:
    most = ENDLESS if mechanic.limits.most is None else mechanic.limits.most
    return min(most, left.get(mechanic.name, ENDLESS))


def _as_points(mechanic: Mechanic, effect: Any, points: int) -> list[Points]:
    to = effect.to if isinstance(effect, Grant) else Beneficiary.MEMBER
    return [Points(mechanic.name, points, effect.life, to)] if points > 0 else []


def _tier_reached(happening: Happening, tier: str) -> Happening:
    occasion = f"{happening.occasion} {tier}"
    return replace(happening, trigger=Trigger.TIER_REACHED, occasion=occasion, name=tier, lines=(), paid=0)


def _adds(measure: Measure, goods: Goods, happening: Happening, given: int) -> int:
    """How much a happening adds to a count."""
    return {
        Measure.PURCHASES: int(happening.trigger is Trigger.PURCHASE),
        Measure.VISITS: int(happening.trigger is Trigger.VISIT),
        Measure.SPENT: happening.paid,
        Measure.POINTS: given,
        Measure.QUANTITY: sum(line.quantity for line in _lines(happening) if goods.has(line)),
    }[measure]


def _within(figure: int, bounds: Counted | Recency) -> bool:
    return (bounds.at_least or 0) <= figure <= (ENDLESS if bounds.at_most is None else bounds.at_most)


def _basket(basket: Basket, happening: Happening) -> bool:
    held = [(line.quantity, line.total) for line in _lines(happening) if basket.goods.has(line)]
    return sum(pieces for pieces, _ in held) >= basket.quantity and sum(cost for _, cost in held) >= basket.worth


def _during(during: During, happening: Happening) -> bool:
    """By asking for the hours that began today, and for those that began yesterday."""
    day, begins = happening.at.date(), during.begins or time.min
    over = during.ends is not None and during.ends < begins
    for first in (day, day - timedelta(days=1)):
        start = datetime.combine(first, begins)
        end = datetime.combine(first + timedelta(days=over or not during.ends), during.ends or time.min)
        if start <= happening.at.replace(tzinfo=None) < end and _on_day(during, first):
            return True
    return False


def _on_day(during: During, day: date) -> bool:
    on = not during.weekdays or day.weekday() in during.weekdays
    return on and (during.since or date.min) <= day <= (during.until or date.max)


HOLDS: Mapping[type, Callable[[Any, Happening], bool]] = {
    AtPlace: lambda condition, happening: happening.place in condition.places,
    Basket: _basket,
    During: _during,
    Referred: lambda _, happening: happening.referred,
}
