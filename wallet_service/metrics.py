"""What is counted while a process runs, for Prometheus. Each service has its own record; nothing is global."""

import platform
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Mapping, Sized
from enum import IntEnum
from importlib.metadata import version
from itertools import product
from typing import Protocol

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)

from wallet_service.collectors import AnswerTimes, Pace, Turns
from wallet_service.outcomes import Dead, Delivered, Outcome, Refused, TryLater, Unknown

disable_created_metrics()  # type: ignore[no-untyped-call]  # untyped; they are half of the page, and resets show without

BATCH_SIZES = (1, 2, 5, 10, 20, 50, 100, 200, 500)
LAG_SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0)

WALLETS = ("apple", "google", "web")
"""Whose queues of changed cards there are (`cards.due.DueCards`)."""

OUTCOMES: dict[type[Outcome], str] = {
    Delivered: "accepted",
    Dead: "dead_token",
    Refused: "refused",
    TryLater: "later",
    Unknown: "unknown",
}

CALLBACK_RESULTS = (
    "accepted",
    "repeated",
    "no-card",
    "malformed",
    "protocol",
    "unknown-root",
    "key-expired",
    "foreign-issuer",
    "signature",
    "expired",
    "foreign-id",
)
"""What may become of a callback: the values of `cards.google_callbacks.Heard` and `wallets.callback.Reason`."""

CORRECTIONS = ("save", "del")
"""What callbacks may have failed to tell (`cards.google_reconcile`)."""


class Group(Protocol):
    """A queue whose items are handled in batches (`engine.grouping.Grouped`)."""

    noted: Callable[[int], object]
    """Told the size of every batch."""

    @property
    def queued(self) -> int:
        """Items that wait for their batch."""
        ...


class Server(Protocol):
    """What an HTTP server has under way (uvicorn's `ServerState`)."""

    @property
    def tasks(self) -> Sized:
        """Requests."""
        ...

    @property
    def connections(self) -> Sized:
        """Connections."""
        ...


class Metrics:
    """The counters of one process; docs/metrics.md says what each means.

    What is counted often is counted once for a batch. What stands in tables is not counted here but read at scrape
    time (`health.gauges`).
    """

    def __init__(self) -> None:
        """Everything at nought."""
        own = self.registry = CollectorRegistry()
        ProcessCollector(registry=own)
        build = Info("wallet_build", "Version of the service and of Python.", registry=own)
        build.info({"version": version("wallet-service"), "python": platform.python_version()})
        self._answers = AnswerTimes()
        own.register(self._answers)
        self._turns = Turns()
        own.register(self._turns)
        self._requests_open = Gauge("wallet_http_requests_open", "Requests under way.", registry=own)
        self._connections_open = Gauge("wallet_http_connections_open", "Connections of clients.", registry=own)
        self._waiting = Gauge(
            "wallet_group_waiting", "Hot writes and look-ups that wait for their batch.", ["group"], registry=own
        )
        self._batches = Histogram(
            "wallet_group_batch_size",
            "Hot writes and look-ups that shared a statement or transaction.",
            ["group"],
            buckets=BATCH_SIZES,
            registry=own,
        )
        self._bulk_lines = Counter(
            "wallet_bulk_lines", "Lines of bulk imports, by class of status.", ["status"], registry=own
        )
        self._told = Counter(
            "wallet_told", "What was told in a wallet, by what became of it.", ["wallet", "outcome"], registry=own
        )
        self._pushes = Counter("wallet_pushes", "Apple's part of wallet_told.", ["outcome"], registry=own)
        for wallet, outcome in product(WALLETS, OUTCOMES.values()):
            self._told.labels(wallet, outcome)  # all are there from the start: a rate needs a nought before the first
            self._pushes.labels(outcome)
        self._callbacks = Counter(
            "wallet_google_callbacks", "Google's callbacks by what became of them.", ["result"], registry=own
        )
        for result in CALLBACK_RESULTS:
            self._callbacks.labels(result)
        self._corrections = Counter(
            "wallet_google_corrections", "Saves and removals that no callback told.", ["event"], registry=own
        )
        for event in CORRECTIONS:
            self._corrections.labels(event)
        self._looks = Counter("wallet_drain_looks", "Looks for due work.", ["drain", "result"], registry=own)
        self._connections_used = Gauge(
            "wallet_database_connections_used", "Database connections in use by this process.", registry=own
        )
        self._connections_most = Gauge(
            "wallet_database_connections_most", "Database connections this process may have.", registry=own
        )
        self.loop_lag = Histogram(
            "wallet_event_loop_lag_seconds",
            "Seconds the event loop came late to a timer.",
            buckets=LAG_SECONDS,
            registry=own,
        )

    def answered(self, door: str, status: int, seconds: float) -> None:
        """An answer began."""
        self._answers.note(door, status // 100, seconds)

    def watch_group(self, name: str, group: Group) -> None:
        """Follow how many wait in this group, and how large its batches are."""
        self._waiting.labels(name).set_function(lambda: group.queued)
        group.noted = self._batches.labels(name).observe

    def watch_server(self, server: Server) -> None:
        """Follow how many requests and connections are open."""
        self._requests_open.set_function(lambda: len(server.tasks))
        self._connections_open.set_function(lambda: len(server.connections))

    def watch_pool(self, most: int, used: Callable[[], int]) -> None:
        """Follow how many database connections are in use."""
        self._connections_most.set(most)
        self._connections_used.set_function(used)

    def watch_paces(self, paces: Callable[[], Mapping[str, Pace]], lanes: Iterable[IntEnum]) -> None:
        """Follow who waits for a turn at each Google project, in which of these lanes."""
        self._turns.paces, self._turns.lanes = paces, lanes

    def count_told(self, wallet: str, outcomes: Iterable[Outcome]) -> None:
        """A batch of what is told in one of `WALLETS` (a push to a phone, an object, a notice) has its outcomes."""
        for kind, told in Tally(map(type, outcomes)).items():
            self._told.labels(wallet, OUTCOMES[kind]).inc(told)
            if wallet == "apple":  # alerts have known it by this name from the beginning
                self._pushes.labels(OUTCOMES[kind]).inc(told)

    def count_callback(self, result: str) -> None:
        """A callback of Google's was believed or not."""
        self._callbacks.labels(result).inc()

    def count_corrections(self, events: Iterable[str]) -> None:
        """Google was asked, and told of these, which are among `CORRECTIONS`."""
        for event, found in Tally(events).items():
            self._corrections.labels(event).inc(found)

    def count_bulk_lines(self, statuses: Iterable[int]) -> None:
        """A batch of an import has its results."""
        for hundreds, lines in Tally(status // 100 for status in statuses).items():
            self._bulk_lines.labels(f"{hundreds}xx").inc(lines)

    def looks_of(self, drain: str) -> Callable[[str], None]:
        """What counts the looks of this drain by their result."""
        return lambda result: self._looks.labels(drain, result).inc()
