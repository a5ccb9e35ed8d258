"""Purchases and quotes over HTTP: tills that talk to a `serve` process, each purchase durable before its answer."""

import json
from statistics import median

from wallet_service.bench.crowd import Crowd
from wallet_service.bench.harness import ROUNDS, BenchImpossible, Effort, Figure, Figures, Goal, steps
from wallet_service.bench.sales import LINES, SPEND, open_shop
from wallet_service.bench.servers import premises, running
from wallet_service.bench.wrk import Report, wrk

TILLS, ASKING = 64, 8
"""Connections that report one purchase after the other; and those that ask for one quote after the other."""

FIGURES = (
    Figure("http_per_s", f"purchases answered per second over HTTP, {TILLS} tills at once, one `serve --no-worker`"),
    Figure("http_p99_ms", "milliseconds a till waits for its answer meanwhile, 99 of 100"),
    Figure("quote_per_s", f"quotes answered per second over HTTP, {ASKING} tills at once"),
    Figure("quote_p99_ms", "milliseconds a till waits for its quote meanwhile, 99 of 100", Goal(20, at_most=True)),
)

MEMBERS = {Effort.TRIAL: 1000, Effort.QUICK: 20_000, Effort.NORMAL: 100_000, Effort.FULL: 100_000}

SECONDS = {Effort.TRIAL: 1.0, Effort.QUICK: 1.0, Effort.NORMAL: 3.0, Effort.FULL: 10.0}
"""How long tills talk in one round."""


async def measure_http(effort: Effort) -> Figures:
    """The medians of rounds, purchases and quotes by turns."""
    async with premises() as service:
        crowd = await open_shop(service, MEMBERS[effort], devices=True)
        async with running(service.settings, "serve", "--no-worker") as server:
            sale, quote = selling(crowd), asking(crowd)
            await _talk(server.base_url, sale, TILLS, 1.0)  # connections, statements and caches get warm
            await _talk(server.base_url, quote, ASKING, 1.0)
            reports = [
                (
                    await _talk(server.base_url, sale, TILLS, SECONDS[effort]),
                    await _talk(server.base_url, quote, ASKING, SECONDS[effort]),
                )
                for _ in steps("over HTTP", ROUNDS)
            ]
    return {
        "http_per_s": median(sold.per_s for sold, _ in reports),
        "http_p99_ms": median(sold.p99_ms for sold, _ in reports),
        "quote_per_s": median(quoted.per_s for _, quoted in reports),
        "quote_p99_ms": median(quoted.p99_ms for _, quoted in reports),
    }


def selling(crowd: Crowd) -> str:
    """Each request is another receipt of another member, every other paid with points. PURE."""
    return f"""
local sold, head = 0, string.format("%d-", os.time())
{_opening(crowd)}
function request()
  sold = sold + 1
  local spend = sold % 2 == 0 and '"spend": {SPEND}, ' or ""
  local who = '"member": "external:crowd-' .. math.random(0, {len(crowd.members) - 1}) .. '", '
  local body = '{{"receipt": "' .. head .. sold .. '", ' .. who .. spend .. '"place": "Mitte", "lines": {_lines()}}}'
  return wrk.format("POST", "/v1/purchases", fields, body)
end
"""


def asking(crowd: Crowd) -> str:
    """Each request asks for a quote of another member. PURE."""
    return f"""
{_opening(crowd)}
function request()
  local who = '"member": "external:crowd-' .. math.random(0, {len(crowd.members) - 1}) .. '", '
  local body = '{{' .. who .. '"spend": {SPEND}, "place": "Mitte", "lines": {_lines()}}}'
  return wrk.format("POST", "/v1/quotes", fields, body)
end
"""


def _opening(crowd: Crowd) -> str:
    return f"""
local fields = {{["Authorization"] = "Bearer {crowd.key}", ["Content-Type"] = "application/json"}}
math.randomseed(os.time())
"""


def _lines() -> str:
    return json.dumps([line._asdict() for line in LINES])


async def _talk(url: str, script: str, connections: int, seconds: float) -> Report:
    report = await wrk(url, script, connections=connections, seconds=seconds)
    if report.status_errors or report.socket_errors:
        raise BenchImpossible(f"{report.status_errors} calls were refused, {report.socket_errors} unanswered.")
    return report
