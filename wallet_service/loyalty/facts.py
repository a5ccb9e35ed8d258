"""What happened in loyalty, named in the past. What follows from it stands in flows.py."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MemberEnrolled:
    """Somebody joined a programme."""

    member_id: str


@dataclass(frozen=True, slots=True)
class MemberChanged:
    """Something about a member that a card may show is different now."""

    member_id: str
    fields: frozenset[str]
    """Placeholder fields that changed: `balance`, `name`, `first_name`, `external_id`, `language`."""
