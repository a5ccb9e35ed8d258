"""One connection at work, frame by frame, over a transport in memory."""

import asyncio

from h2.errors import ErrorCodes
from h2.events import StreamReset
from h2.settings import SettingCodes

from tests.wallets.apple.push.scene import Scene
from wallet_service.wallets.apple.push.seam import PushOutcome


async def test_there_is_no_room_before_the_servers_settings() -> None:
    scene = Scene(greeted=False)
    assert scene.connection.room == 0
    assert not scene.connection.ready.done()
    scene.carry()
    assert scene.connection.room == 10
    assert scene.connection.ready.done()
    await scene.close()


async def test_our_own_limit_holds_when_the_server_allows_more() -> None:
    scene = Scene(max_streams=1000, most_streams=100)
    assert scene.connection.room == 100
    await scene.close()


async def test_a_push_is_answered() -> None:
    scene = Scene()
    await scene.push()
    scene.answer(1)
    assert scene.owner.outcomes == [PushOutcome.ACCEPTED]
    assert scene.connection.room == 10
    await scene.close()


async def test_pushes_of_one_turn_are_one_write() -> None:
    scene = Scene()
    before = scene.transport.writes
    await scene.push(8)
    assert scene.transport.writes == before + 1
    assert len(scene.apns.requests) == 8
    await scene.close()


async def test_the_limit_may_shrink_to_one_and_return() -> None:
    scene = Scene()
    await scene.push(5)
    scene.apns.h2.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: 1})
    scene.carry()
    assert scene.connection.room < 1
    for stream in (1, 3, 5, 7, 9):
        scene.answer(stream)
    assert scene.connection.room == 1
    scene.apns.h2.update_settings({SettingCodes.MAX_CONCURRENT_STREAMS: 1000})
    scene.carry()
    assert scene.connection.room == 1000
    assert scene.owner.outcomes == [PushOutcome.ACCEPTED] * 5
    await scene.close()


async def test_an_overdue_stream_is_cancelled_and_its_slot_freed() -> None:
    scene = Scene(max_streams=2)
    await scene.push(expires=10.0)
    await scene.push(expires=20.0)
    scene.connection.cancel_overdue(10.0)
    await asyncio.sleep(0)
    scene.carry()
    assert scene.owner.outcomes == [PushOutcome.UNKNOWN]
    assert scene.connection.room == 1
    (reset,) = [event for event in scene.apns.events if isinstance(event, StreamReset)]
    assert (reset.stream_id, reset.error_code) == (1, ErrorCodes.CANCEL)
    await scene.close()


async def test_a_full_socket_takes_no_pushes_until_it_has_caught_up() -> None:
    scene = Scene()
    scene.connection.pause_writing()
    assert scene.connection.room == 0
    offers = scene.owner.offers
    scene.connection.resume_writing()
    assert scene.connection.room == 10
    assert scene.owner.offers == offers + 1
    await scene.close()
