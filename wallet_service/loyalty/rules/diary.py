"""A diary: days in their order, each with what had been counted before it began. PURE.

So what was counted within some days is a difference, and a day costs nothing while it lasts. What comes late, or comes
back, moves all mornings after its day.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import TypeVar

from wallet_service.loyalty.rules.standing import new

Page = TypeVar("Page", bound=tuple[int, ...])
"""A day (`date.toordinal`), and counts."""

Counts = tuple[int, ...]


def between(pages: Sequence[tuple[int, ...]], column: int, now: int, within: int, day: int) -> int:
    """What was counted in a column within some days up to this one, which is one of them; `now`: what is counted by now."""
    first = bisect_left(pages, (day - within + 1,))
    if first == len(pages):
        return 0
    if pages[-1][0] > day:
        now = pages[bisect_left(pages, (day + 1,))][column]
    return now - pages[first][column]


def begin(pages: list[Page], day: int, now: Counts, more: Counts, horizon: int, page: type[Page]) -> None:
    """Have a page for a day on which so much more is counted; `now`: what was counted before that."""
    if not pages or pages[-1][0] < day:
        pages.append(new(page, (day, *now)))
    elif pages[-1][0] > day:
        at = bisect_left(pages, (day,))
        if pages[at][0] != day:
            pages.insert(at, new(page, (day, *pages[at][1:])))
        _move(pages, at + 1, more, 1, page)
    forgotten = pages[-1][0] - horizon
    if pages[0][0] <= forgotten:
        del pages[: bisect_left(pages, (forgotten + 1,))]


def take(pages: list[Page], day: int, now: Counts, less: Counts, page: type[Page]) -> Counts:
    """Take counts out of a day, as far as it has them; how much that was. A day that has none has no page.

    Of forgotten days, which are before the first page, nothing is known but what they came to together.
    """
    at = bisect_left(pages, (day,))
    known = at < len(pages) and pages[at][0] == day
    after = pages[at + known][1:] if at + known < len(pages) else now
    before = pages[at][1:] if known else after if at else (0,) * len(now)
    gone = tuple(min(wanted, had - was) for wanted, had, was in zip(less, after, before, strict=True))
    _move(pages, at + known, gone, -1, page)
    if known and all(had - away == was for had, away, was in zip(after, gone, before, strict=True)):
        del pages[at]
    return gone


def _move(pages: list[Page], since: int, by: Counts, sign: int, page: type[Page]) -> None:
    for at in range(since, len(pages)):
        day, *counts = pages[at]
        pages[at] = new(page, (day, *(count + sign * more for count, more in zip(counts, by, strict=True))))
