"""Effects, compiled: what a mechanic that fires gives. PURE.

Money is shared over the lines of a purchase in proportion to what they cost, and rounded down once for each effect.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from wallet_service.loyalty.rules.assortment import About, Assortment
from wallet_service.loyalty.rules.mechanic import Beneficiary, Effect, Grant, Life, Multiply, Percent
from wallet_service.loyalty.rules.scene import Scene

WHOLE = 10_000
"""Basis points."""

Figure = Callable[[Scene, int], int]
"""Points, by the scene and by how many multiples were come to at once."""


class Amount(NamedTuple):
    """Points that an effect gives."""

    points: Figure
    life: Life
    to: Beneficiary = Beneficiary.MEMBER
    is_share: bool = False
    """Of what was paid: it is what `Multiply` multiplies."""


def amounts_of(effects: Iterable[Effect], assortment: Assortment, worth: int) -> tuple[Amount, ...]:
    """What is given at once: fixed points and shares."""
    return tuple(AMOUNTS[type(each)](each, assortment, worth) for each in effects if type(each) in AMOUNTS)


def multiples_of(effects: Iterable[Effect]) -> tuple[Amount, ...]:
    """What is given when all shares are known."""
    return tuple(_multiple(each) for each in effects if isinstance(each, Multiply))


def _grant(grant: Grant, _: Assortment, __: int) -> Amount:
    points = grant.points
    if grant.to is Beneficiary.REFERRER:
        return Amount(lambda scene, times: points * times if scene.happening.referred else 0, grant.life, grant.to)
    return Amount(lambda _, times: points * times, grant.life)


def _percent(percent: Percent, assortment: Assortment, worth: int) -> Amount:
    share, parts = percent.share, WHOLE * worth
    total, earning = assortment.total, assortment.ask(About.EARNING, percent.goods)

    def points(scene: Scene, _: int) -> int:
        sums = scene.sums
        return scene.happening.paid * sums[earning] * share // (sums[total] * parts) if sums[total] > 0 else 0

    return Amount(points, percent.life, is_share=True)


def _multiple(multiply: Multiply) -> Amount:
    more = multiply.by - WHOLE
    return Amount(lambda scene, _: scene.shared * more // WHOLE, multiply.life)


AMOUNTS: Mapping[type[Effect], Callable[[Any, Assortment, int], Amount]] = {Grant: _grant, Percent: _percent}
