"""A rulebook: one immutable version of a programme's rules, understood. PURE."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from wallet_service.loyalty.rules.mechanic import Goods, Measure, Mechanic, Words


@dataclass(frozen=True, slots=True)
class Reach:
    """What it takes to have a tier."""

    measure: Measure
    at_least: int
    within: int | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """A standing in the programme. Tiers stand in their order, the lowest first."""

    name: str
    title: Words
    reach: Sequence[Reach] = ()
    """Any of them is enough. None: everybody has it, unless it is paid for."""
    paid_days: int | None = None
    """For how many days a paid membership lasts, today included; None: it cannot be bought."""
    term: int = 365
    """Days for which it is kept, once reached, before it is looked at again."""
    grace: int = 0
    """Days after that before it is lost."""


@dataclass(frozen=True, slots=True)
class Spending:
    """How points pay."""

    worth: int = 1
    """Minor units that a point pays."""
    most_share: int = 10_000
    """Basis points of the eligible goods' price that points may pay."""
    excluded: Goods | None = None
    """Goods that points never pay."""
    least_pay: int = 0
    """What is left to be paid in money at least."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """All rules of a programme."""

    currency: str = "EUR"
    spending: Spending = Spending()
    unearning: Goods | None = None
    """Goods that give no points."""
    mechanics: Sequence[Mechanic] = ()
    tiers: Sequence[Tier] = ()
    offers: frozenset[str] = field(default_factory=frozenset)
    """Names of offers that mechanics may give."""


EMPTY = Rulebook()
