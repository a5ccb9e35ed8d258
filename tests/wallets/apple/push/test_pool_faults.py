"""The pool when APNs or the network misbehaves: nothing lost, nothing hung, nothing twice unless that does no harm."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

import pytest

from tests.wallets.apple.push.world import BURGER_HEROES, World, arrivals, outcomes, pushes, token, verdicts
from wallet_service.simulators.apns_script import (
    Answer,
    Drop,
    Freeze,
    GoAway,
    ReceivedPush,
    Reply,
    ResetStream,
    Script,
    Silence,
    always,
    every,
    first,
    first_attempt,
    in_order,
)
from wallet_service.wallets.apple.push.connection import Habits
from wallet_service.wallets.apple.push.seam import Push, PushOutcome

REFUSED, INTERNAL = 7, 2
ALL = Counter({PushOutcome.ACCEPTED: 500})


def nth(number: int, reply: Reply) -> Script:
    """Only the push of this number gets the reply."""
    return in_order([*[Answer()] * (number - 1), reply])


def slowly(push: ReceivedPush) -> Reply:
    return Answer(delay=0.2 if push.stream % 4 == 1 else 0.4)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A misbehaviour, and what must come of 500 pushes with 200 in flight."""

    script: Callable[[], Script] = lambda: always(Answer())
    verdicts: Counter[PushOutcome] = field(default_factory=lambda: ALL)
    max_streams: int = 1000
    most_connections: int = 2
    may_repeat: int = 0
    """Pushes that may be taken twice."""
    deadline: float = 10.0


def split(outcome: PushOutcome) -> Counter[PushOutcome]:
    return Counter({PushOutcome.ACCEPTED: 400, outcome: 100})


SCENARIOS = {
    "nothing wrong": Scenario(most_connections=1),
    "graceful goaway": Scenario(lambda: nth(150, GoAway("before")), most_connections=3),
    "a goaway every hundred": Scenario(lambda: every(100, GoAway("this")), most_connections=9),
    "goaway with an error and a close": Scenario(
        lambda: nth(150, GoAway("this", error_code=INTERNAL, close=True)), most_connections=3, may_repeat=200
    ),
    "tcp reset": Scenario(lambda: nth(150, Drop()), most_connections=3, may_repeat=200),
    "one stream for ever": Scenario(max_streams=1),
    "a hundred streams": Scenario(max_streams=100),
    "one stream, then a thousand": Scenario(lambda: nth(10, Answer(max_streams=1000)), max_streams=1),
    "the limit shrinks to one and returns": Scenario(
        lambda: in_order([*[Answer()] * 100, Answer(max_streams=1), *[Answer()] * 100, Answer(max_streams=1000)])
    ),
    "refused streams": Scenario(lambda: every(5, ResetStream(REFUSED))),
    "every first attempt refused": Scenario(lambda: first_attempt(ResetStream(REFUSED))),
    "streams reset": Scenario(lambda: every(5, ResetStream(INTERNAL)), may_repeat=250),
    "429 with retry-after": Scenario(
        lambda: every(5, Answer(429, "TooManyRequests", retry_after=1)), verdicts=split(PushOutcome.THROTTLED)
    ),
    "503 with retry-after": Scenario(lambda: first_attempt_of_every_fifth(Answer(503, "Shutdown", retry_after=1))),
    "410": Scenario(lambda: every(5, Answer(410, "Unregistered", 1700)), verdicts=split(PushOutcome.DEAD_TOKEN)),
    "500 in html": Scenario(lambda: first_attempt_of_every_fifth(Answer(500, body=b"<html>oops</html>"))),
    "slow answers": Scenario(lambda: slowly),
    "a fifth never answered": Scenario(lambda: every(5, Silence()), verdicts=split(PushOutcome.UNKNOWN), deadline=3.0),
}


def first_attempt_of_every_fifth(reply: Reply) -> Script:
    numbers, seen = count(1), set[str]()

    def script(push: ReceivedPush) -> Reply:
        if push.token in seen:
            return Answer()
        seen.add(push.token)
        return Answer() if next(numbers) % 5 else reply

    return script


