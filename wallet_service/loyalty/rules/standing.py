"""How a member stands: what mechanics and tiers have to know of the past. PURE.

One fold makes it: `engine.take_in` steps from one happening to the next. The service keeps the result of every step;
a quote throws its step away; the time machine runs all steps at once. So all three give the same answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

new = tuple.__new__
"""Makes a named tuple of a tuple. Its class does so in half again the time or more, which is a fair part of a step."""


class Day(NamedTuple):
    """A day of the programme's calendar on which a member did something, and all that was counted before it began.

    What falls within some days is a difference of two counts, however many days there are.
    """

    day: int
    """`date.toordinal`."""
    purchases: int = 0
    visits: int = 0
    spent: int = 0
    points: int = 0


class Done(NamedTuple):
    """How often a mechanic has given this member something."""

    times: int
    period: int
    """The first day (`date.toordinal`) of the day, week, month or year that the next figure is about."""
    in_period: int
    occasion: str
    """The last one: it gives nothing a second time for it."""


@dataclass(slots=True)
class Standing:
    """A member's standing. A step changes it in place; `copy` before a step that is not kept."""

    tier: str = ""
    tier_since: date | None = None
    tier_until: date | None = None
    """The last day for which it is sure; None: it has no end."""
    purchases: int = 0
    """Ever."""
    visits: int = 0
    spent: int = 0
    points: int = 0
    last_purchase: int = 0
    """Its day; 0: none."""
    days: list[Day] = field(default_factory=list)
    """The newest last; as far back as the rulebook's longest window."""
    goods: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    """Goods that the rulebook counts by days (`assortment.key_of`) -> day and pieces before it, the newest last."""
    pieces: dict[str, int] = field(default_factory=dict)
    """All goods that it counts -> pieces ever."""
    done: dict[str, Done] = field(default_factory=dict)
    """Mechanic -> how often."""
    tracks: str = ""
    """Which windows and goods are kept here (`engine.tracks_of`); another rulebook may want others: then it is made anew
    from the purchases."""

    def copy(self) -> "Standing":
        """Another one that is as this."""
        return Standing(
            self.tier,
            self.tier_since,
            self.tier_until,
            self.purchases,
            self.visits,
            self.spent,
            self.points,
            self.last_purchase,
            self.days.copy(),
            {key: counted.copy() for key, counted in self.goods.items()},
            self.pieces.copy(),
            self.done.copy(),
            self.tracks,
        )


def to_document(standing: Standing) -> dict[str, Any]:
    """The standing as it is kept, without its tier, which has columns of its own."""
    counts = [standing.purchases, standing.visits, standing.spent, standing.points, standing.last_purchase]
    return {
        "counts": counts,
        "days": [tuple(day) for day in standing.days],
        "goods": standing.goods,
        "pieces": standing.pieces,
        "done": {name: tuple(done) for name, done in standing.done.items()},
        "tracks": standing.tracks,
    }


def from_document(document: Mapping[str, Any], tier: str, tier_since: date | None, tier_until: date | None) -> Standing:
    """The standing of a kept document."""
    purchases, visits, spent, points, last_purchase = document["counts"]
    return Standing(
        tier,
        tier_since,
        tier_until,
        purchases,
        visits,
        spent,
        points,
        last_purchase,
        [Day(*day) for day in document["days"]],
        {key: [(day, pieces) for day, pieces in counted] for key, counted in document["goods"].items()},
        dict(document["pieces"]),
        {name: Done(*done) for name, done in document["done"].items()},
        document["tracks"],
    )
