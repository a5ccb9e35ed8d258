"""The time machine's heart: recorded purchases run through other rules, and what that would have come to. PURE.

The very steps of a live run, one member after the other in the order in which things were recorded; only nothing is kept.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import date

from wallet_service.loyalty.rules.engine import Rules, note, take_in, take_out
from wallet_service.loyalty.rules.happening import PURCHASE, Happening
from wallet_service.loyalty.rules.mechanic import MEMBER, Life
from wallet_service.loyalty.rules.standing import Standing
from wallet_service.loyalty.rules.tiers import join, settle
from wallet_service.loyalty.rules.verdict import Gift, Hook, Points, Verdict


@dataclass(slots=True)
class Tally:
    """What one mechanic came to."""

    times: int = 0
    points: int = 0
    taken_back: int = 0
    """Of these points, when purchases were returned."""
    gifts: int = 0
    hooks: int = 0
    members: set[str] = field(default_factory=set)
    spent_on: date | None = None
    """The day on which its budget was used up."""
    parked: str = ""
    """Why it failed; empty: it did not."""


@dataclass(slots=True)
class Replay:
    """Rules, run over what is fed to it."""

    rules: Rules
    standings: dict[str, Standing] = field(default_factory=dict)
    left: MutableMapping[str, int] = field(init=False)
    tallies: dict[str, Tally] = field(init=False)
    purchases: int = 0
    revenue: int = 0
    """Paid in money, minor units, less what was returned; purchases without a member are in it."""
    by_member: Counter[str] = field(default_factory=Counter)
    """Points of whoever was given any."""
    by_month: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    """Year and month -> purchases, revenue, points."""
    by_end: Counter[int | None] = field(default_factory=Counter)
    """The last day of points (`date.toordinal`) -> how many; None: they never expire."""
    tiers: Counter[str] = field(default_factory=Counter)
    """Tier -> how often it was reached."""
    parked: set[str] = field(default_factory=set)
    sure_until: dict[str, date] = field(default_factory=dict)
    """Whoever has a tier that ends -> its last sure day."""
    over_after: defaultdict[date, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Day after which their tiers are to be looked at -> those members, and some for whom it is another day by now."""
    first: date | None = None
    last: date | None = None

    def __post_init__(self) -> None:
        """Nobody has been given anything."""
        mechanics = self.rules.book.mechanics
        self.tallies = {mechanic.name: Tally() for mechanic in mechanics}
        budgets = {mechanic.name: mechanic.limits.budget for mechanic in mechanics}
        self.left = {name: budget for name, budget in budgets.items() if budget is not None}

    def warm(self, member: str, happening: Happening) -> None:
        """Something from before the time that is looked at: it counts in windows, and gives nothing."""
        note(self.rules, self._standing(member), happening)

    def step(self, member: str | None, happening: Happening) -> Verdict | None:
        """A purchase, or whatever else happened; what the rules say to it. None: nobody was known."""
        day = happening.at.date()
        self.first, self.last = self.first or day, day
        month = self._month(day)
        if happening.trigger is PURCHASE:
            self.purchases += 1
            self.revenue += happening.paid
            month[0] += 1
            month[1] += happening.paid
        if member is None:
            return None
        verdict = take_in(self.rules, self._standing(member), happening, left=self.left, parked=self.parked)
        self._count(member, verdict, day, month)
        self._note_tier(member)
        return verdict

    def join(self, member: str, tier: str, day: date) -> None:
        """Somebody bought a membership, if these rules have it."""
        if any(each.name == tier and each.paid_days is not None for each in self.rules.book.tiers):
            join(self.rules.book, self._standing(member), tier, day)
            self._note_tier(member)

    def settle(self, day: date) -> None:
        """Look at the tiers whose days are over."""
        for end in [each for each in self.over_after if each < day]:
            for member in self.over_after.pop(end):
                if self.sure_until.get(member) == end:
                    self._settle(member, day)

    def _settle(self, member: str, day: date) -> None:
        settle(self.rules.book, self.standings[member], day)
        if self.standings[member].tier_until == self.sure_until[member]:
            self.over_after[self.sure_until[member]].add(member)  # in grace: to be looked at again tomorrow
        else:
            self._note_tier(member)

    def _note_tier(self, member: str) -> None:
        """Know when the tier is to be looked at."""
        until = self.standings[member].tier_until
        if until is None:
            self.sure_until.pop(member, None)
        elif until != self.sure_until.get(member):
            self.sure_until[member] = until
            self.over_after[until].add(member)

    def back(self, member: str | None, happening: Happening, took: Mapping[str, int], *, whole: bool) -> None:
        """Goods that came back: `took` says how many points each mechanic took back for them."""
        self.revenue -= happening.paid
        month = self._month(happening.at.date())
        month[1] -= happening.paid
        if member is None:
            return
        take_out(self.rules, self._standing(member), happening, whole=whole)
        for name, points in took.items():
            self.tallies[name].taken_back += points
            self.by_member[member] -= points
            month[2] -= points

    def _standing(self, member: str) -> Standing:
        if member not in self.standings:
            self.standings[member] = Standing(tracks=self.rules.tracks)
        return self.standings[member]

    def _month(self, day: date) -> list[int]:
        key = day.year, day.month
        if key not in self.by_month:
            self.by_month[key] = [0, 0, 0]
        return self.by_month[key]

    def _count(self, member: str, verdict: Verdict, day: date, month: list[int]) -> None:
        for given in verdict.points:
            self._count_points(member, given, day)
            month[2] += given.points
        for gift in verdict.gifts:
            self.tallies[gift.mechanic].gifts += 1
        for hook in verdict.hooks:
            self.tallies[hook.mechanic].hooks += 1
        outcomes: list[Points | Gift | Hook] = [*verdict.points, *verdict.gifts, *verdict.hooks]
        for name in {each.mechanic for each in outcomes}:
            tally = self.tallies[name]
            tally.times += 1
            tally.members.add(member)
        for trouble in verdict.troubles:
            self.tallies[trouble.mechanic].parked = trouble.why
            self.parked.add(trouble.mechanic)
        for tier in verdict.reached:
            self.tiers[tier] += 1

    def _count_points(self, member: str, given: Points, day: date) -> None:
        tally = self.tallies[given.mechanic]
        tally.points += given.points
        self.by_end[last_day(given.life, day)] += given.points
        if given.to is MEMBER:
            self.by_member[member] += given.points
        if tally.spent_on is None and self.left.get(given.mechanic) == 0:
            tally.spent_on = day


def last_day(life: Life, day: date) -> int | None:
    """The last day of points that are given on this day; None: they have none."""
    return None if life.days is None else day.toordinal() + life.delay + life.days
