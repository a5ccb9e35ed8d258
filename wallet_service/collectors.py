"""What /metrics finds out at each scrape, or counts in a way of its own."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import IntEnum
from itertools import accumulate
from typing import Any, Protocol

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

ANSWER_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


class Pace(Protocol):
    """Those who wait until a Google project may be asked (`wallets.google.pace.Pace`)."""

    def waiting(self, lane: Any) -> int:
        """How many wait in this lane."""
        ...

    def oldest(self, lane: Any) -> float:
        """Seconds that the first of this lane has waited."""
        ...


class Turns(Collector):
    """Who waits for a turn at which Google project, looked up at each scrape: projects come with their first card."""

    def __init__(self) -> None:
        """Nobody, until there is somewhere to look."""
        self.paces: Callable[[], Mapping[str, Pace]] = dict
        self.lanes: Iterable[IntEnum] = ()

    def collect(self) -> Iterator[Metric]:
        """The length of each line, and how long its first has stood there."""
        labels = ["project", "lane"]
        waiting = GaugeMetricFamily(
            "wallet_google_turns_waiting", "Those who wait until a Google project may be asked.", labels=labels
        )
        oldest = GaugeMetricFamily(
            "wallet_google_turn_oldest_seconds", "Seconds that the first of them has waited.", labels=labels
        )
        for project, pace in self.paces().items():
            for lane in self.lanes:
                waiting.add_metric([project, lane.name.lower()], pace.waiting(lane))
                oldest.add_metric([project, lane.name.lower()], pace.oldest(lane))
        yield from (waiting, oldest)


class AnswerTimes(Collector):
    """How long answers take: counted at every request of one event loop, so without the locks of a `Histogram`."""

    def __init__(self) -> None:
        """None so far."""
        self._tallies: dict[tuple[str, int], tuple[list[int], list[float]]] = {}

    def note(self, door: str, hundreds: int, seconds: float) -> None:
        """An answer of this class of status began so many seconds after its request."""
        tally = self._tallies.get((door, hundreds))
        if tally is None:
            tally = self._tallies[door, hundreds] = [0] * (len(ANSWER_SECONDS) + 1), [0.0]
        counts, total = tally
        counts[bisect_left(ANSWER_SECONDS, seconds)] += 1
        total[0] += seconds

    def collect(self) -> Iterator[Metric]:
        """What was counted, as Prometheus has histograms: each bucket counts whatever took no longer."""
        told = HistogramMetricFamily(
            "wallet_http_answer_seconds",
            "Seconds from a request's head to its answer's head, by door and class of status.",
            labels=["door", "status"],
        )
        bounds = [*map(str, ANSWER_SECONDS), "+Inf"]
        for (door, hundreds), (counts, total) in self._tallies.items():
            told.add_metric([door, f"{hundreds}xx"], list(zip(bounds, accumulate(counts), strict=True)), total[0])
        yield told
