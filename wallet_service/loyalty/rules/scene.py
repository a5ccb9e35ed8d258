"""A happening as mechanics look at it, the member's standing beside it. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from wallet_service.loyalty.rules.happening import Happening
from wallet_service.loyalty.rules.standing import Standing


@dataclass(slots=True)
class Scene:
    """One happening, already counted in the standing."""

    standing: Standing
    happening: Happening
    day: int
    """Of the happening, as `date.toordinal` has it."""
    bought_before: int
    """The day of the purchase before; 0: none."""
    sums: Sequence[int]
    """What the rules ask about its goods, by the number of the question."""
    shared: int = 0
    """Points that shares (`Percent`) have given for this happening so far."""
    tiers: list[str] = field(default_factory=list)
    """Tiers to be given when every mechanic has been asked: none sees what another one does."""
