"""What happened in loyalty, named in the past. What follows from it stands in flows.py."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MemberEnrolled:
    """Somebody joined a programme."""

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
