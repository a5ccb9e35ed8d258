"""What standings under a rulebook have to keep: how many days, and the pieces of which goods. PURE."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wallet_service.loyalty.rules.assortment import key_of
from wallet_service.loyalty.rules.mechanic import Condition, Counted, Goods, Measure, Recency
from wallet_service.loyalty.rules.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class Tracks:
    """What is kept."""

    horizon: int
    """Days, the newest included, beyond which no rule looks back."""
    ever: Mapping[Goods, str]
    """Goods whose pieces are counted, and under which key."""
    daily: Mapping[Goods, str]
    """Those of them that are counted by days too."""

    def __str__(self) -> str:
        return f"{self.horizon} {' '.join(sorted(self.ever.values()))}/{' '.join(sorted(self.daily.values()))}"


def tracking(book: Rulebook) -> Tracks:
    """What these rules need. Those that are not active count too: to switch one on asks for nothing new."""
    pieces = [each for each in _conditions(book) if isinstance(each, Counted) and each.measure is Measure.QUANTITY]
    ever = {each.goods: key_of(each.goods) for each in pieces}
    daily = {each.goods: key_of(each.goods) for each in pieces if each.within is not None}
    return Tracks(max(_windows(book), default=1), ever, daily)


def _conditions(book: Rulebook) -> Iterator[Condition]:
    return (condition for mechanic in book.mechanics for condition in mechanic.when)


def _windows(book: Rulebook) -> Iterator[int]:
    """How far back each rule looks, in days."""
    for each in _conditions(book):
        if isinstance(each, Counted):
            yield each.within or 1
        elif isinstance(each, Recency):
            yield max(each.at_least or 0, each.at_most or 0) + 1
    yield from (reach.within or 1 for tier in book.tiers for reach in tier.reach)
