"""A simulated hour of a large brand in Google Wallet: the product's pace, a clock that leaps, nobody who sleeps.

Cards change far more often than Google takes requests. So a card that is due stands in a table once, however often it
changes, and its balance is read at the moment of sending: the newest wins. Meanwhile customers come to save links.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from wallet_service.bench.harness import BenchImpossible
from wallet_service.wallets.google.client import AT_ONCE
from wallet_service.wallets.google.pace import Lane, Quota, Turns

HOUR = 3600.0
CHANGES = 10
"""Of each card within the hour."""
CUSTOMERS_PER_S = 2.0
"""Who come to a save link, on average."""


@dataclass(slots=True)
class Ledger:
    """Balances, and the cards whose newest is not at Google yet: one row each, first come, first told."""

    balances: list[int]
    told: list[int] = field(init=False)
    due: dict[int, None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.told = [0] * len(self.balances)

    def change(self, card: int) -> None:
        """A card has a new balance."""
        self.balances[card] += 1
        self.due.setdefault(card)

    def send(self, requests: int) -> None:
        """So many of the due cards are told what they say now."""
        for card in [card for card, _ in zip(self.due, range(requests), strict=False)]:
            del self.due[card]
            self.told[card] = self.balances[card]


@dataclass(slots=True)
class Hour:
    """What happened until everything was told."""

    sent: list[tuple[float, int]] = field(default_factory=list)
    """Moment and number of requests."""
    waits: list[float] = field(default_factory=list)
    """Seconds each customer waited for a turn."""
    campaign: int = 0
    """Requests for changed cards."""

    @property
    def peak_per_s(self) -> int:
        """The most requests in any second."""
        return max(_in_a_second(self.sent), default=0)


def simulate(cards: int, seconds: float = HOUR, seed: int = 1) -> tuple[Hour, Ledger]:
    """Let `cards` change ten times each within `seconds`, and go on until Google knows the newest of all.

    Raises `BenchImpossible` if a card was told something that is not its newest balance.
    """
    turns, hour, ledger = Turns(Quota()), Hour(), Ledger([0] * cards)
    now, asked = 0.0, False
    arrivals = _arrivals(cards, seconds, random.Random(seed))  # noqa: S311 - a draw of a simulation
    coming = next(arrivals, None)
    while coming is not None or turns.due_at() is not None:
        due_at = turns.due_at()
        if coming is not None and (due_at is None or coming[0] <= max(now, due_at)):
            now = max(now, coming[0])
            asked = _arrive(coming[1], turns, ledger, now, asked)
            coming = next(arrivals, None)
        elif due_at is not None:
            now = max(now, due_at)
            asked = _give(turns, hour, ledger, now)
    if ledger.told != ledger.balances:
        raise BenchImpossible("A card was left with an old balance.")
    return hour, ledger


def _arrive(card: int | None, turns: Turns, ledger: Ledger, now: float, asked: bool) -> bool:
    """A customer comes, or a card changes and the drain, if it slept, wakes. Whether the drain waits for its turn."""
    if card is None:
        turns.ask(Lane.INTERACTIVE, 1, now)
        return asked
    ledger.change(card)
    if not asked:
        turns.ask(Lane.CAMPAIGN, AT_ONCE, now)
    return True


def _give(turns: Turns, hour: Hour, ledger: Ledger, now: float) -> bool:
    """Give the turn that has come. Whether the drain waits for another."""
    taken = turns.take(now)
    if taken is None:
        raise BenchImpossible("A turn that was due was not given.")
    turn, requests = taken
    if turn.lane is Lane.INTERACTIVE:
        hour.waits.append(now - turn.since)
        hour.sent.append((now, requests))
        return turns.waiting(Lane.CAMPAIGN) > 0
    requests = min(requests, len(ledger.due))
    hour.sent.append((now, requests))
    hour.campaign += requests
    ledger.send(requests)
    if ledger.due:
        turns.ask(Lane.CAMPAIGN, AT_ONCE, now)
    return bool(ledger.due)


def _arrivals(cards: int, seconds: float, draw: random.Random) -> Iterator[tuple[float, int | None]]:
    """Changes (with their card) and customers (None), in the order of their moments."""
    changes_per_s = cards * CHANGES / seconds
    changes = [card for card in range(cards) for _ in range(CHANGES)]
    draw.shuffle(changes)
    now = 0.0
    while changes:
        now += draw.expovariate(changes_per_s + CUSTOMERS_PER_S)
        change = draw.random() * (changes_per_s + CUSTOMERS_PER_S) < changes_per_s
        yield now, changes.pop() if change else None


def _in_a_second(sent: list[tuple[float, int]]) -> Iterator[int]:
    """How many requests the second that begins with each of these holds (half-open)."""
    end, held = 0, 0
    for start, (at, _) in enumerate(sent):
        while end < len(sent) and sent[end][0] < at + 1.0:
            held += sent[end][1]
            end += 1
        yield held
        held -= sent[start][1]
