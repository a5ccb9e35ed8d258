"""Firing: what one mechanic gives for one happening, all of it or nothing. PURE."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from wallet_service.amounts import MOST
from wallet_service.loyalty.rules.assortment import Assortment
from wallet_service.loyalty.rules.conditions import Check, Figure, all_of, check_of, times_of
from wallet_service.loyalty.rules.effects import Amount, amounts_of, multiples_of
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.limits import BOUNDLESS, Again, again_of
from wallet_service.loyalty.rules.mechanic import GiveOffer, GiveTier, Mechanic, SendMessage
from wallet_service.loyalty.rules.scene import Scene
from wallet_service.loyalty.rules.standing import Done, new
from wallet_service.loyalty.rules.verdict import Gift, Hook, Points

BY_DAYS = {Trigger.INACTIVE, Trigger.EXPIRING}
"""What happens after, or before, so many days."""


class Extras(NamedTuple):
    """What a mechanic gives besides points."""

    gifts: tuple[Gift, ...]
    hooks: tuple[Hook, ...]
    tiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A mechanic, compiled."""

    name: str
    holds: Check
    """Whether it fires, but for its limits."""
    again: Again
    """Whether it may once more."""
    times: Figure | None
    """How many multiples were come to at once; None: no multiples are asked for."""
    most: int
    budget: int | None
    amounts: tuple[Amount, ...]
    multiples: tuple[Amount, ...]
    extras: Extras | None


def compile_rule(mechanic: Mechanic, assortment: Assortment, worth: int) -> Rule:
    """The mechanic as functions of the scene; `worth`: minor units that a point pays."""
    name, gives, limits = mechanic.name, mechanic.gives, mechanic.limits
    return Rule(
        name,
        all_of([*_hears(mechanic), check_of(mechanic.when, assortment)]),
        again_of(limits),
        times_of(mechanic.when, assortment),
        BOUNDLESS if limits.most is None else limits.most,
        limits.budget,
        amounts_of(gives, assortment, worth),
        multiples_of(gives),
        _extras_of(mechanic),
    )


def _extras_of(mechanic: Mechanic) -> Extras | None:
    name, gives = mechanic.name, mechanic.gives
    extras = Extras(
        tuple(Gift(name, each.offer) for each in gives if isinstance(each, GiveOffer)),
        tuple(Hook(name, each.hook) for each in gives if isinstance(each, SendMessage)),
        tuple(each.tier for each in gives if isinstance(each, GiveTier)),
    )
    return extras if any(extras) else None


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
    done: Done
    """How often it has, when this is given."""
    times: int
    """How many multiples were come to at once."""
    room: int
    """Points that it may give."""
    points: list[Points]
    total: int = 0

    def draw(self, amounts: Sequence[Amount], scene: Scene) -> None:
        """Add these points, as far as there is room; shares are known to the scene from now on.

        Raises `OverflowError`: nobody is given so many points at once.
        """
        total, shared = self.total, 0
        for figure, life, to, is_share in amounts:
            points = figure(scene, self.times)
            points = min(points, self.room - total)
            if points > 0:
                total += points
                self.points.append(new(Points, (self.rule.name, points, life, to)))
                if is_share:
                    shared += points
        if total > MOST:
            raise OverflowError(f"{total} points at once are more than {MOST}")
        self.total = total
        scene.shared += shared


def fire(rule: Rule, scene: Scene, left: Mapping[str, int]) -> Firing | None:
    """What a mechanic gives before multiples of shares; None: it does not fire."""
    times = rule.times(scene) if rule.times else 1
    room = rule.most if rule.budget is None else min(rule.most, left.get(rule.name, rule.budget))
    if times <= 0 or room <= 0:
        return None
    done = rule.again(scene.standing.done.get(rule.name), scene)
    if done is None:
        return None
    firing = Firing(rule, done, times, room, [])
    firing.draw(rule.amounts, scene)
    return firing
