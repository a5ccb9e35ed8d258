"""The state and the findings as gauges; with the counters of the process they are the page that Prometheus reads."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from wallet_service.health.findings import find, missing, worst
from wallet_service.health.state import Census, Disk, Queue, Server, State

MEDIA_TYPE = CONTENT_TYPE_LATEST

CENSUS: Mapping[str, tuple[str, str]] = {
    "restyling": ("wallet_cards_restyling", "Living cards of an older version of their template."),
    "restyled": ("wallet_cards_restyled_total", "Cards that moved to a newer template version, of all processes."),
    "refreshing": ("wallet_cards_refreshing", "Cards of mass refreshes whose phones are still to be told."),
    "live_cards": ("wallet_cards_live", "Cards that are not voided."),
    "devices": ("wallet_devices_registered", "Device registrations."),
    "stale_devices": ("wallet_devices_stale", "Devices that took a push over an hour ago and have not fetched since."),
    "held_jobs": ("wallet_jobs_held", "Jobs that failed and are kept for the operator."),
    "parked_mechanics": (
        "wallet_mechanics_parked",
        "Mechanics that failed, and give nothing until somebody has looked.",
    ),
    "google_saved": ("wallet_google_cards_saved", "Cards that are in somebody's Google Wallet."),
}
"""Field of the census -> its metric. Without a database there are none: no figure is better than an old one."""

QUEUES: Mapping[str, tuple[str, str]] = {
    "cards": ("wallet_due_cards", "Changed cards that are still to be told, by wallet."),
    "oldest": ("wallet_due_oldest_seconds", "Seconds by which the oldest of them is overdue."),
    "failing": ("wallet_due_failing_cards", "Those of them that were told twice in vain at least."),
}
"""Field of a queue -> its metric, labelled with the wallet."""

APPLE: Mapping[str, tuple[str, str]] = {
    "cards": ("wallet_push_due_cards", "Changed cards whose phones are still to be told by Apple."),
    "oldest": ("wallet_push_oldest_due_seconds", "Seconds by which the oldest of them is overdue."),
}
"""Field of Apple's queue -> the metric by which alerts have known it from the beginning."""


@dataclass(frozen=True, slots=True)
class Page:
    """What is scraped at one moment."""

    counters: Collector
    state: State

    def collect(self) -> Iterable[Metric]:
        """The counters of the process, then what the state says."""
        yield from self.counters.collect()
        yield from gauges(self.state)


def exposition(counters: Collector, state: State) -> bytes:
    """The page in Prometheus's text format."""
    return generate_latest(Page(counters, state))


def gauges(state: State) -> Iterator[Metric]:
    """A gauge for every figure of the state that could be found out. PURE."""
    yield from _of_findings(state)
    yield _gauge("wallet_database_up", "1 when the database answers.", float(isinstance(state.server, Server)))
    if isinstance(state.server, Server):
        seconds, ahead = state.server.answered_in, state.server.ahead
        yield _gauge("wallet_database_answer_seconds", "Seconds the database took to say who it is.", seconds)
        yield _gauge("wallet_database_clock_ahead_seconds", "Seconds its clock is before ours.", ahead)
    if isinstance(state.census, Census):
        for field, (name, meaning) in CENSUS.items():
            yield _gauge(name, meaning, getattr(state.census, field))
        yield from _of_queues({queue.wallet: queue for queue in state.census.queues})
    if isinstance(state.disk, Disk):
        yield _gauge("wallet_disk_free_bytes", "Room under the data folder.", state.disk.free)
    days = {each.pass_type: each.days_left for each in state.certificates or () if each.days_left is not None}
    yield _labelled("wallet_certificate_days", "Whole days until a pass certificate expires.", "pass_type", days)


def _of_queues(queues: Mapping[str, Queue]) -> Iterator[Metric]:
    for field, (name, meaning) in QUEUES.items():
        figures = {wallet: getattr(queue, field) for wallet, queue in queues.items()}
        yield _labelled(name, meaning, "wallet", figures)
    for field, (name, meaning) in APPLE.items():
        yield _gauge(name, meaning, getattr(queues["apple"], field))


def _of_findings(state: State) -> Iterator[Metric]:
    findings = find(state)
    yield _gauge("wallet_ready", "1 when requests may come here.", float(not missing(findings)))
    meaning = "What doctor thinks of a subject: 0 well, 1 a warning, 2 a failure."
    yield _labelled("wallet_health_grade", meaning, "subject", worst(findings))


def _gauge(name: str, meaning: str, figure: float) -> Metric:
    family = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
    return family(name, meaning, value=figure)


def _labelled(name: str, meaning: str, label: str, figures: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label])
    for value, figure in figures.items():
        family.add_metric([value], figure)
    return family
