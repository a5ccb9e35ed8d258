"""A programme file as far as it could be read. PURE."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from wallet_service.loyalty.rules.mechanic import Goods, Mechanic
from wallet_service.loyalty.rules.offer import OfferTerms
from wallet_service.loyalty.rules.rulebook import Rulebook, Spending, Tier


@dataclass(frozen=True, slots=True)
class Draft:
    """The parts that are right by themselves; mechanics, tiers and offers by their numbers in the file."""

    currency: str = ""
    spending: Spending = field(default_factory=Spending)
    unearning: Goods | None = None
    mechanics: Mapping[int, Mechanic] = field(default_factory=dict)
    tiers: Mapping[int, Tier] = field(default_factory=dict)
    offers: Mapping[int, OfferTerms] = field(default_factory=dict)
    named: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """All names under `tiers` and `offers`, even where the rest cannot be read."""

    def rulebook(self) -> Rulebook:
        """The rules, if nothing is wrong with them."""
        return Rulebook(
            self.currency,
            self.spending,
            self.unearning,
            tuple(self.mechanics.values()),
            tuple(self.tiers.values()),
            frozenset(offer.name for offer in self.offers.values()),
        )
