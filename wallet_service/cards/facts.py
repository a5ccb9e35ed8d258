"""What happened to cards, named in the past. What follows from it stands in flows.py."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CardsChanged:
    """Some cards show something new; whoever shows them is due to be told."""

    wallets: frozenset[str] = frozenset({"apple"})
    """Where any of them is due (`push_due.wallet`)."""


@dataclass(frozen=True, slots=True)
class TemplatePublished:
    """A template has a new version, and cards of older ones."""

    template_version_id: str


@dataclass(frozen=True, slots=True)
class CardsRestyled:
    """All cards of a template have moved to its newest version; their phones are to be told at a pace."""

    template_version_id: str
