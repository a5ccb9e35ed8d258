"""Counting what a member does, ever and by days, and taking out what came back. PURE.

"Within N days" ends with the day for which it is asked, which is one of them. What comes back leaves the day on which it
was bought, and nothing is ever counted below nought.
"""

from collections.abc import Mapping

from wallet_service.loyalty.rules.diary import begin, between, take
from wallet_service.loyalty.rules.mechanic import Measure
from wallet_service.loyalty.rules.standing import Day, Standing

COLUMNS: Mapping[Measure, int] = {
    Measure.PURCHASES: Day._fields.index("purchases"),
    Measure.VISITS: Day._fields.index("visits"),
    Measure.SPENT: Day._fields.index("spent"),
    Measure.POINTS: Day._fields.index("points"),
}
"""Where a `Day` has what is measured."""


def count(standing: Standing, measure: Measure, within: int | None, day: int) -> int:
    """How much there is of anything but pieces: within some days up to this one, or ever."""
    ever: int = getattr(standing, measure)
    return ever if within is None else between(standing.days, COLUMNS[measure], ever, within, day)


def bought_before(standing: Standing, day: int) -> int:
    """The day of the last purchase up to this day; 0: none that is known."""
    if standing.last_purchase <= day:
        return standing.last_purchase
    return _last_purchase(standing, day, 0)


def add(standing: Standing, day: int, horizon: int, purchases: int, visits: int, spent: int, points: int) -> None:
    """Count this on its day, and ever."""
    now = standing.purchases, standing.visits, standing.spent, standing.points
    begin(standing.days, day, now, (purchases, visits, spent, points), horizon, Day)
    standing.purchases += purchases
    standing.visits += visits
    standing.spent += spent
    standing.points += points


def add_pieces(standing: Standing, key: str, day: int, horizon: int | None, pieces: int) -> None:
    """Count pieces of some goods ever and, where there is a horizon, by days."""
    ever = standing.pieces.get(key, 0)
    standing.pieces[key] = ever + pieces
    if horizon is not None:
        begin(standing.goods.setdefault(key, []), day, (ever,), (pieces,), horizon, tuple)


def take_out(standing: Standing, day: int, horizon: int, less: tuple[int, int, int, int]) -> None:
    """Take purchases, visits, money and points out of the day on which they were counted."""
    newest = standing.days[-1].day if standing.days else day
    now = standing.purchases, standing.visits, standing.spent, standing.points
    gone = take(standing.days, day, now, less, Day)
    standing.purchases, standing.visits, standing.spent, standing.points = (
        had - away for had, away in zip(now, gone, strict=True)
    )
    if gone[0] and standing.last_purchase == day:
        # The one before may be forgotten: it is not later than this, which is all that a rule can ask about it.
        standing.last_purchase = _last_purchase(standing, day, min(day, newest - horizon))


def take_pieces(standing: Standing, key: str, day: int, pieces: int) -> None:
    """Take pieces of some goods out of the day on which they were counted; what is none has no entry."""
    pages, ever = standing.goods.get(key, []), standing.pieces.get(key, 0)
    (gone,) = take(pages, day, (ever,), (pieces,), tuple)
    standing.pieces[key] = ever - gone
    if not standing.pieces[key]:
        del standing.pieces[key]
    if not pages:
        standing.goods.pop(key, None)


def _last_purchase(standing: Standing, day: int, forgotten: int) -> int:
    """The last day up to this one with a purchase; if it is not known of any, `forgotten`, unless there was none."""
    after = standing.purchases
    for page in reversed(standing.days):
        if page.purchases < after and page.day <= day:
            return page.day
        after = page.purchases
    return forgotten if after else 0
