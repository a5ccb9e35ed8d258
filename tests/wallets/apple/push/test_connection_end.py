"""How a connection ends: goodbyes, breaks, silence and refusals."""

import asyncio

import pytest
from h2.errors import ErrorCodes
from h2.events import ConnectionTerminated, PingReceived

from tests.wallets.apple.push.memory_apns import goaway
from tests.wallets.apple.push.scene import Scene
from tests.wallets.apple.push.world import until
from wallet_service.wallets.apple.push.seam import PushOutcome
from wallet_service.wallets.apple.push.trouble import CannotConnectError


async def test_goaway_frees_the_streams_it_disowns_and_waits_for_the_others() -> None:
    scene = Scene()
    await scene.push(3)
    scene.connection.data_received(goaway(3, 0, b'{"reason":"Shutdown"}'))
    assert [(result.outcome, result.reason) for result in scene.owner.results] == [(PushOutcome.NOT_SENT, "Shutdown")]
    assert scene.connection.leaving
    assert scene.connection.room <= 0
    assert not scene.transport.closed
    scene.answer(1)
    scene.answer(3)
    assert scene.transport.closed
    await asyncio.sleep(0)
    assert scene.owner.farewells == ["Shutdown"]
    assert scene.owner.outcomes == [PushOutcome.NOT_SENT, PushOutcome.ACCEPTED, PushOutcome.ACCEPTED]


async def test_goaway_without_a_reason_is_told_by_its_code() -> None:
    scene = Scene()
    scene.connection.data_received(goaway(0, 11))
    await asyncio.sleep(0)
    assert scene.owner.farewells == ["the server said goodbye with code 11"]


@pytest.mark.parametrize(
    ("code", "outcome"),
    [(ErrorCodes.REFUSED_STREAM, PushOutcome.NOT_SENT), (ErrorCodes.INTERNAL_ERROR, PushOutcome.UNKNOWN)],
)
async def test_only_a_refused_stream_is_certainly_not_sent(code: ErrorCodes, outcome: PushOutcome) -> None:
    scene = Scene()
    await scene.push()
    scene.apns.h2.reset_stream(1, code)
    scene.carry()
    assert scene.owner.outcomes == [outcome]
    await scene.close()


async def test_what_is_in_flight_when_the_connection_breaks_is_unknown() -> None:
    scene = Scene()
    await scene.push(2)
    scene.connection.connection_lost(ConnectionResetError())
    assert [(result.outcome, result.reason) for result in scene.owner.results] == [
        (PushOutcome.UNKNOWN, "the connection was lost")
    ] * 2
    assert scene.connection.useless


async def test_a_connection_that_answered_once_was_of_use() -> None:
    scene = Scene()
    await scene.push()
    assert scene.connection.useless
    scene.answer(1, 410, b'{"reason":"Unregistered","timestamp":5}')
    assert not scene.connection.useless
    assert scene.owner.results[0].timestamp == 5
    await scene.close()


async def test_a_server_that_breaks_the_rules_is_left() -> None:
    scene = Scene()
    await scene.push()
    scene.connection.data_received(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    await asyncio.sleep(0)
    assert scene.transport.aborted
    assert scene.owner.outcomes == [PushOutcome.UNKNOWN]
    assert scene.owner.farewells[0].startswith("the server broke the rules of HTTP/2")


@pytest.mark.parametrize("alpn", ["http/1.1", None])
async def test_a_server_that_does_not_choose_h2_is_refused(alpn: str | None) -> None:
    scene = Scene(greeted=False, alpn=alpn)
    with pytest.raises(CannotConnectError, match="does not speak HTTP/2"):
        await scene.connection.ready
    assert scene.transport.aborted
    assert scene.transport.take() == b""
    await asyncio.sleep(0)


async def test_a_connection_lost_before_its_settings_was_never_ready() -> None:
    scene = Scene(greeted=False)
    scene.connection.connection_lost(None)
    with pytest.raises(CannotConnectError, match="the other side closed the connection before its first word"):
        await scene.connection.ready


async def test_it_retires_when_its_streams_are_used_up() -> None:
    scene = Scene(lifetime=2)
    await scene.push(2)
    assert scene.connection.leaving
    scene.answer(1)
    scene.answer(3)
    assert scene.transport.closed
    scene.carry()
    assert any(isinstance(event, ConnectionTerminated) for event in scene.apns.events)
    await asyncio.sleep(0)


async def test_a_retired_connection_closes_after_its_last_answer() -> None:
    scene = Scene()
    await scene.push()
    scene.connection.retire()
    assert not scene.transport.closed
    scene.answer(1)
    assert scene.transport.closed
    await asyncio.sleep(0)
    assert scene.owner.outcomes == [PushOutcome.ACCEPTED]


async def test_an_idle_connection_is_pinged_and_lives_if_it_answers() -> None:
    scene = Scene(idle=0.02, pong=1.0)

    def pings() -> int:
        scene.carry()
        scene.carry()
        return sum(isinstance(event, PingReceived) for event in scene.apns.events)

    await until(lambda: pings() >= 2)
    assert not scene.transport.closed
    await scene.close()


async def test_a_connection_that_answers_no_ping_is_given_up() -> None:
    scene = Scene(idle=0.02, pong=0.03)
    await scene.push()
    await until(lambda: scene.owner.farewells)
    assert scene.transport.aborted
    assert scene.owner.farewells == ["no answer to a PING within 0.03 s"]
    assert scene.owner.outcomes == [PushOutcome.UNKNOWN]


async def test_a_busy_connection_is_not_pinged() -> None:
    now = asyncio.get_running_loop().time
    heard, silence = now(), 0.0
    scene = Scene(idle=0.4)
    for number in range(6):
        await scene.push()
        await asyncio.sleep(0.1)
        silence, heard = max(silence, now() - heard), now()
        scene.answer(2 * number + 1)
    pinged = any(isinstance(event, PingReceived) for event in scene.apns.events)
    assert not pinged or silence >= 0.4  # a machine that stood still was no busy connection
    await scene.close()


async def test_an_answer_to_a_stream_already_given_up_changes_nothing() -> None:
    scene = Scene()
    await scene.push(expires=1.0)
    late = scene.apns.answer(1)
    scene.connection.cancel_overdue(1.0)
    scene.connection.on_answer(1, 200, b"", None)
    scene.connection.on_reset(1, 2)
    scene.connection.data_received(late)
    assert scene.owner.outcomes == [PushOutcome.UNKNOWN]
    await scene.close()


async def test_breaking_off_what_is_already_gone_changes_nothing() -> None:
    scene = Scene()
    scene.connection.connection_lost(None)
    scene.connection.abort("again")
    scene.connection.retire()
    assert scene.owner.farewells == ["the other side closed the connection"]


async def test_a_deadline_that_falls_into_the_break_leaves_the_verdict_to_the_break() -> None:
    scene = Scene()
    await scene.push(expires=1.0)
    scene.connection.data_received(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    scene.connection.cancel_overdue(1.0)
    assert scene.owner.outcomes == []
    await asyncio.sleep(0.01)
    assert scene.owner.outcomes == [PushOutcome.UNKNOWN]


async def test_no_ping_is_sent_into_the_break() -> None:
    scene = Scene(idle=0.01)
    scene.transport.take()
    scene.transport.closed = True  # closing, but asyncio has not yet told the connection
    await asyncio.sleep(0.05)
    assert scene.transport.take() == b""
    scene.connection.connection_lost(None)
