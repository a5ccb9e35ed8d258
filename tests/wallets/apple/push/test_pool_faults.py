"""The pool when APNs or the network misbehaves: nothing lost, nothing hung, nothing twice unless that does no harm."""

import asyncio
from collections.abc import Callable

import pytest

from tests.wallets.apple.push.world import BURGER_HEROES, World, arrivals, outcomes, pushes, token, verdicts
from wallet_service.simulators.apns_script import (
    Answer,
    Drop,
    Freeze,
    GoAway,
    Reply,
    ResetStream,
    always,
    first,
    in_order,
    nth,
)
from wallet_service.wallets.apple.push.codec import Codec
from wallet_service.wallets.apple.push.codec_lean import LeanCodec
from wallet_service.wallets.apple.push.connection import Habits
from wallet_service.wallets.apple.push.seam import Push, PushOutcome

INTERNAL = 2


def remembered(made: list[Codec]) -> Callable[[], Codec]:
    """Makes lean codecs, and remembers them."""

    def make() -> Codec:
        made.append(LeanCodec())
        return made[-1]

    return make


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
    async with apple.pool() as pool, asyncio.timeout(15):
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
    async with apple.pool() as pool, asyncio.timeout(30):
        result = await pool.send(Push(token(1), BURGER_HEROES))
    assert result.outcome is PushOutcome.UNKNOWN
    assert apple.apns.connections <= 6


async def test_a_frozen_connection_is_found_by_its_ping(apple: World) -> None:
    apple.apns.script = first(1, Freeze())
    async with apple.pool(habits=Habits(idle=0.2, pong=0.5)) as pool, asyncio.timeout(30):
        result = await pool.send(Push(token(1), BURGER_HEROES))
    assert result.outcome is PushOutcome.ACCEPTED
    assert apple.apns.connections == 2


async def test_a_wrong_environment_does_not_cost_anybody_his_registration(apple: World) -> None:
    apple.apns.script = always(Answer(400, "BadDeviceToken"))
    async with apple.pool() as pool:
        results = await verdicts(pool, pushes(400))
    assert outcomes(results) == {PushOutcome.REJECTED: 400}
    assert "environment" in str(results[0].reason)


@pytest.mark.parametrize("code", [1, 9], ids=["PROTOCOL_ERROR", "COMPRESSION_ERROR"])
async def test_a_server_that_does_not_understand_us_is_spoken_to_through_h2(apple: World, code: int) -> None:
    apple.apns.script = nth(20, GoAway("before", error_code=code))
    made: list[Codec] = []
    async with apple.pool(codec=remembered(made), connections=1) as pool:
        results = await verdicts(pool, pushes(100))
    assert outcomes(results) == {PushOutcome.ACCEPTED: 100}
    assert (len(made), apple.apns.connections) == (1, 2)


async def test_an_ordinary_goodbye_does_not_change_the_codec(apple: World) -> None:
    apple.apns.script = nth(20, GoAway("before"))
    made: list[Codec] = []
    async with apple.pool(codec=remembered(made), connections=1) as pool:
        await verdicts(pool, pushes(100))
    assert (len(made), apple.apns.connections) == (2, 2)
