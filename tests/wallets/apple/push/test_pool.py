"""The pool against the simulated APNs when all is well, and how it is closed."""

import asyncio
import gc
from collections.abc import Iterator

import pytest

from tests.wallets.apple.push.world import BURGER_HEROES, World, arrivals, outcomes, pushes, token, until, verdicts
from wallet_service.simulators.apns_script import Answer, GoAway, Silence, always, in_order
from wallet_service.wallets.apple.push.connection import ApnsConnection
from wallet_service.wallets.apple.push.seam import Push, PushOutcome


async def test_a_push_arrives_as_it_was_given(apple: World) -> None:
    push = Push(token(1), BURGER_HEROES, expiration=1_800_000_000, collapse_id="campaign-7")
    async with apple.pool() as pool:
        result = await pool.send(push)
    assert (result.push, result.outcome, result.status) == (push, PushOutcome.ACCEPTED, 200)
    (arrived,) = apple.apns.received
    assert (arrived.token, arrived.topic, arrived.payload) == (push.token, BURGER_HEROES, b"{}")
    assert arrived.headers["apns-id"] == push.apns_id
    assert arrived.headers["apns-expiration"] == "1800000000"
    assert arrived.headers["apns-collapse-id"] == "campaign-7"


async def test_no_connection_is_made_before_the_first_push(apple: World) -> None:
    async with apple.pool() as pool:
        await asyncio.sleep(0.02)
        assert apple.apns.connections == 0
        await pool.send(Push(token(1), BURGER_HEROES))
        assert apple.apns.connections == 1


async def test_connections_are_kept(apple: World) -> None:
    async with apple.pool() as pool:
        for number in range(5):
            await pool.send(Push(token(number), BURGER_HEROES))
        await verdicts(pool, pushes(300))
    assert apple.apns.connections == 1


async def test_many_callers_may_push_at_once(apple: World) -> None:
    async with apple.pool() as pool:
        batch = asyncio.ensure_future(verdicts(pool, pushes(200)))
        single = await asyncio.gather(*(pool.send(push) for push in pushes(50)))
        assert outcomes(single) == {PushOutcome.ACCEPTED: 50}
        assert outcomes(await batch) == {PushOutcome.ACCEPTED: 200}


async def test_an_empty_batch_has_no_verdicts(apple: World) -> None:
    async with apple.pool() as pool:
        assert await verdicts(pool, []) == []
    assert apple.apns.connections == 0


async def test_no_more_than_the_window_is_taken_from_a_batch(apple: World) -> None:
    taken = 0

    def counted() -> Iterator[Push]:
        nonlocal taken
        for push in pushes(300):
            taken += 1
            yield push

    told = 0
    async with apple.pool(window=20) as pool:
        async for _ in pool.send_many(counted()):
            told += 1
            assert taken - told <= 20
    assert told == 300


async def test_a_second_connection_is_opened_when_pushes_queue(apple: World) -> None:
    await apple.apns.change_max_streams(1)
    apple.apns.script = always(Answer(delay=0.03))
    async with apple.pool(connections=2) as pool:
        results = await verdicts(pool, pushes(20))
    assert outcomes(results) == {PushOutcome.ACCEPTED: 20}
    assert apple.apns.connections == 2


async def test_there_are_never_more_connections_than_allowed(apple: World) -> None:
    await apple.apns.change_max_streams(1)
    apple.apns.script = always(Answer(delay=0.02))
    async with apple.pool(connections=1) as pool:
        await verdicts(pool, pushes(15))
    assert apple.apns.connections == 1


async def test_a_connection_is_replaced_while_it_drains(apple: World) -> None:
    apple.apns.script = in_order([Answer(delay=1.5), GoAway("this")])
    async with apple.pool(connections=1) as pool:
        slow = asyncio.ensure_future(pool.send(Push(token(1), BURGER_HEROES)))
        await until(lambda: apple.apns.received)
        await pool.send(Push(token(2), BURGER_HEROES))
        await pool.send(Push(token(3), BURGER_HEROES))
        assert apple.apns.open_connections == 2
        assert (await slow).outcome is PushOutcome.ACCEPTED
    assert [push.connection for push in apple.apns.received] == [1, 1, 2]


async def test_a_large_payload_arrives(apple: World) -> None:
    payload = b'{"text":"' + b"x" * 4000 + b'"}'
    async with apple.pool() as pool:
        results = await verdicts(pool, pushes(100, payload=payload))
    assert outcomes(results) == {PushOutcome.ACCEPTED: 100}
    assert {push.payload for push in apple.apns.received} == {payload}


async def test_a_flawed_push_is_rejected_without_a_connection(apple: World) -> None:
    async with apple.pool() as pool:
        result = await pool.send(Push("../../etc", BURGER_HEROES))
    assert result.outcome is PushOutcome.REJECTED
    assert apple.apns.connections == 0


