"""`bench mechanics`: the engine alone, against the same rules read plainly, and the time machine with it."""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from wallet_service.bench.harness import Effort, Figure, Figures, Goal, of_pairs, on_loop, one_core, steps
from wallet_service.bench.journey import seconds_of_a_journey
from wallet_service.bench.mechanics_book import BOOK, PLACES, WARES
from wallet_service.bench.plain_rules import Past
from wallet_service.loyalty.rules.engine import Rules, compile_rules, take_in
from wallet_service.loyalty.rules.happening import Happening, Line, Trigger
from wallet_service.loyalty.rules.standing import Standing
from wallet_service.serving import spare_collector

FIGURES = (
    Figure(
        "per_s",
        "purchases of 5 lines a second of one core: noted, and 20 mechanics asked, of which 12 are for purchases",
        Goal(50_000),
    ),
    Figure("over_plain", "for each by the same rules read plainly, which ask all that the member ever did", Goal(10)),
    Figure(
        "machine_s",
        "seconds of the time machine over 1,000,000 recorded purchases of 5 lines by 100,000 members"
        " (--quick: 100,000 by 10,000)",
        Goal(60, at_most=True),
    ),
)

LINES, ROUNDS, DAYS = 5, 5, 365
BERLIN = ZoneInfo("Europe/Berlin")
BEGAN = datetime(2025, 11, 22, 9, tzinfo=BERLIN)

MEMBERS = {Effort.TRIAL: 5, Effort.QUICK: 500, Effort.NORMAL: 2_000, Effort.FULL: 10_000}
PLAIN = 50
"""Members for whom the rules are read plainly: it takes its time."""


@dataclass(frozen=True, slots=True)
class Member:
    """What somebody did in a year, and the purchases that are measured."""

    history: Sequence[Happening]
    standing: Standing
    today: Sequence[Happening]


def measure(effort: Effort) -> Figures:
    """Both ways by turns, on one core, from the same histories."""
    rules, dice = compile_rules(BOOK), Random(7)  # noqa: S311 - the same crowd in every run
    members = [_member(rules, dice, number) for number in range(MEMBERS[effort])]
    spare_collector()  # as `serve` does
    with one_core():
        pairs = [(_ours(rules, members), _plain(members[:PLAIN])) for _ in steps("rounds", ROUNDS)]
    found = of_pairs(pairs)
    journey = on_loop(lambda: seconds_of_a_journey(effort))
    return {"per_s": found.ours, "over_plain": found.ratio, "machine_s": journey}


def _member(rules: Rules, dice: Random, number: int) -> Member:
    """Somebody with some purchases in the last year: some once, others every week."""
    days = sorted(dice.sample(range(DAYS), min(1 + int(dice.expovariate(1 / 20)), 120)))
    history = [_purchase(dice, f"{number}.{day}", BEGAN + timedelta(days=day)) for day in days]
    standing = Standing(tracks=rules.tracks)
    for happening in history:
        take_in(rules, standing, happening, left={}, parked=())
    today = [_purchase(dice, f"{number}.{DAYS + n}", BEGAN + timedelta(days=DAYS + n)) for n in range(3)]
    return Member(history, standing, today)


def _purchase(dice: Random, occasion: str, day: datetime) -> Happening:
    wares = dice.sample(WARES, LINES)
    lines = [Line(sku, category, dice.randint(1, 2), price) for sku, category, price in wares]
    at, place = day + timedelta(minutes=dice.randrange(720)), dice.choice(PLACES)
    paid = sum(line.total for line in lines)
    return Happening(Trigger.PURCHASE, at, occasion, lines=lines, paid=paid, place=place, referred=dice.random() < 0.1)


def _ours(rules: Rules, members: Sequence[Member]) -> float:
    standings = [member.standing.copy() for member in members]
    left = {each.name: each.limits.budget for each in BOOK.mechanics if each.limits.budget}

    def run() -> None:
        for standing, member in zip(standings, members, strict=True):
            for happening in member.today:
                take_in(rules, standing, happening, left=left, parked=())

    return _rate(run, members)


def _plain(members: Sequence[Member]) -> float:
    pasts = [Past(BOOK, list(member.history), [0] * len(member.history)) for member in members]

    def run() -> None:
        for past, member in zip(pasts, members, strict=True):
            for happening in member.today:
                past.step(happening, {})

    return _rate(run, members)


def _rate(run: Callable[[], None], members: Sequence[Member]) -> float:
    gc.collect()
    began = time.perf_counter()
    run()
    return sum(len(member.today) for member in members) / (time.perf_counter() - began)
