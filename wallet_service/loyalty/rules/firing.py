"""Firing: what one mechanic gives for one happening, all of it or nothing. PURE."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from wallet_service.amounts import MOST
from wallet_service.loyalty.rules.assortment import Assortment
from wallet_service.loyalty.rules.conditions import Check, Figure, all_of, check_of, crossings_of
from wallet_service.loyalty.rules.effects import Amount, amounts_of, multiples_of
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.limits import BOUNDLESS, FIRST_DAY, FirstDay, may_of
from wallet_service.loyalty.rules.rulebook import GiveOffer, GiveTier, Mechanic, SendMessage
from wallet_service.loyalty.rules.scene import Scene
from wallet_service.loyalty.rules.standing import Done
from wallet_service.loyalty.rules.verdict import Gift, Hook, Points

BY_DAYS = {Trigger.INACTIVE, Trigger.EXPIRING}
"""What happens after, or before, so many days."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A mechanic, compiled."""

    name: str
    holds: Check
    """Whether it fires, but for its limits."""
    may: Callable[[Done, Scene], bool]
    """Whether it may after what it has done."""
    first_day: FirstDay
    crossings: tuple[Figure, ...]
    most: int
    budget: int | None
    amounts: tuple[Amount, ...]
    multiples: tuple[Amount, ...]
    gifts: tuple[Gift, ...]
    hooks: tuple[Hook, ...]
    tiers: tuple[str, ...]


def compile_rule(mechanic: Mechanic, assortment: Assortment, worth: int) -> Rule:
    """The mechanic as functions of the scene; `worth`: minor units that a point pays."""
    name, gives, limits = mechanic.name, mechanic.gives, mechanic.limits
    return Rule(
        name,
        all_of([*_hears(mechanic), check_of(mechanic.when, assortment)]),
        may_of(limits),
        FIRST_DAY[limits.period],
        crossings_of(mechanic.when, assortment),
        BOUNDLESS if limits.most is None else limits.most,
        limits.budget,
        amounts_of(gives, assortment, worth),
        multiples_of(gives),
        tuple(Gift(name, each.offer) for each in gives if isinstance(each, GiveOffer)),
        tuple(Hook(name, each.hook) for each in gives if isinstance(each, SendMessage)),
        tuple(each.tier for each in gives if isinstance(each, GiveTier)),
    )


def _hears(mechanic: Mechanic) -> Iterable[Check]:
    """Whether it is this very event, tier, number of days that sets it off."""
    name, days = mechanic.of, mechanic.days
    if name:
        yield lambda scene: scene.happening.name == name
    if mechanic.trigger in BY_DAYS:
        yield lambda scene: scene.happening.days == days


@dataclass(slots=True)
class Firing:
    """What a mechanic is about to give."""

    rule: Rule
    done: Done | None
    """What it has given before."""
    times: int
    """How many multiples were come to at once."""
    room: int
    """Points that it may still give."""
    points: list[Points] = field(default_factory=list)
    total: int = 0

    def draw(self, amounts: Sequence[Amount], scene: Scene) -> None:
        """Add these points, as far as there is room; shares are known to the scene from now on.

        Raises `OverflowError`: nobody is given so many points at once.
        """
        for figure, life, to, is_share in amounts:
            points = min(figure(scene, self.times), self.room)
            if points > 0:
                self.room -= points
                self.total += points
                self.points.append(Points(self.rule.name, points, life, to))
                if is_share:
                    scene.shared += points
        if self.total > MOST:
            raise OverflowError(f"{self.total} points at once are more than {MOST}")


def fire(rule: Rule, scene: Scene, left: Mapping[str, int]) -> Firing | None:
    """What a mechanic gives before multiples of shares; None: it does not fire."""
    done = scene.standing.done.get(rule.name)
    if done is not None and not rule.may(done, scene):
        return None
    times = min([crossed(scene) for crossed in rule.crossings]) if rule.crossings else 1
    room = rule.most if rule.budget is None else min(rule.most, left.get(rule.name, rule.budget))
    if times <= 0 or room <= 0:
        return None
    firing = Firing(rule, done, times, room)
    firing.draw(rule.amounts, scene)
    return firing
