"""How fast one Google project may be asked: no second ever holds more than 20 requests, and customers go first.

Google counts the parts of a batch one by one (until a real project proves otherwise), and a batch leaves at one moment.
So a batch is never larger than what the last second has left; the campaign lane spaces its batches as if their parts
went one by one, which leaves gaps for customers. `Quota` and `Turns` are pure: they are told the time. `Pace` waits.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import IntEnum
from math import inf
from time import monotonic

from wallet_service.wallets.sharing import SLACK, Reserve


class Lane(IntEnum):
    """Who goes first."""

    INTERACTIVE = 0
    """A customer is waiting at a save link."""
    CAMPAIGN = 1
    """Nobody looks: balances that follow, campaigns."""


@dataclass(slots=True)
class Quota:
    """What was sent in the last second, and so when there is room for more. PURE. Times are seconds of any clock.

    Source: Google Wallet FAQ, 20 requests a second. Requests are at least `gap` seconds apart, and there is no burst
    after idleness.
    """

    per_s: int = 20
    """Most requests in any second."""
    slack: float = SLACK
    """Seconds by which two requests may come closer together on their way; for so long a second is held to last longer."""
    _sent: deque[tuple[float, int]] = field(default_factory=deque)
    _in_window: int = 0
    """Requests of all that `_sent` remembers."""
    _free_from: float = -inf

    @property
    def window(self) -> float:
        """Seconds in which `per_s` requests may be sent."""
        return 1.0 + self.slack

    @property
    def gap(self) -> float:
        """Least seconds between two requests."""
        return self.window / self.per_s

    def free_at(self) -> float:
        """The moment from which one more request may be sent."""
        full = self._in_window >= self.per_s
        return max(self._free_from, self._sent[0][0] + self.window) if full else self._free_from

    def room(self, now: float) -> int:
        """How many requests may be sent now, at once. No later question may be about an earlier moment."""
        while self._sent and self._sent[0][0] + self.window <= now:
            self._in_window -= self._sent.popleft()[1]
        return 0 if now < self._free_from else self.per_s - self._in_window

    def spend(self, now: float, requests: int) -> None:
        """So many are sent now; never more than there is room for."""
        self._sent.append((now, requests))
        self._in_window += requests
        self.hold_until(now + self.gap)

    def hold_until(self, moment: float) -> None:
        """Send nothing before this moment, whatever the room."""
        self._free_from = max(self._free_from, moment)


@dataclass(frozen=True, slots=True, eq=False)
class Turn:
    """Somebody who waits for a turn. Compared by identity."""

    lane: Lane
    most: int
    """Requests that could be sent at once."""
    since: float


class Turns:
    """Whose turn it is. PURE: the caller says what time it is."""

    def __init__(self, quota: Quota) -> None:
        """Nobody waits."""
        self.quota = quota
        self._waiting: dict[Lane, deque[Turn]] = {lane: deque() for lane in Lane}
        self._lane_from = dict.fromkeys(Lane, -inf)

    def ask(self, lane: Lane, most: int, now: float) -> Turn:
        """Line up."""
        turn = Turn(lane, most, now)
        self._waiting[lane].append(turn)
        return turn

    def withdraw(self, turn: Turn) -> None:
        """Wait no longer."""
        self._waiting[turn.lane].remove(turn)

    def due_at(self) -> float | None:
        """The moment of the next turn; None when nobody waits."""
        turn = self._first()
        return None if turn is None else max(self.quota.free_at(), self._lane_from[turn.lane])

    def take(self, now: float) -> tuple[Turn, int] | None:
        """Whose turn it is now, and how many requests go at this moment; None when nobody's."""
        turn, due_at = self._first(), self.due_at()
        if turn is None or due_at is None or due_at > now:
            return None
        granted = min(turn.most, self.quota.room(now))
        self.quota.spend(now, granted)
        if turn.lane is Lane.CAMPAIGN:
            self._lane_from[turn.lane] = now + granted * self.quota.gap
        self._waiting[turn.lane].popleft()
        return turn, granted

    def _first(self) -> Turn | None:
        return next((line[0] for line in self._waiting.values() if line), None)


class Pace:
    """The turns of one Google project, waited for. Use it on one event loop.

    All clients of the same project share one. Who has a turn in this process then asks `reserve` for a share of what all
    processes may send; without it, this process is alone.
    """

    def __init__(
        self, quota: Quota | None = None, seconds: Callable[[], float] = monotonic, *, reserve: Reserve | None = None
    ) -> None:
        """`seconds` is the clock, which never goes back."""
        self._turns = Turns(quota or Quota())
        self._seconds = seconds
        self._reserve = reserve
        self._granted: dict[Turn, asyncio.Future[int]] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._since: dict[Lane, dict[object, float]] = {lane: {} for lane in Lane}  # of each who waits, the first first
        self.noted: Callable[[Lane, float], object] = lambda _lane, _waited: None
        """Told the seconds that each turn was waited for, for whoever counts them."""

    async def turn(self, lane: Lane, most: int = 1) -> int:
        """Wait until some requests may be sent, at once; how many, from 1 to `most`. Send them now.

        0: nothing may be sent, for nobody can say at present what other processes send.
        """
        with self._lined_up(lane) as since:
            granted = await self._turn(lane, most)
            if self._reserve is not None:
                granted = await self._share(self._reserve, lane, granted)
        self.noted(lane, self._seconds() - since)
        return granted

    def hold(self, seconds: float) -> None:
        """Google says that it was too much: nobody's turn in this process comes for so long."""
        self._turns.quota.hold_until(self._seconds() + seconds)

    def waiting(self, lane: Lane) -> int:
        """How many wait in this lane, for a turn or for a share."""
        return len(self._since[lane])

    def oldest(self, lane: Lane) -> float:
        """Seconds that the first of this lane has waited."""
        now = self._seconds()
        return now - next(iter(self._since[lane].values()), now)

    @contextmanager
    def _lined_up(self, lane: Lane) -> Iterator[float]:
        """Be counted among those who wait, since the moment it gives."""
        me, since = object(), self._seconds()
        self._since[lane][me] = since
        try:
            yield since
        finally:
            del self._since[lane][me]

    @staticmethod
    async def _share(reserve: Reserve, lane: Lane, most: int) -> int:
        """Come to an agreement with other processes. Customers of this one have their turns meanwhile."""
        while (share := await reserve(most, lane is Lane.INTERACTIVE)) is not None:
            await asyncio.sleep(share.wait)
            if share.requests:
                return share.requests
        return 0

    async def _turn(self, lane: Lane, most: int) -> int:
        turn = self._turns.ask(lane, most, self._seconds())
        granted: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._granted[turn] = granted
        self._serve()
        try:
            return await granted
        finally:
            if self._granted.pop(turn, None) is not None:  # cancelled before its turn
                self._turns.withdraw(turn)

    def _serve(self) -> None:
        """Give the turns that have come, and come back for the next."""
        if self._timer is not None:
            self._timer.cancel()
        now = self._seconds()
        while (taken := self._turns.take(now)) is not None:
            turn, requests = taken
            granted = self._granted.pop(turn)
            if not granted.cancelled():  # or its requests are lost: whoever is cancelled has had a turn
                granted.set_result(requests)
        due_at = self._turns.due_at()
        wait = None if due_at is None else max(0.0, due_at - now)
        self._timer = None if wait is None else asyncio.get_running_loop().call_later(wait, self._serve)
