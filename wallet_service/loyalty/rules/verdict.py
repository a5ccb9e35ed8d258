"""What the rules say to a happening. PURE."""

from dataclasses import dataclass, field
from typing import NamedTuple

from wallet_service.loyalty.rules.mechanic import Beneficiary, Life


class Points(NamedTuple):
    """Points that a mechanic gives."""

    mechanic: str
    points: int
    life: Life
    to: Beneficiary = Beneficiary.MEMBER


@dataclass(frozen=True, slots=True)
class Gift:
    """An offer that a mechanic gives."""

    mechanic: str
    offer: str


@dataclass(frozen=True, slots=True)
class Hook:
    """A message that a mechanic asks for."""

    mechanic: str
    hook: str


@dataclass(frozen=True, slots=True)
class Trouble:
    """A mechanic that failed: it is to be parked; what the others give stands."""

    mechanic: str
    why: str


@dataclass(slots=True)
class Verdict:
    """All that follows from one happening."""

    points: list[Points] = field(default_factory=list)
    gifts: list[Gift] = field(default_factory=list)
    hooks: list[Hook] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    reached: list[str] = field(default_factory=list)
    """Tiers that the member has come to, the last one being the present."""