@pytest.mark.parametrize("name", SCENARIOS)
async def test_nothing_is_lost_and_nothing_hangs(apple: World, name: str) -> None:
    scenario = SCENARIOS[name]
    await apple.apns.change_max_streams(scenario.max_streams)
    apple.apns.script = scenario.script()
    async with apple.pool(window=200, connections=1, deadline=scenario.deadline) as pool, asyncio.timeout(15):
        results = await verdicts(pool, pushes(500))
    taken = arrivals(apple.apns)
    assert outcomes(results) == scenario.verdicts
    assert len({result.push.token for result in results}) == 500
    assert {result.push.token for result in results if result.outcome is PushOutcome.ACCEPTED} <= set(taken)
    assert sum(times > 1 for times in taken.values()) <= scenario.may_repeat
    assert apple.apns.connections <= scenario.most_connections


@pytest.mark.parametrize("reply", [Drop(), ResetStream(INTERNAL), GoAway("this", error_code=1, close=True)])
async def test_a_push_that_might_do_harm_is_never_sent_twice(apple: World, reply: Reply) -> None:
    apple.apns.script = nth(100, reply)
    async with apple.pool(connections=1) as pool:
        results = await verdicts(pool, pushes(300, idempotent=False))
    assert max(arrivals(apple.apns).values()) == 1
    tally = outcomes(results)
    assert tally[PushOutcome.UNKNOWN] >= 1
    assert tally[PushOutcome.ACCEPTED] + tally[PushOutcome.UNKNOWN] == 300


async def test_a_push_that_was_not_sent_is_sent_again_even_if_it_might_do_harm(apple: World) -> None:
    apple.apns.script = nth(100, GoAway("before"))
    async with apple.pool(connections=1) as pool:
        results = await verdicts(pool, pushes(300, idempotent=False))
    assert outcomes(results) == {PushOutcome.ACCEPTED: 300}
    assert max(arrivals(apple.apns).values()) == 1


async def test_a_busy_server_is_left_alone_after_some_attempts(apple: World) -> None:
    apple.apns.script = always(Answer(503, "ServiceUnavailable"))
    async with apple.pool(jitter=lambda: 0.1) as pool:
        result = await pool.send(Push(token(1), BURGER_HEROES))
    assert (result.outcome, result.status, result.reason) == (PushOutcome.UNAVAILABLE, 503, "ServiceUnavailable")
    assert len(apple.apns.refused) == 4


async def test_a_wish_to_wait_beyond_the_deadline_is_passed_on_at_once(apple: World) -> None:
    apple.apns.script = always(Answer(503, "Shutdown", retry_after=60))
    async with apple.pool() as pool, asyncio.timeout(1):
        result = await pool.send(Push(token(1), BURGER_HEROES))
    assert (result.outcome, result.retry_after) == (PushOutcome.UNAVAILABLE, 60.0)


async def test_a_later_refusal_does_not_hide_that_an_earlier_attempt_may_have_arrived(apple: World) -> None:
    apple.apns.script = in_order([ResetStream(INTERNAL)], always(Answer(503, "Shutdown", retry_after=60))(None))  # type: ignore[arg-type]  # the script looks at no push
    async with apple.pool() as pool:
        result = await pool.send(Push(token(1), BURGER_HEROES))
    assert result.outcome is PushOutcome.UNKNOWN
    assert result.reason == "stream reset with code 2; then Shutdown"


async def test_a_server_that_drops_every_connection_ends_as_unknown(apple: World) -> None:
    apple.apns.script = always(Drop())
    async with apple.pool() as pool, asyncio.timeout(5):
        result = await pool.send(Push(token(1), BURGER_HEROES))
    assert result.outcome is PushOutcome.UNKNOWN
    assert apple.apns.connections <= 6


async def test_a_frozen_connection_is_found_by_its_ping(apple: World) -> None:
    apple.apns.script = first(1, Freeze())
    async with apple.pool(habits=Habits(idle=0.2, pong=0.2)) as pool, asyncio.timeout(5):
        result = await pool.send(Push(token(1), BURGER_HEROES))
    assert result.outcome is PushOutcome.ACCEPTED
    assert apple.apns.connections == 2


async def test_a_wrong_environment_does_not_cost_anybody_his_registration(apple: World) -> None:
    apple.apns.script = always(Answer(400, "BadDeviceToken"))
    async with apple.pool() as pool:
        results = await verdicts(pool, pushes(400))
    assert outcomes(results) == {PushOutcome.REJECTED: 400}
    assert "environment" in str(results[0].reason)
