"""What happened in loyalty, named in the past. What follows from it stands in flows.py."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MemberEnrolled:
    """Somebody joined a programme."""

    member_id: str
    moved_in: bool = False
    """Whether they were a member elsewhere before."""


@dataclass(frozen=True, slots=True)
class MemberErased:
    """Nothing says any more who a member was."""

    member_id: str


@dataclass(frozen=True, slots=True)
class BalanceChanged:
    """A member has more or fewer points than before."""

    member_id: str


@dataclass(frozen=True, slots=True)
class ExpiriesChanged:
    """A member has as many points as before, but they expire otherwise."""

    member_id: str


@dataclass(frozen=True, slots=True)
class MemberChanged:
    """Something else about a member that a card may show is different now."""

    member_id: str
    was: Mapping[str, str | None]
    """What changed, as it was before: some of `name`, `external_id`, `language`, `time_zone`."""


@dataclass(frozen=True, slots=True)
class StandingChanged:
    """A card may show another tier, goal, purchase or offer of a member (`member_standing.shown`)."""

    member_id: str
    fields: frozenset[str]
    """What may be different: some of `tier`, `goal`, `purchase`, `offers`."""


@dataclass(frozen=True, slots=True)
class MechanicParked:
    """A mechanic failed: it gives nothing until somebody has looked."""

    programme_id: str
    mechanic: str


@dataclass(frozen=True, slots=True)
class PurchaseRecorded:
    """Somebody bought something."""

    purchase_id: str
    member_id: str | None
    """None: somebody unknown."""


@dataclass(frozen=True, slots=True)
class MembersMerged:
    """Two members turned out to be one person: whoever names the absorbed one, means the survivor."""

    survivor_id: str
    absorbed_id: str


@dataclass(frozen=True, slots=True)
class MergeUndone:
    """They are two after all: the absorbed one is on its own again."""

    survivor_id: str
    absorbed_id: str


@dataclass(frozen=True, slots=True)
class SimulationAsked:
    """Somebody wants to know what other rules would have given."""

    simulation_id: str


@dataclass(frozen=True, slots=True)
class PointsOwed:
    """Points are to be granted to whoever brought a member."""


@dataclass(frozen=True, slots=True)
class CardInstalled:
    """A phone has put the card into its wallet; another one may have done so before."""

    card_id: str
