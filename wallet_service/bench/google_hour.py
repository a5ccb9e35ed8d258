"""A simulated hour of a large brand in Google Wallet: the product's pace, a clock that leaps, nobody who sleeps.

Cards change far more often than Google takes requests. So a card that is due stands in a table once, however often it
changes; the drain takes a few, and when its turn comes it reads what they say and sends that. Meanwhile customers come
to save links.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from wallet_service.bench.harness import BenchImpossible
from wallet_service.cards.google import BATCH
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

    def claim(self, most: int) -> list[int]:
        """Some of the due cards; they stay due until they have been read."""
        return list(islice(self.due, most))

    def read(self, cards: Sequence[int]) -> list[int]:
        """What they say now; whoever changes from now on is due again."""
        for card in cards:
            self.due.pop(card, None)
        return [self.balances[card] for card in cards]

    def send(self, cards: Sequence[int], balances: Sequence[int]) -> int:
        """Google is told these balances; of how many that is no longer true."""
        for card, balance in zip(cards, balances, strict=True):
            self.told[card] = balance
        return sum(self.told[card] < self.balances[card] for card in cards)


@dataclass(slots=True)
class Hour:
    """What happened until everything was told."""

    sent: list[tuple[float, int]] = field(default_factory=list)
    """Moment and number of requests."""
    waits: list[float] = field(default_factory=list)
    """Seconds each customer waited for a turn."""
    campaign: int = 0
    """Requests for changed cards."""
    outdated: int = 0
    """Those of them that did not carry the newest balance."""

    @property
    def peak_per_s(self) -> int:
        """The most requests in any second."""
        return max(_in_a_second(self.sent), default=0)


@dataclass(slots=True)
class _Run:
    ledger: Ledger
    hour: Hour = field(default_factory=Hour)
    turns: Turns = field(default_factory=lambda: Turns(Quota()))
    hand: list[int] = field(default_factory=list)
    """Cards that the drain has claimed, and waits to send; empty while it sleeps."""

    def arrive(self, card: int | None, now: float) -> None:
        """A customer comes (None), or a card changes and the drain, if it slept, wakes."""
        if card is None:
            self.turns.ask(Lane.INTERACTIVE, 1, now)
            return
        self.ledger.change(card)
        if not self.hand:
            self._claim(now)

    def give(self, now: float) -> None:
        """Give the turn that has come."""
        taken = self.turns.take(now)
        if taken is None:
            raise BenchImpossible("A turn that was due was not given.")
        turn, requests = taken
        self.hour.sent.append((now, requests))
        if turn.lane is Lane.INTERACTIVE:
            self.hour.waits.append(now - turn.since)
        else:
            self._send(requests, now)

    def _send(self, requests: int, now: float) -> None:
        now_sent, self.hand = self.hand[:requests], self.hand[requests:]
        self.hour.outdated += self.ledger.send(now_sent, self.ledger.read(now_sent))
        self.hour.campaign += requests
        if self.hand:
            self._line_up(now)
        elif self.ledger.due:
            self._claim(now)

    def _claim(self, now: float) -> None:
        self.hand = self.ledger.claim(BATCH)
        self._line_up(now)

    def _line_up(self, now: float) -> None:
        self.turns.ask(Lane.CAMPAIGN, min(len(self.hand), AT_ONCE), now)


def simulate(cards: int, seconds: float = HOUR, seed: int = 1) -> tuple[Hour, Ledger]:
    """Let `cards` change ten times each within `seconds`, and go on until Google knows the newest of all.

    Raises `BenchImpossible` if a card was left with what is not its newest balance.
    """
    run, now = _Run(Ledger([0] * cards)), 0.0
    arrivals = _arrivals(cards, seconds, random.Random(seed))  # noqa: S311 - a draw of a simulation
    coming = next(arrivals, None)
    while coming is not None or run.turns.due_at() is not None:
        due_at = run.turns.due_at()
        if coming is not None and (due_at is None or coming[0] <= max(now, due_at)):
            now = max(now, coming[0])
            run.arrive(coming[1], now)
            coming = next(arrivals, None)
        elif due_at is not None:
            now = max(now, due_at)
            run.give(now)
    if run.ledger.told != run.ledger.balances:
        raise BenchImpossible("A card was left with an old balance.")
    return run.hour, run.ledger


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
