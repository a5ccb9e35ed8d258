"""Web push against a simulated push service: what a browser reads, and what is said of each message."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.channels.browsers import NOON, notice, our_vapid, push_service, web_push
from wallet_service.channels.web_push import WebPush, topic_of
from wallet_service.clock import SetClock
from wallet_service.outcomes import Dead, Delivered, Outcome, Refused, TryLater, Unknown
from wallet_service.retry_after import LONGEST_PAUSE
from wallet_service.simulators.pki import SimulatedPki
from wallet_service.simulators.web_push import Reply, WebPushSimulator
from wallet_service.simulators.web_push_browser import Browser

World = tuple[WebPushSimulator, SimulatedPki]


@pytest.fixture(scope="module")
async def world() -> AsyncIterator[World]:
    async with push_service() as running:
        yield running


@pytest.fixture
async def channel(world: World) -> AsyncIterator[WebPush]:
    async with web_push(world[1]) as opened:
        yield opened


@pytest.fixture
def push(world: World) -> WebPushSimulator:
    world[0].journal.clear()
    return world[0]


@pytest.fixture
def anna(push: WebPushSimulator) -> Browser:
    return push.subscribe(our_vapid().public_key)


async def test_a_browser_reads_what_was_sent(push: WebPushSimulator, anna: Browser, channel: WebPush) -> None:
    assert await channel.send([notice(anna, title="Hello", body="300 бонусов")]) == [Delivered()]
    said = {"title": "Hello", "body": "300 бонусов", "tag": "balance/anna"}
    assert anna.told == [said | {"data": {"link": "https://burgers.example/c/anna"}}]
    assert [(sent.status, sent.reason) for sent in push.journal] == [(201, "")]


async def test_an_endpoint_is_asked_letter_by_letter(push: WebPushSimulator, anna: Browser, channel: WebPush) -> None:
    anna.endpoint += "?token=BQYAAAB%2bX%2fYZ%3d%3d"
    assert await channel.send([notice(anna)]) == [Delivered()]
    assert [sent.endpoint for sent in push.journal] == [anna.endpoint]


async def test_a_message_says_how_long_and_how_urgent_it_is(
    push: WebPushSimulator, anna: Browser, world: World
) -> None:
    async with web_push(world[1], urgency="high") as channel:
        await channel.send([notice(anna, key="k1", expires_s=60)])
    headers = push.journal[0].headers
    assert {name: headers[name] for name in ("TTL", "Urgency", "Topic")} == {
        "TTL": "60",
        "Urgency": "high",
        "Topic": topic_of("k1"),
    }


async def test_a_repeat_replaces_what_the_browser_shows(anna: Browser, channel: WebPush) -> None:
    for title in ("first", "second"):
        await channel.send([notice(anna, title=title)])
    await channel.send([notice(anna, title="another", key="news")])
    assert [shown["title"] for shown in anna.screen] == ["second", "another"]


async def test_a_browser_that_was_away_is_told_the_newest_only(
    push: WebPushSimulator, anna: Browser, channel: WebPush
) -> None:
    anna.online = False
    for title in ("first", "second"):
        await channel.send([notice(anna, title=title)])
    await channel.send([notice(anna, title="now or never", key="k2", expires_s=0)])
    push.wake(anna)
    assert [said["title"] for said in anna.told] == ["second"]


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(200), Delivered()),
        (Reply(201), Delivered()),
        (Reply(202), Delivered()),
        (Reply(404), Dead(None)),
        (Reply(410), Dead(None)),
        (Reply(413), Refused("the message is longer than the push service takes")),
        (Reply(429, {"Retry-After": "7"}), TryLater(7.0, "429")),
        (Reply(429, {"Retry-After": "Fri, 20 Nov 2026 12:01:00 GMT"}), TryLater(60.0, "429")),
        (Reply(429, {"Retry-After": "9" * 30}), TryLater(LONGEST_PAUSE, "429")),
        (Reply(500), TryLater(30.0, "500")),
        (Reply(503, {"Retry-After": "soon"}), TryLater(30.0, "503")),
        (Reply(307, {"Location": "/push/1"}), Refused("the push service answered 307")),
        (Reply(way="drop"), Unknown("ServerDisconnectedError")),
    ],
)
async def test_every_answer_has_its_outcome_after_one_attempt(
    push: WebPushSimulator, anna: Browser, channel: WebPush, reply: Reply, outcome: Outcome
) -> None:
    push.answer(anna, reply)
    assert await channel.send([notice(anna)]) == [outcome]
    assert len(push.journal) == 1


async def test_a_message_that_nobody_answers_is_unknown_and_was_sent_once(
    push: WebPushSimulator, anna: Browser, world: World
) -> None:
    push.answer(anna, Reply(way="stall"))
    async with web_push(world[1], deadline=3.0) as channel:
        assert await channel.send([notice(anna)]) == [Unknown("TimeoutError")]
    assert len(push.journal) == 1
    assert len(anna.told) == 1


async def test_two_hundred_messages_have_their_outcomes_in_order(push: WebPushSimulator, channel: WebPush) -> None:
    browsers = [push.subscribe(our_vapid().public_key) for _ in range(200)]
    push.unsubscribe(browsers[7])
    push.answer(browsers[150], Reply(503))
    messages = [notice(browser, title=f"n{number}") for number, browser in enumerate(browsers)]
    messages[199] = notice("no subscription")
    outcomes = await channel.send(messages)
    troubled = {number: outcome for number, outcome in enumerate(outcomes) if outcome != Delivered()}
    assert (troubled[7], troubled[150]) == (Dead(None), TryLater(30.0, "503"))
    assert troubled.keys() == {7, 150, 199}
    assert isinstance(troubled[199], Refused)
    told = {
        number for number, browser in enumerate(browsers) if [said["title"] for said in browser.told] == [f"n{number}"]
    }
    assert told == set(range(200)) - troubled.keys()


async def test_no_more_are_on_their_way_than_the_window_holds(push: WebPushSimulator, world: World) -> None:
    browsers = [push.subscribe(our_vapid().public_key) for _ in range(6)]
    for browser in browsers:
        push.answer(browser, Reply(way="stall"))
    async with web_push(world[1], window=2) as channel:
        sending = asyncio.create_task(channel.send([notice(browser) for browser in browsers]))
        async with asyncio.timeout(30):
            while len(push.journal) < 2:
                await asyncio.sleep(0.01)
        await channel.aclose()
        outcomes = await sending
    assert len(push.journal) == 2
    assert outcomes[2:] == [Refused("the channel is closed")] * 4
    assert all(isinstance(outcome, Unknown) for outcome in outcomes[:2])


async def test_one_token_serves_a_push_service_for_an_hour(push: WebPushSimulator, anna: Browser, world: World) -> None:
    clock = SetClock(NOON)
    async with web_push(world[1], clock=clock) as channel:
        for step in (0, 59, 1):
            clock.forward(timedelta(minutes=step))
            await channel.send([notice(anna)])
    first, second, third = (sent.headers["Authorization"] for sent in push.journal)
    assert first == second != third
    assert [sent.status for sent in push.journal] == [201, 201, 201]


async def test_a_browser_that_subscribed_to_another_key_is_not_forgotten(
    push: WebPushSimulator, channel: WebPush
) -> None:
    stranger = push.subscribe("BA1Hxzyi1RUM1b5wjxsn7nGxAszw2u61m164i3MrAIxHF6YK5h4SDYic-dRuU_RCPCfA5aq9ojSwk5Y2EmClBPs")
    outcomes = await channel.send([notice(stranger)])
    assert outcomes == [Refused("the browser subscribed to another VAPID key, or our contact is not believed")]


async def test_a_service_that_is_away_or_that_nobody_vouches_for_is_for_later(
    push: WebPushSimulator, anna: Browser
) -> None:
    async with web_push(None) as channel:
        assert await channel.send([notice(anna)]) == [TryLater(30.0, "ClientConnectorCertificateError")]
        anna.endpoint = "https://127.0.0.1:1/push/1"
        assert await channel.send([notice(anna)]) == [TryLater(30.0, "ClientConnectorError")]
    assert push.journal == []


async def test_a_closed_channel_sends_nothing(push: WebPushSimulator, anna: Browser, channel: WebPush) -> None:
    await channel.send([notice(anna)])
    await channel.aclose()
    await channel.aclose()
    assert await channel.send([notice(anna)]) == [Refused("the channel is closed")]
    assert len(push.journal) == 1


async def test_a_channel_serves_one_event_loop_and_says_so_in_another(
    push: WebPushSimulator, anna: Browser, channel: WebPush
) -> None:
    await channel.send([notice(anna)])
    elsewhere = await asyncio.to_thread(lambda: asyncio.run(_send(channel, anna)))
    assert elsewhere == [Refused("the channel belongs to another event loop: open one for each")]
    assert len(push.journal) == 1


async def _send(channel: WebPush, to: Browser) -> list[Outcome]:
    return list(await channel.send([notice(to)]))
