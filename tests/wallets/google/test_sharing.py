"""However many processes ask one Google project, no second holds more than it may be asked, and customers go first."""

import heapq
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wallet_service.wallets.google.pace import Lane, Quota, Turns
from wallet_service.wallets.sharing import WINDOW, Share, share

PER_S = 20
ANSWERED_IN = 0.05
"""Seconds until Google has answered and the drain has its next cards."""
ALL_FREE = [-1.0] * PER_S


@dataclass
class Table:
    """What the processes share, by a clock that leaps."""

    seats: list[float] = field(default_factory=lambda: [0.0] * PER_S)
    campaign_from: float = 0.0

    def reserve(self, now: float, most: int, *, urgent: bool) -> Share:
        """A share, booked as in the database."""
        self.seats.sort()
        booked = share([seat - now for seat in self.seats], self.campaign_from - now, most, urgent=urgent)
        self.seats[: booked.requests] = [now + booked.wait + WINDOW] * booked.requests
        if booked.requests and not urgent:
            self.campaign_from = now + booked.requests * WINDOW / PER_S
        return booked


@dataclass(frozen=True)
class Sent:
    """Requests that left at one moment."""

    at: float
    requests: int
    lane: Lane
    waited: float
    by: "Process"


@dataclass(eq=False)
class Process:
    """One process: its own turns, its drain that sends what is due batch after batch, its customers."""

    world: "World"
    due: int
    turns: Turns = field(default_factory=lambda: Turns(Quota()))

    def ask(self, lane: Lane, most: int) -> None:
        """Line up."""
        self.turns.ask(lane, most, self.world.now)
        self.look()

    def next_batch(self) -> None:
        """The drain wants to send some more."""
        if self.due:
            self.ask(Lane.CAMPAIGN, min(10, self.due))

    def look(self) -> None:
        """Give the turns that have come, and look again when the next is due."""
        while (taken := self.turns.take(self.world.now)) is not None:
            self.share(taken[0].lane, taken[1], taken[0].since)
        due_at = self.turns.due_at()
        if due_at is not None:
            self.world.at(due_at, self.look)

    def share(self, lane: Lane, most: int, since: float) -> None:
        """Agree with the other processes, then send."""
        booked = self.world.table.reserve(self.world.now, most, urgent=lane is Lane.INTERACTIVE)
        then = self.world.now + booked.wait
        if booked.requests:
            self.world.at(then, lambda: self.send(lane, booked.requests, since))
        else:
            self.world.at(then, lambda: self.share(lane, most, since))

    def send(self, lane: Lane, requests: int, since: float) -> None:
        """The requests leave."""
        self.world.sent.append(Sent(self.world.now, requests, lane, self.world.now - since, self))
        if lane is Lane.CAMPAIGN:
            self.due -= requests
            self.world.at(self.world.now + ANSWERED_IN, self.next_batch)


@dataclass
class World:
    """Processes, the table they share, and a clock that leaps to what happens next."""

    now: float = 0.0
    table: Table = field(default_factory=Table)
    sent: list[Sent] = field(default_factory=list)
    numbers: "count[int]" = field(default_factory=count)
    coming: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)

    def at(self, moment: float, act: Callable[[], None]) -> None:
        """Let it happen then."""
        heapq.heappush(self.coming, (moment, next(self.numbers), act))

    def run(self) -> list[Sent]:
        """Until nothing is left to happen."""
        while self.coming:
            moment, _, act = heapq.heappop(self.coming)
            self.now = max(self.now, moment)
            act()
        return self.sent


def sent_by(drains: Sequence[tuple[float, int]], customers: Sequence[tuple[float, int]]) -> list[Sent]:
    """What these processes send: when each drain begins and how much is due; which customers come when, and to which."""
    world = World()
    processes = [Process(world, due) for _, due in drains]
    for process, (begins, _) in zip(processes, drains, strict=True):
        world.at(begins, process.next_batch)
    for at, where in customers:
        process = processes[where % len(processes)]
        world.at(at, partial(process.ask, Lane.INTERACTIVE, 1))
    return world.run()


def in_lane(lane: Lane, sent: Sequence[Sent]) -> list[Sent]:
    """Of all that was sent, this lane's."""
    return [each for each in sent if each.lane is lane]


MOMENTS = st.floats(0, 10, allow_nan=False)
DRAINS = st.lists(st.tuples(MOMENTS, st.integers(0, 150)), min_size=2, max_size=3)


@settings(deadline=None)  # a slow machine is no fault of theirs
@given(DRAINS, st.lists(st.tuples(MOMENTS, st.integers(0, 2)), max_size=60))
def test_no_second_of_two_or_three_processes_holds_more_than_the_project_may_be_asked(drains, customers):
    sent = sent_by(drains, customers)
    for start in (each.at for each in sent):
        assert sum(each.requests for each in sent if start <= each.at < start + 1) <= PER_S
    assert len(in_lane(Lane.INTERACTIVE, sent)) == len(customers)
    assert sum(each.requests for each in in_lane(Lane.CAMPAIGN, sent)) == sum(due for _, due in drains)


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_full_drains_use_the_whole_quota_together_and_a_customer_waits_for_about_one_batch(processes):
    customers = [(3 + 0.37 * number, number) for number in range(60)]
    sent = sent_by([(0.0, 600)] * processes, customers)
    assert sum(each.requests for each in sent) / sent[-1].at == pytest.approx(PER_S / WINDOW, rel=0.05)
    assert max(each.waited for each in in_lane(Lane.INTERACTIVE, sent)) <= 0.65


def test_full_drains_of_three_processes_all_go_on():
    sent = sent_by([(0.0, 600), (0.1, 600), (0.2, 600)], ())
    shares: Counter[Process] = Counter()
    for each in sent[: len(sent) // 2]:
        shares[each.by] += each.requests
    assert min(shares.values()) > sum(shares.values()) / 10


def test_a_campaign_takes_what_is_free_now_and_no_more_than_it_wants():
    assert share([-1.0] * 4 + [0.2] * 16, -1.0, 10, urgent=False) == Share(4, 0.0)
    assert share(ALL_FREE, -1.0, 10, urgent=False) == Share(10, 0.0)


def test_a_campaign_books_nothing_ahead():
    assert share([0.2] * PER_S, -1.0, 10, urgent=False) == Share(0, 0.2)
    assert share(ALL_FREE, 0.3, 10, urgent=False) == Share(0, 0.3)


def test_a_customer_goes_at_once_whatever_campaigns_have_to_wait():
    assert share(ALL_FREE, 0.5, 1, urgent=True) == Share(1, 0.0)


def test_a_customer_books_the_seat_that_is_free_next():
    assert share([0.2] + [0.4] * 19, 0.0, 1, urgent=True) == Share(1, 0.2)


def test_whoever_comes_behind_a_crowd_of_customers_asks_again_when_a_second_of_them_is_left():
    assert share([3.0] * PER_S, 0.0, 1, urgent=True) == Share(0, 3.0 - WINDOW)