async def test_an_unanswered_push_is_unknown_at_its_deadline(apple: World) -> None:
    apple.apns.script = in_order([Answer(), Silence()])
    async with apple.pool(deadline=2.0) as pool:
        await pool.send(Push(token(0), BURGER_HEROES))
        result = await pool.send(Push(token(1), BURGER_HEROES))
        assert (result.outcome, result.reason) == (PushOutcome.UNKNOWN, "no answer within the deadline")
        assert (await pool.send(Push(token(2), BURGER_HEROES))).outcome is PushOutcome.ACCEPTED
    assert apple.apns.connections == 1


async def test_a_push_that_never_found_a_stream_is_not_sent_at_its_deadline(apple: World) -> None:
    await apple.apns.change_max_streams(1)
    apple.apns.script = in_order([Answer()], then=Silence())
    async with apple.pool(connections=1, deadline=2.0) as pool:
        await pool.send(Push(token(0), BURGER_HEROES))
        results = await asyncio.gather(*(pool.send(push) for push in pushes(3)))
    assert outcomes(results) == {PushOutcome.UNKNOWN: 1, PushOutcome.NOT_SENT: 2}
    assert results[2].reason == "no stream within the deadline"


async def test_a_batch_left_early_leaks_nothing(apple: World) -> None:
    left_by_others = set(map(id, useful_connections()))
    async with apple.pool(window=50) as pool:
        batch = pool.send_many(pushes(1000))
        async for _ in batch:
            break
        await batch.aclose()  # type: ignore[attr-defined]  # an async generator behind the seam's AsyncIterator
        assert (await pool.send(Push(token(5000), BURGER_HEROES))).outcome is PushOutcome.ACCEPTED
    assert len(arrivals(apple.apns)) <= 60
    gc.collect()
    assert left_by_others.issuperset(map(id, useful_connections()))


def useful_connections() -> list[ApnsConnection]:
    return [thing for thing in gc.get_objects() if isinstance(thing, ApnsConnection) and thing.room > 0]


async def test_what_waits_for_a_batch_left_early_is_not_sent(apple: World) -> None:
    await apple.apns.change_max_streams(1)
    apple.apns.script = always(Answer(delay=0.05))
    async with apple.pool(connections=1) as pool:
        batch = pool.send_many(pushes(100))
        await anext(batch)
        await batch.aclose()  # type: ignore[attr-defined]  # an async generator behind the seam's AsyncIterator
        await asyncio.sleep(0.2)
    assert len(apple.apns.received) <= 3


async def test_closing_lets_streams_in_flight_finish(apple: World) -> None:
    apple.apns.script = always(Answer(delay=0.1))
    async with apple.pool() as pool:
        result = asyncio.ensure_future(pool.send(Push(token(1), BURGER_HEROES)))
        await until(lambda: apple.apns.received)
    assert (await result).outcome is PushOutcome.ACCEPTED


async def test_closing_does_not_wait_for_ever(apple: World) -> None:
    apple.apns.script = always(Silence())
    async with apple.pool(grace=0.1) as pool:
        result = asyncio.ensure_future(pool.send(Push(token(1), BURGER_HEROES)))
        await until(lambda: apple.apns.received)
    assert ((await result).outcome, (await result).reason) == (PushOutcome.UNKNOWN, "closed by us")


async def test_closing_gives_a_verdict_to_what_waits(apple: World) -> None:
    await apple.apns.change_max_streams(1)
    apple.apns.script = always(Answer(delay=0.05))
    async with apple.pool(connections=1) as pool:
        sends = [asyncio.ensure_future(pool.send(push)) for push in pushes(3)]
        await until(lambda: apple.apns.received)
    assert outcomes(await asyncio.gather(*sends)) == {PushOutcome.ACCEPTED: 1, PushOutcome.NOT_SENT: 2}


async def test_closing_gives_a_verdict_to_what_rests_before_its_next_attempt(apple: World) -> None:
    apple.apns.script = always(Answer(503, "Shutdown", retry_after=5))
    async with apple.pool() as pool:
        result = asyncio.ensure_future(pool.send(Push(token(1), BURGER_HEROES)))
        await until(lambda: apple.apns.refused)
        await asyncio.sleep(0.05)
        assert not result.done()
    assert ((await result).outcome, (await result).reason) == (PushOutcome.UNAVAILABLE, "Shutdown")


async def test_closing_while_connecting_gives_a_verdict(apple: World) -> None:
    async with apple.pool() as pool:
        result = asyncio.ensure_future(pool.send(Push(token(1), BURGER_HEROES)))
        await asyncio.sleep(0)
    assert (await result).outcome is PushOutcome.NOT_SENT


async def test_a_caller_who_gives_up_takes_his_push_with_him(apple: World) -> None:
    await apple.apns.change_max_streams(1)
    apple.apns.script = in_order([Answer(delay=1.0)])
    async with apple.pool(connections=1) as pool:
        patient = asyncio.ensure_future(pool.send(Push(token(1), BURGER_HEROES)))
        await until(lambda: apple.apns.received)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pool.send(Push(token(2), BURGER_HEROES)), 0.02)
        assert (await patient).outcome is PushOutcome.ACCEPTED
        assert (await pool.send(Push(token(3), BURGER_HEROES))).outcome is PushOutcome.ACCEPTED
    assert set(arrivals(apple.apns)) == {token(1), token(3)}
