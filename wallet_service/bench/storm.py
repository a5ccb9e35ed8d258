"""All phones at once: every card has changed, every phone asks and fetches, and the till goes on meanwhile.

The service is `serve --no-worker`: pushes are a matter of workers, which may run elsewhere. The phones are a script of
wrk, which leaves the processors to the service; each asks what changed, then fetches with the date it holds.
"""

import asyncio
import random
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial

from wallet_service.bench.crowd import CHUNK, Crowd, gather_crowd
from wallet_service.bench.harness import BenchImpossible, Effort, Figure, Figures, Goal, on_loop, percentile
from wallet_service.bench.line import Line, till_line
from wallet_service.bench.servers import premises, running
from wallet_service.bench.visits import visits
from wallet_service.bench.wrk import Report, wrk
from wallet_service.cards.refresh import refresh_these
from wallet_service.service import Service

FIGURES = (
    Figure("phones_per_s", "phones that asked and were given their changed card, per second", Goal(1_100)),
    Figure("errors", "phones or tills answered anything else", Goal(0, at_most=True)),
    Figure(
        "till_p99_ms", "of 200 posts a second meanwhile, from the moment each was due to its answer", Goal(150, True)
    ),
    Figure("till_p50_ms", "likewise, the median"),
    Figure("phone_p99_ms", "of the phones' requests, with 1,000 of them waiting at any moment"),
)

PHONES = {Effort.TRIAL: 300, Effort.QUICK: 8_000, Effort.NORMAL: 20_000, Effort.FULL: 100_000}
AT_ONCE = 1_000
"""Phones that are being served, or wait for it, at any moment."""

POSTS_PER_S = 200
TILLS = 64
"""Connections of tills; a post that finds none free waits, and its wait counts."""

PATIENCE = 600.0
"""Seconds after which the storm is given up."""

STORM = """
local LOST = 10
local asks, fetches, asked = {}, {}, 0
local due, first, last = {}, 1, 0
local served, failed, tried, progress = 0, 0, false, 0

local function stop()
  told = string.format('{"served": %d, "failed": %d}', served, failed)
  finish()
end

function init()
  each_visit(function(device, card, token, modified)
    asks[#asks + 1] = wrk.format("GET", "/apple/v1/devices/" .. device .. "/registrations/" .. PASS_TYPE)
    fetches[card] = fetch(card, token, modified)
  end)
end

function delay()  -- milliseconds; a connection for which no phone is left asks for nothing, now and then
  return (first <= last or asked < #asks) and 0 or 1000
end

function request()
  if not tried then  -- wrk only looks at the first one, and does not send it
    tried = true
    return asks[1]
  end
  if first <= last then
    first = first + 1
    return fetches[due[first - 1]]
  end
  asked = asked + 1
  return asks[asked] or wrk.format("GET", "/apple/v1/all-phones-are-served")
end

local function listed(body)
  return body:match('^{"serialNumbers":%["(card_%w+)"%]')
end

local function given(body)
  local card = body:sub(1, 2) == "PK" and body:match('"serialNumber":"(card_%w+)"', math.max(1, #body - 12000))
  return card and fetches[card] and card
end

function response(status, _, body)
  local news, card = status == 200 and listed(body), status == 200 and given(body)
  if news then
    last = last + 1
    due[last] = news
  elseif card then
    served, fetches[card] = served + 1, nil
  elseif status ~= 404 then
    failed = failed + 1
  end
  if served + failed >= #asks then
    stop()
  elseif status ~= 404 then
    progress = os.time()
  elseif os.time() - progress > LOST then  -- whoever has not been answered by now was cut off
    stop()
  end
end
"""


def measure(effort: Effort) -> Figures:
    """Change every card of a crowd, and let all its phones come for it."""
    return on_loop(partial(_measure, PHONES[effort]))


async def _measure(phones: int) -> Figures:
    async with premises() as service:
        crowd = await gather_crowd(service, phones, devices=True)
        script = await visits(service, crowd) + STORM
        await _change_all(service, crowd)
        async with running(service.settings, "serve", "--no-worker") as server, AsyncExitStack() as stack:
            shop = Shop(crowd)
            for _ in range(TILLS):
                shop.free.put_nowait(await stack.enter_async_context(till_line(server.base_url, crowd.key)))
            report = await shop.open_while(
                wrk(server.base_url, script, connections=AT_ONCE, seconds=PATIENCE, patience=60)
            )
    return _figures(phones, report, shop)


def _figures(phones: int, report: Report, shop: "Shop") -> Figures:
    served, waits = report.told.get("served", 0), shop.waits
    return {
        "phones_per_s": served / report.seconds,
        "errors": phones - served + report.socket_errors + shop.refused,
        "till_p99_ms": percentile(waits, 0.99) * 1000,
        "till_p50_ms": percentile(waits, 0.5) * 1000,
        "phone_p99_ms": report.p99_ms,
    }


async def _change_all(service: Service, crowd: Crowd) -> None:
    for first in range(0, len(crowd.cards), CHUNK):
        async with service.database.begin() as tx:
            await refresh_these(tx, crowd.cards[first : first + CHUNK], service.settings.push.interval)


@dataclass(slots=True)
class Shop:
    """Tills that post on a schedule, however slow the answers are: who waits in line waits too."""

    crowd: Crowd
    free: asyncio.Queue[Line] = field(default_factory=asyncio.Queue)
    waits: list[float] = field(default_factory=list)
    """Seconds from the moment a post was due to its answer."""
    refused: int = 0

    async def open_while(self, storm: Coroutine[None, None, Report]) -> Report:
        """Post until the storm is over; its report."""
        async with asyncio.TaskGroup() as group:
            over = group.create_task(storm)
            due = time.monotonic()
            while not over.done():
                group.create_task(self._post(due))
                due += 1 / POSTS_PER_S
                await asyncio.sleep(due - time.monotonic())
        return over.result()

    async def _post(self, due: float) -> None:
        line = await self.free.get()
        try:
            await line.post(random.choice(self.crowd.members))  # noqa: S311 - any member will do
        except BenchImpossible:
            self.refused += 1
        self.free.put_nowait(line)
        self.waits.append(time.monotonic() - due)
