"""What a journey of the time machine came to, for people and programs. PURE."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from wallet_service.loyalty.rules.replay import Replay, Tally

QUANTILES = (("median", 50), ("p90", 90), ("p99", 99))


def report(replay: Replay) -> dict[str, Any]:
    """What it came to, for people and programs; money in minor units, shares of the revenue as fractions."""
    worth = replay.rules.book.spending.worth
    granted = sum(tally.points - tally.taken_back for tally in replay.tallies.values())
    alive = sum(
        points
        for end, points in replay.by_end.items()
        if end is None or replay.last is None or end >= replay.last.toordinal()
    )
    touched = set().union(*(tally.members for tally in replay.tallies.values())) if replay.tallies else set()
    return {
        "from": replay.first,
        "to": replay.last,
        "purchases": replay.purchases,
        "members": len(replay.standings),
        "revenue": replay.revenue,
        "currency": replay.rules.book.currency,
        "points": granted,
        "cost": granted * worth,
        "cost_share": _share(granted * worth, replay.revenue),
        "liability": min(alive, granted) * worth,
        "members_touched": len(touched),
        "distribution": distribution(replay.by_member),
        "mechanics": [_line(name, tally, worth, replay.revenue) for name, tally in replay.tallies.items()],
        "tiers": dict(replay.tiers),
        "months": [
            {"month": f"{year}-{month:02}", "purchases": purchases, "revenue": revenue, "points": points}
            for (year, month), (purchases, revenue, points) in sorted(replay.by_month.items())
        ],
    }


def distribution(by_member: Mapping[str, int]) -> dict[str, Any]:
    """How points are spread over those who were given any: quantiles, and members by powers of two of points."""
    points = sorted(given for given in by_member.values() if given > 0)
    if not points:
        return {"bins": []}
    quantiles = {name: points[min(len(points) * share // 100, len(points) - 1)] for name, share in QUANTILES}
    return {"least": points[0], **quantiles, "most": points[-1], "bins": list(_bins(points))}


def _bins(points: list[int]) -> Iterator[dict[str, int]]:
    bins = Counter((given - 1).bit_length() for given in points)
    for power in range(max(bins) + 1):
        if bins[power] or power >= min(bins):
            yield {"to": 2**power, "members": bins[power]}


def _line(name: str, tally: Tally, worth: int, revenue: int) -> dict[str, Any]:
    kept = tally.points - tally.taken_back
    return {
        "name": name,
        "times": tally.times,
        "points": kept,
        "cost": kept * worth,
        "cost_share": _share(kept * worth, revenue),
        "members": len(tally.members),
        "gifts": tally.gifts,
        "messages": tally.hooks,
        "budget_used_up": tally.spent_on,
        "parked": tally.parked or None,
    }


def _share(cost: int, revenue: int) -> float | None:
    """None: there was no revenue."""
    return round(cost / revenue, 6) if revenue > 0 else None
