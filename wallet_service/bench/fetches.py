"""Phones that ask for their card again, over HTTP with Postgres behind, against an application that does nothing."""

from functools import partial

from wallet_service.bench.bare import bare_server
from wallet_service.bench.crowd import gather_crowd
from wallet_service.bench.harness import (
    ROUNDS,
    BenchImpossible,
    Comparison,
    Effort,
    Figure,
    Figures,
    Goal,
    of_pairs,
    on_loop,
    steps,
)
from wallet_service.bench.servers import premises, running
from wallet_service.bench.visits import visits
from wallet_service.bench.wrk import Report, wrk

FIGURES = (
    Figure("of_bare_304", "unchanged cards answered, against a bare application's 304s", Goal(0.35)),
    Figure("of_bare_200", "passes given out that were signed before, against a bare application's 200s of that size"),
    Figure("per_s_304", "unchanged cards answered per second"),
    Figure("per_s_200", "passes given out per second, none of them signed anew"),
)

CARDS = 2_500
"""Each fetch is of another card than those before it."""

CONNECTIONS = 64

SECONDS = {Effort.TRIAL: 1.0, Effort.QUICK: 1.0, Effort.NORMAL: 3.0, Effort.FULL: 10.0}
"""How long one side of a comparison runs in one round."""

TRIAL_ROUNDS = 1

AGAIN = """
local requests, n = {}, 0

function init()
  each_visit(function(_, card, token, modified)
    requests[#requests + 1] = fetch(card, token, %s)
  end)
end

function request()
  n = n %% #requests + 1
  return requests[n]
end
"""
UNCHANGED, ANEW = AGAIN % "modified", AGAIN % "nil"


def measure(effort: Effort) -> Figures:
    """Fetch cards that have not changed, with the date the phones hold and without, each by turns with the bare side."""
    return on_loop(partial(_measure, SECONDS[effort], TRIAL_ROUNDS if effort is Effort.TRIAL else ROUNDS))


async def _measure(seconds: float, rounds: int) -> Figures:
    async with premises() as service:
        opening = await visits(service, await gather_crowd(service, CARDS, devices=True))
        async with running(service.settings, "serve", "--no-worker") as server:
            given_out = await _load(server.base_url, opening + ANEW, 1.0 + CARDS / 1000)  # signs every card once
            with bare_server(given_out.bytes // given_out.requests) as bare:
                unchanged = await _by_turns("304", server.base_url, opening + UNCHANGED, f"{bare}/304", seconds, rounds)
                anew = await _by_turns("200", server.base_url, opening + ANEW, f"{bare}/200", seconds, rounds)
    return {
        "of_bare_304": unchanged.ratio,
        "of_bare_200": anew.ratio,
        "per_s_304": unchanged.ours,
        "per_s_200": anew.ours,
    }


async def _by_turns(label: str, url: str, script: str, bare_url: str, seconds: float, rounds: int) -> Comparison:
    pairs = [
        ((await _load(url, script, seconds)).per_s, (await _load(bare_url, "", seconds)).per_s)
        for _ in steps(label, rounds)
    ]
    return of_pairs(pairs)


async def _load(url: str, script: str, seconds: float) -> Report:
    report = await wrk(url, script, connections=CONNECTIONS, seconds=seconds)
    if report.socket_errors or report.status_errors:
        raise BenchImpossible(
            f"{url} failed {report.socket_errors + report.status_errors} requests of {report.requests}."
        )
    return report
