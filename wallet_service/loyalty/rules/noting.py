"""Noting what happened in a member's standing, and taking out what came back. PURE."""

from collections.abc import Sequence
from typing import NamedTuple

from wallet_service.loyalty.rules.assortment import About, Assortment
from wallet_service.loyalty.rules.counting import add, add_pieces, take_out, take_pieces
from wallet_service.loyalty.rules.happening import PURCHASE, VISIT, Happening
from wallet_service.loyalty.rules.standing import Standing
from wallet_service.loyalty.rules.tracks import Tracks


class Kept(NamedTuple):
    """Goods whose pieces are counted."""

    question: int
    key: str
    horizon: int | None
    """For how many days; None: ever alone."""


class Notebook:
    """How standings under a rulebook are kept."""

    __slots__ = ("_goods", "horizon")

    def __init__(self, tracks: Tracks, assortment: Assortment) -> None:
        self.horizon = tracks.horizon
        self._goods = [
            Kept(assortment.ask(About.PIECES, goods), key, tracks.horizon if goods in tracks.daily else None)
            for goods, key in tracks.ever.items()
        ]

    def note(self, standing: Standing, happening: Happening, sums: Sequence[int], points: int = 0) -> None:
        """Count a purchase, with what it has given as far as that is known, or a visit; nothing else is counted."""
        day = happening.at.toordinal()
        if happening.trigger is PURCHASE:
            add(standing, day, self.horizon, 1, 0, happening.paid, points)
            standing.last_purchase = max(standing.last_purchase, day)
            for question, key, horizon in self._goods:
                if pieces := sums[question]:
                    add_pieces(standing, key, day, horizon, pieces)
        elif happening.trigger is VISIT:
            add(standing, day, self.horizon, 0, 1, 0, 0)

    def note_points(self, standing: Standing, day: int, points: int) -> None:
        """Count what a purchase of this day has given; the newest day, once it has begun, costs nothing."""
        if standing.days[-1].day == day:
            standing.points += points
        elif points:
            add(standing, day, self.horizon, 0, 0, 0, points)

    def take_out(self, standing: Standing, back: Happening, sums: Sequence[int], *, whole: bool) -> None:
        """Take what came back of a purchase out of its day; if `whole`, it is no purchase any more."""
        day = back.at.toordinal()
        take_out(standing, day, self.horizon, (int(whole), 0, back.paid, back.points))
        for question, key, _ in self._goods:
            if pieces := sums[question]:
                take_pieces(standing, key, day, pieces)
