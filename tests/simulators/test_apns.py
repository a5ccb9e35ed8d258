"""The simulated APNs answers over real HTTP/2 and keeps a truthful ledger."""

import uuid

import orjson
import pytest

from tests.simulators.apns_client import TOPIC, WireClient, push_fields, token
from tests.simulators.conftest import Connect
from wallet_service.simulators.apns import ApnsSimulator, ReceivedPush
from wallet_service.simulators.apns_script import Answer, always, in_order


async def test_a_good_push_is_answered_200_and_stands_in_the_ledger(apns: ApnsSimulator, client: WireClient) -> None:
    response = await client.push(push_fields(token(1)), b'{"aps":{}}')
    assert (response.status, response.body) == (200, b"")
    [push] = apns.received
    assert (push.token, push.topic, push.payload) == (token(1), TOPIC, b'{"aps":{}}')
    assert (push.connection, push.stream, push.subject_uid) == (1, 1, TOPIC)
    assert push.headers == {"apns-topic": TOPIC, "apns-push-type": "background", "apns-priority": "5"}


async def test_a_push_gets_its_own_id_back_and_else_a_new_one(client: WireClient) -> None:
    mine = str(uuid.uuid4())
    assert (await client.push(push_fields(apns_id=mine))).headers["apns-id"] == mine
    given = (await client.push()).headers["apns-id"]
    assert uuid.UUID(given) != uuid.UUID(mine)


async def test_a_bad_request_is_refused_with_a_reason_and_never_reaches_the_ledger(
    apns: ApnsSimulator, client: WireClient
) -> None:
    response = await client.push(push_fields(topic="pass.example.pizza"))
    assert (response.status, orjson.loads(response.body)) == (400, {"reason": "TopicDisallowed"})
    assert "apns-id" in response.headers
    assert apns.received == []
    assert [refused.reply for refused in apns.refused] == [Answer(400, "TopicDisallowed")]


async def test_a_request_without_a_body_is_an_empty_payload(client: WireClient) -> None:
    assert orjson.loads((await client.push(payload=b"")).body) == {"reason": "PayloadEmpty"}


async def test_a_payload_in_several_frames_is_put_together(apns: ApnsSimulator, client: WireClient) -> None:
    stream = client.open(push_fields())
    client.chunk(stream, b'{"aps":')
    client.finish(stream, b"{}}")
    assert (await client.answer(stream)).status == 200
    assert apns.received[0].payload == b'{"aps":{}}'


async def test_a_dead_token_is_unregistered_since_the_moment_it_died(apns: ApnsSimulator, client: WireClient) -> None:
    apns.kill_token("0A" * 32, 1_763_000_000_000)
    response = await client.push(push_fields("0a" * 32))
    assert response.status == 410
    assert orjson.loads(response.body) == {"reason": "Unregistered", "timestamp": 1_763_000_000_000}
    assert (await client.push(push_fields(token(2)))).status == 200
    assert [push.token for push in apns.received] == [token(2)]


async def test_retry_after_is_a_header_in_seconds(apns: ApnsSimulator, client: WireClient) -> None:
    apns.script = always(Answer(429, "TooManyRequests", retry_after=3))
    response = await client.push()
    assert (response.status, response.headers["retry-after"]) == (429, "3")


async def test_a_body_can_be_anything_such_as_html(apns: ApnsSimulator, client: WireClient) -> None:
    apns.script = always(Answer(500, body=b"<html>oops</html>"))
    response = await client.push()
    assert (response.status, response.body) == (500, b"<html>oops</html>")


async def test_a_delayed_answer_is_overtaken_by_the_next(apns: ApnsSimulator, client: WireClient) -> None:
    apns.script = in_order([Answer(delay=0.05)])
    slow, quick = client.post(push_fields(token(1))), client.post(push_fields(token(2)))
    await client.answer(quick)
    assert not client.responses[slow].ended
    assert (await client.answer(slow)).status == 200
    assert [push.token for push in apns.received] == [token(1), token(2)]


async def test_a_cancelled_push_gets_no_delayed_answer_and_its_neighbour_does(
    apns: ApnsSimulator, client: WireClient
) -> None:
    apns.script = always(Answer(delay=0.05))
    cancelled, other = client.post(), client.post()
    client.cancel(cancelled)
    assert (await client.answer(other)).status == 200
    assert client.responses[cancelled].headers == {}


async def test_a_push_cancelled_in_the_same_breath_harms_nobody(apns: ApnsSimulator, client: WireClient) -> None:
    cancelled = client.post()
    client.cancel(cancelled)
    assert (await client.push()).status == 200
    assert apns.violations == []


async def test_a_push_cancelled_before_its_end_is_not_processed(apns: ApnsSimulator, client: WireClient) -> None:
    client.cancel(client.open(push_fields(token(1))))
    await client.push(push_fields(token(2)))
    assert [push.token for push in apns.received] == [token(2)]


async def test_listeners_hear_of_every_push_that_is_taken_and_of_no_other(
    apns: ApnsSimulator, client: WireClient
) -> None:
    heard: list[ReceivedPush] = []
    apns.subscribe(heard.append)
    apns.script = in_order([Answer(503, "ServiceUnavailable")])
    await client.push(push_fields(token(1)))
    await client.push(push_fields(token(2)))
    assert [push.token for push in heard] == [token(2)]
    assert heard == apns.received


async def test_connections_are_counted_when_made_and_when_lost(
    apns: ApnsSimulator, client: WireClient, connect: Connect
) -> None:
    second = await connect()
    assert (apns.connections, apns.open_connections) == (2, 2)
    await second.push()
    assert apns.received[0].connection == 2
    await client.aclose()
    await second.push()
    assert (apns.connections, apns.open_connections) == (2, 1)


async def test_a_body_waits_until_the_client_opens_its_window(apns: ApnsSimulator, connect: Connect) -> None:
    apns.script = always(Answer(400, "BadDeviceToken"))
    client = await connect(settings={4: 10})
    stream = client.post()
    await client.until(lambda: len(client.responses[stream].body) == 10)
    client.widen(stream, 100)
    assert orjson.loads((await client.answer(stream)).body) == {"reason": "BadDeviceToken"}


@pytest.mark.parametrize("length", [16_384, 60_000])
async def test_a_long_body_is_cut_into_frames(apns: ApnsSimulator, client: WireClient, length: int) -> None:
    apns.script = always(Answer(500, body=b"x" * length))
    assert (await client.push()).body == b"x" * length


async def test_a_client_that_wants_no_header_table_gets_headers_that_need_none(connect: Connect) -> None:
    client = await connect(settings={1: 0})
    assert {(await client.push()).status for _ in range(3)} == {200}
    assert client.table_entries == 0


async def test_a_thousand_pushes_in_flight_are_answered_each_once(apns: ApnsSimulator, client: WireClient) -> None:
    streams = [client.post(push_fields(token(number))) for number in range(1000)]
    assert {(await client.answer(stream)).status for stream in streams} == {200}
    assert [push.token for push in apns.received] == [token(number) for number in range(1000)]
