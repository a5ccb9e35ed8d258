"""The simulated APNs misbehaves as told, and its ledger still tells the truth."""

import asyncio

import orjson
import pytest

from tests.simulators.apns_client import WireClient, eventually, push_fields, token
from tests.simulators.conftest import Connect
from wallet_service.simulators.apns import ApnsSimulator
from wallet_service.simulators.apns_script import (
    Answer,
    Drop,
    Freeze,
    GoAway,
    Reply,
    ResetStream,
    Silence,
    always,
    in_order,
)

TAKEN = Answer()


def taken(apns: ApnsSimulator) -> list[str]:
    return [push.token for push in apns.received]


def post_three(client: WireClient) -> list[int]:
    return [client.post(push_fields(token(number))) for number in (1, 2, 3)]


async def test_a_silent_stream_is_taken_and_never_answered(apns: ApnsSimulator, client: WireClient) -> None:
    apns.script = in_order([Silence()])
    silent = client.post(push_fields(token(1)))
    await client.push(push_fields(token(2)))
    assert client.responses[silent].headers == {}
    assert taken(apns) == [token(1), token(2)]


@pytest.mark.parametrize(("code", "ledger"), [(7, []), (2, [token(1)])])
async def test_a_reset_stream_counts_as_taken_unless_it_was_refused(
    apns: ApnsSimulator, client: WireClient, code: int, ledger: list[str]
) -> None:
    apns.script = in_order([ResetStream(code)])
    stream = client.post(push_fields(token(1)))
    await client.until(lambda: stream in client.resets)
    assert client.resets[stream] == code
    assert taken(apns) == ledger
    assert (await client.push()).status == 200


async def test_a_graceful_goaway_answers_up_to_its_last_stream_and_ignores_the_rest(
    apns: ApnsSimulator, client: WireClient
) -> None:
    apns.script = in_order([Answer(delay=0.05), GoAway("this", reason="Shutdown")])
    early, last, late = post_three(client)
    await client.until_closed()
    assert client.goaway is not None
    assert (client.goaway.last_stream_id, client.goaway.error_code) == (last, 0)
    assert orjson.loads(client.goaway.additional_data) == {"reason": "Shutdown"}
    assert [client.responses[stream].ended for stream in (early, last, late)] == [True, True, False]
    assert taken(apns) == [token(1), token(2)]


async def test_a_goaway_before_a_stream_disowns_it(apns: ApnsSimulator, client: WireClient) -> None:
    apns.script = in_order([TAKEN, GoAway("before")])
    first, disowned, late = post_three(client)
    await client.until_closed()
    assert client.goaway is not None
    assert client.goaway.last_stream_id == first
    assert not client.responses[disowned].ended
    assert not client.responses[late].ended
    assert taken(apns) == [token(1)]


async def test_the_very_first_stream_can_be_disowned(apns: ApnsSimulator, client: WireClient) -> None:
    apns.script = always(GoAway("before"))
    client.post()
    await client.until_closed()
    assert client.goaway is not None
    assert client.goaway.last_stream_id == 0
    assert apns.received == []


async def test_a_goaway_never_disowns_a_stream_that_was_taken(apns: ApnsSimulator, client: WireClient) -> None:
    apns.script = in_order([TAKEN, GoAway("this")])
    overtaken = client.open(push_fields(token(1)))
    await client.push(push_fields(token(2)))
    client.finish(overtaken)
    assert (await client.answer(overtaken)).status == 200
    assert client.goaway is not None
    assert client.goaway.last_stream_id == 3


async def test_a_stream_that_goaway_can_no_longer_disown_is_refused_by_a_reset(
    apns: ApnsSimulator, client: WireClient
) -> None:
    apns.script = in_order([TAKEN, GoAway("before")])
    overtaken = client.open(push_fields(token(1)))
    await client.push(push_fields(token(2)))
    client.finish(overtaken)
    await client.until_closed()
    assert client.resets == {overtaken: 7}
    assert taken(apns) == [token(2)]


async def test_a_stream_begun_before_the_goaway_may_still_be_finished(apns: ApnsSimulator, client: WireClient) -> None:
    apns.script = in_order([GoAway("this")])
    begun = client.open(push_fields(token(1)))
    await client.push(push_fields(token(2)))
    client.finish(begun)
    assert (await client.answer(begun)).status == 200
    await client.until_closed()
    assert taken(apns) == [token(2), token(1)]


async def test_a_lossy_goaway_closes_with_its_streams_unanswered(apns: ApnsSimulator, client: WireClient) -> None:
    apns.script = in_order([Silence(), GoAway("this", error_code=11, close=True)])
    _, last, _ = post_three(client)
    await client.until_closed()
    assert client.goaway is not None
    assert (client.goaway.last_stream_id, client.goaway.error_code) == (last, 11)
    assert not any(response.ended for response in client.responses.values())
    assert taken(apns) == [token(1), token(2)]


async def test_a_dropped_connection_ends_in_a_tcp_reset(apns: ApnsSimulator, client: WireClient) -> None:
    apns.script = in_order([TAKEN, Drop()])
    await client.push(push_fields(token(1)))
    client.post(push_fields(token(2)))
    assert await client.until_closed() is ConnectionResetError
    assert taken(apns) == [token(1), token(2)]
    assert apns.open_connections == 0


@pytest.mark.parametrize("reply", [Drop(), GoAway("this", close=True), Freeze()])
async def test_nothing_is_taken_after_the_connection_ended(
    apns: ApnsSimulator, client: WireClient, reply: Reply
) -> None:
    apns.script = in_order([reply])
    post_three(client)
    await eventually(lambda: bool(apns.received))
    post_three(client)
    await asyncio.sleep(0.05)
    assert taken(apns) == [token(1)]


async def test_a_frozen_connection_does_not_even_answer_a_ping(
    apns: ApnsSimulator, client: WireClient, connect: Connect
) -> None:
    apns.script = in_order([Freeze()])
    client.post()
    client.ping()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.until(lambda: client.pongs > 0), 0.1)
    other = await connect()
    other.ping()
    await other.until(lambda: other.pongs == 1)


async def test_a_frozen_connection_hears_of_no_new_limit(apns: ApnsSimulator, client: WireClient) -> None:
    apns.script = in_order([Freeze()])
    client.post()
    await eventually(lambda: len(apns.received) == 1)
    await apns.change_max_streams(1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.until(lambda: client.settings[3] == 1), 0.1)


async def test_a_limit_of_streams_can_change_on_living_connections_and_for_new_ones(
    apns: ApnsSimulator, client: WireClient, connect: Connect
) -> None:
    assert client.settings[3] == 1000
    await apns.change_max_streams(1)
    await client.until(lambda: client.settings[3] == 1)
    assert (await connect()).settings[3] == 1


async def test_an_answer_can_change_the_limit_of_streams(apns: ApnsSimulator, client: WireClient) -> None:
    apns.script = in_order([Answer(400, "BadDeviceToken", max_streams=1), Answer(max_streams=500)])
    await client.push()
    assert client.settings[3] == 1
    await client.push()
    assert client.settings[3] == 500


async def test_a_script_can_be_replaced_at_any_moment(apns: ApnsSimulator, client: WireClient) -> None:
    usual = apns.script
    apns.script = always(Answer(503))
    assert (await client.push()).status == 503
    apns.script = usual
    assert (await client.push()).status == 200
