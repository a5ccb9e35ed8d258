"""Nineteen ways in which APNs or the network can misbehave: 500 pushes, nothing lost, nothing hung, with either codec.

A push may arrive twice only where its fate was unknown, and then only because it does no harm.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from tests.processes import free_port
from tests.wallets.apple.push.world import BURGER_HEROES, World, arrivals, make_pki, outcomes, pushes, verdicts, world
from wallet_service.simulators.apns_script import (
    REFUSED_STREAM,
    TAKEN,
    Answer,
    Drop,
    GoAway,
    ReceivedPush,
    Reply,
    ResetStream,
    Script,
    Silence,
    always,
    every,
    first_attempt,
    in_order,
    nth,
)
from wallet_service.simulators.pki import SimulatedPki
from wallet_service.wallets.apple.push.codec_h2 import H2Codec
from wallet_service.wallets.apple.push.codec_lean import LeanCodec
from wallet_service.wallets.apple.push.credential import PushCredential
from wallet_service.wallets.apple.push.seam import PushOutcome

PUSHES, IN_FLIGHT = 500, 200
INTERNAL = 2
ALL = Counter({PushOutcome.ACCEPTED: PUSHES})
NONE = Counter({PushOutcome.UNAVAILABLE: PUSHES})


def split(outcome: PushOutcome) -> Counter[PushOutcome]:
    """A fifth of the pushes end like this."""
    return Counter({PushOutcome.ACCEPTED: 400, outcome: 100})


def slowly(push: ReceivedPush) -> Reply:
    return Answer(delay=0.2 if push.stream % 4 == 1 else 0.4)


def first_attempt_of_every_fifth(reply: Reply) -> Script:
    numbers, seen = count(1), set[str]()

    def script(push: ReceivedPush) -> Reply:
        if push.token in seen:
            return TAKEN
        seen.add(push.token)
        return TAKEN if next(numbers) % 5 else reply

    return script


def shrinking() -> Script:
    return in_order([*[TAKEN] * 100, Answer(max_streams=1), *[TAKEN] * 100, Answer(max_streams=1000)])


def expired(place: World) -> dict[str, Any]:
    past = datetime(2026, 1, 1, tzinfo=UTC)
    return {"credential": PushCredential(place.pki.pass_certificate(BURGER_HEROES, not_after=past))}


@dataclass(frozen=True, slots=True)
class Scenario:
    """A misbehaviour, and what must come of it."""

    script: Callable[[], Script] = lambda: always(TAKEN)
    verdicts: Counter[PushOutcome] = field(default_factory=lambda: ALL)
    max_streams: int = 1000
    most_connections: int = 2
    may_repeat: int = 0
    """Pushes that may be taken twice."""
    deadline: float = 10.0
    options: Callable[[World], dict[str, Any]] = lambda _: {}
    """Of the pool, where it is not APNs that misbehaves."""


SCENARIOS: Mapping[str, Scenario] = {
    "nothing wrong": Scenario(most_connections=1),
    "a graceful goaway": Scenario(lambda: nth(150, GoAway("before")), most_connections=3),
    "a goaway with an error and a close": Scenario(
        lambda: nth(150, GoAway("this", error_code=11, close=True)), most_connections=3, may_repeat=IN_FLIGHT
    ),
    "a tcp reset": Scenario(lambda: nth(150, Drop()), most_connections=3, may_repeat=IN_FLIGHT),
    "one stream, then a thousand": Scenario(lambda: nth(10, Answer(max_streams=1000)), max_streams=1),
    "one stream for ever": Scenario(max_streams=1),
    "a hundred streams": Scenario(max_streams=100),
    "the limit shrinks to one and returns": Scenario(shrinking),
    "refused streams": Scenario(lambda: every(5, ResetStream(REFUSED_STREAM))),
    "streams reset": Scenario(lambda: every(5, ResetStream(INTERNAL)), may_repeat=250),
    "429 with retry-after": Scenario(
        lambda: every(5, Answer(429, "TooManyRequests", retry_after=1)), verdicts=split(PushOutcome.THROTTLED)
    ),
    "503 with retry-after": Scenario(lambda: first_attempt_of_every_fifth(Answer(503, "Shutdown", retry_after=1))),
    "410 with a body": Scenario(
        lambda: every(5, Answer(410, "Unregistered", 1700)), verdicts=split(PushOutcome.DEAD_TOKEN)
    ),
    "500 in html": Scenario(lambda: first_attempt_of_every_fifth(Answer(500, body=b"<html>oops</html>"))),
    "slow answers": Scenario(lambda: slowly),
    "a fifth never answered": Scenario(lambda: every(5, Silence()), verdicts=split(PushOutcome.UNKNOWN), deadline=3.0),
    "an expired certificate": Scenario(verdicts=NONE, most_connections=0, options=expired),
    "a name that does not resolve": Scenario(
        verdicts=NONE, most_connections=0, options=lambda _: {"host": "no-such-host.invalid"}
    ),
    "nobody there": Scenario(verdicts=NONE, most_connections=0, options=lambda _: {"port": free_port()}),
    # beyond the nineteen
    "a goaway every hundred": Scenario(lambda: every(100, GoAway("this")), most_connections=9),
    "every first attempt refused": Scenario(lambda: first_attempt(ResetStream(REFUSED_STREAM))),
}


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> SimulatedPki:
    return make_pki(tmp_path_factory.mktemp("pki"))


@pytest.fixture
async def apple(pki: SimulatedPki) -> AsyncIterator[World]:
    async with world(pki) as place:
        yield place


@pytest.mark.parametrize("codec", [LeanCodec, H2Codec], ids=["lean", "h2"])
@pytest.mark.parametrize("name", SCENARIOS)
async def test_nothing_is_lost_and_nothing_hangs(apple: World, name: str, codec: type) -> None:
    scenario = SCENARIOS[name]
    await apple.apns.change_max_streams(scenario.max_streams)
    apple.apns.script = scenario.script()
    usual: dict[str, Any] = {"window": IN_FLIGHT, "connections": 1, "deadline": scenario.deadline, "codec": codec}
    async with apple.pool(**usual | scenario.options(apple)) as pool, asyncio.timeout(60):
        results = await verdicts(pool, pushes(PUSHES))
    taken = arrivals(apple.apns)
    assert outcomes(results) == scenario.verdicts
    assert len({result.push.token for result in results}) == PUSHES
    assert {result.push.token for result in results if result.outcome is PushOutcome.ACCEPTED} <= set(taken)
    assert sum(times > 1 for times in taken.values()) <= scenario.may_repeat
    assert apple.apns.connections <= scenario.most_connections
