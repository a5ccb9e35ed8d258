"""Balance changes over HTTP: tills that post to a `serve` process, each change durable before its answer."""

from statistics import median

from wallet_service.bench.crowd import gather_crowd
from wallet_service.bench.harness import ROUNDS, BenchImpossible, Effort, Figure, Figures, Goal, steps
from wallet_service.bench.servers import premises, running
from wallet_service.bench.till_load import posting
from wallet_service.bench.wrk import Report, wrk

FIGURES = (
    Figure("http_per_s", "changes answered per second over HTTP, through one `serve --no-worker`", Goal(2000)),
    Figure("http_p99_ms", "milliseconds a till waits for its answer meanwhile, 99 of 100", Goal(50, at_most=True)),
)

TILLS = 64
"""Connections that post one call after the other."""

MEMBERS = {Effort.TRIAL: 1000, Effort.QUICK: 20_000, Effort.NORMAL: 100_000, Effort.FULL: 100_000}

SECONDS = {Effort.TRIAL: 1.0, Effort.QUICK: 1.0, Effort.NORMAL: 3.0, Effort.FULL: 10.0}
"""How long tills post in one round."""


async def measure_http(effort: Effort) -> Figures:
    """The medians of rounds of posting; each member has a card on a phone, so that each change is also due to be told."""
    async with premises() as service:
        crowd = await gather_crowd(service, MEMBERS[effort], devices=True)
        async with running(service.settings, "serve", "--no-worker") as server:
            script = posting(crowd)
            await _post(server.base_url, script, 1.0)  # connections, statements and caches get warm
            reports = [await _post(server.base_url, script, SECONDS[effort]) for _ in steps("over HTTP", ROUNDS)]
    return {
        "http_per_s": median(report.per_s for report in reports),
        "http_p99_ms": median(report.p99_ms for report in reports),
    }


async def _post(url: str, script: str, seconds: float) -> Report:
    report = await wrk(url, script, connections=TILLS, seconds=seconds)
    if report.status_errors or report.socket_errors:
        raise BenchImpossible(f"{report.status_errors} posts were refused, {report.socket_errors} unanswered.")
    return report
