"""App push against a simulated FCM: what leaves, how often, and what is said of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from tests.channels.app import account_key, app_push, message
from wallet_service.channels.app_push import AppPush
from wallet_service.channels.seam import Address
from wallet_service.outcomes import Dead, Delivered, Outcome, Refused, TryLater, Unknown
from wallet_service.simulators.fcm import FcmSimulator, Notice

Patient = tuple[FcmSimulator, AppPush]
"""A project, and a channel to it for which every pause is over at once."""


@pytest.fixture(scope="module")
async def patient() -> AsyncIterator[Patient]:
    hours = count(0, 3600)
    fcm = await FcmSimulator.start(key=account_key())
    async with app_push(fcm, seconds=lambda: float(next(hours))) as channel:
        yield fcm, channel
    await fcm.aclose()


async def test_a_phone_shows_what_was_sent(fcm: FcmSimulator) -> None:
    async with app_push(fcm) as channel:
        assert await channel.send([message("anna", title="Hello", body="300 points")]) == [Delivered()]
    assert fcm.screen("anna") == [Notice("Hello", "300 points", "news/anna")]


async def test_a_repeat_replaces_what_the_phone_shows(fcm: FcmSimulator) -> None:
    async with app_push(fcm) as channel:
        await channel.send([message("anna", body="first"), message("anna", body="second")])
        await channel.send([message("anna", body="third"), message("anna", key="other", body="fourth")])
    assert sorted(notice.body for notice in fcm.screen("anna")) == ["fourth", "third"]
    assert fcm.attempts("news/anna") == 3


async def test_a_message_expires_and_replaces_on_every_platform(fcm: FcmSimulator) -> None:
    async with app_push(fcm) as channel:
        await channel.send([message("anna", key="k1", expires_s=60, topic="spring~26")])
    said = fcm.journal[0].message
    assert said["android"] == {"collapseKey": "k1", "ttl": "60s", "notification": {"tag": "k1"}}
    assert said["apns"]["headers"]["apns-collapse-id"] == "k1"
    assert int(said["apns"]["headers"]["apns-expiration"]) > 1_700_000_000
    assert said["webpush"]["notification"] == {"tag": "k1"}
    assert said["fcmOptions"] == {"analyticsLabel": "spring~26"}
    assert said["data"] == {"key": "k1", "link": "https://burgers.example/news"}


async def test_now_or_never_is_said_so_to_apple(fcm: FcmSimulator) -> None:
    async with app_push(fcm) as channel:
        await channel.send([message("anna", expires_s=0, link=None)])
    said = fcm.journal[0].message
    assert said["apns"]["headers"]["apns-expiration"] == "0"
    assert said["android"]["ttl"] == "0s"
    assert "link" not in said["data"]
    assert "fcmOptions" not in said["webpush"]


async def test_an_address_goes_by_its_kind(fcm: FcmSimulator) -> None:
    async with app_push(fcm) as channel:
        await channel.send([message("anna", kind="fid"), message("boris", kind="token")])
    targets = [{name: sent.message[name] for name in ("fid", "token") if name in sent.message} for sent in fcm.journal]
    assert sorted(targets, key=str) == [{"fid": "anna"}, {"token": "boris"}]


@pytest.mark.parametrize(
    ("address", "outcome"),
    [
        ("unreg-1", Dead(None)),
        ("malformed-1", Dead(None)),
        ("blamed-1", Dead(None)),
        ("payload-1", Refused("INVALID_ARGUMENT: message.android.ttl")),
        ("bare400-1", Refused("400")),
        ("apnskey-1", Refused("THIRD_PARTY_AUTH_ERROR")),
        ("denied-1", Refused("403")),
        ("lost-1", Refused("404")),
        ("moved-1", Refused("302")),
        ("quota-1", TryLater(60.0, "QUOTA_EXCEEDED")),
        ("wait7-1", TryLater(7.0, "QUOTA_EXCEEDED")),
        ("busy9-1", TryLater(9.0, "UNAVAILABLE")),
        ("500-1", TryLater(10.0, "INTERNAL")),
        ("503-1", TryLater(10.0, "UNAVAILABLE")),
        ("html-1", TryLater(10.0, "502")),
        ("drop-1", Unknown("RemoteProtocolError")),
        ("garble-1", Unknown("JSONDecodeError")),
        ("nameless-1", Unknown("an answer without a name")),
        ("oddly-1", Unknown("AttributeError")),
    ],
)
async def test_every_answer_has_its_outcome_after_one_attempt(patient: Patient, address: str, outcome: Outcome) -> None:
    fcm, channel = patient
    assert await channel.send([message(address)]) == [outcome]
    assert fcm.attempts(f"news/{address}") == 1


async def test_an_address_of_another_project_is_dead_where_others_are_reached(patient: Patient) -> None:
    _, channel = patient
    assert await channel.send([message("mismatch-1"), message("anna")]) == [Dead(None), Delivered()]
    (alone,) = await channel.send([message("mismatch-1")])
    assert isinstance(alone, Refused)


async def test_a_message_that_nobody_answers_is_unknown_and_was_sent_once(fcm: FcmSimulator) -> None:
    async with app_push(fcm, deadline=3.0) as channel:
        outcomes = await channel.send([message("slow-anna"), message("boris")])
    assert outcomes == [Unknown("ReadTimeout"), Delivered()]
    assert fcm.attempts("news/slow-anna") == 1
    assert len(fcm.screen("slow-anna")) == 1


async def test_when_the_unknown_is_repeated_the_phone_still_shows_one(fcm: FcmSimulator) -> None:
    async with app_push(fcm) as channel:
        for _ in range(3):
            assert await channel.send([message("drop-anna")]) == [Unknown("RemoteProtocolError")]
    assert fcm.attempts("news/drop-anna") == 3
    assert len(fcm.screen("drop-anna")) == 1


async def test_three_bad_messages_do_not_stop_the_other_497(fcm: FcmSimulator) -> None:
    batch = [message(f"phone-{number}") for number in range(500)]
    batch[7] = message("anna@example.com", kind="email")
    batch[250] = message("phone-250", body="x" * 5000)
    batch[499] = message("phone-499", link="http://burgers.example")
    async with app_push(fcm, window=8) as channel:
        outcomes = await channel.send(batch)
    assert [number for number, outcome in enumerate(outcomes) if outcome != Delivered()] == [7, 250, 499]
    assert all(isinstance(outcomes[number], Refused) for number in (7, 250, 499))
    assert len(fcm.journal) == 497


async def test_what_only_firebase_admin_objects_to_is_refused_too(fcm: FcmSimulator) -> None:
    odd: Any = 300
    async with app_push(fcm) as channel:
        outcomes = await channel.send([message("anna"), replace(message("boris"), address=Address("fid", odd))])
    assert outcomes == [Delivered(), Refused("Message.fid must be a non-empty string.")]


async def test_more_than_a_batch_is_sent_in_batches_and_in_order(fcm: FcmSimulator) -> None:
    troubled = {3: "unreg-3", 510: "500-510"}
    async with app_push(fcm, window=8) as channel:
        outcomes = await channel.send([message(troubled.get(number, f"phone-{number}")) for number in range(511)])
    assert {number: outcome for number, outcome in enumerate(outcomes) if outcome != Delivered()} == {
        3: Dead(None),
        510: TryLater(10.0, "INTERNAL"),
    }


async def test_a_quota_stops_the_whole_project_until_its_time_is_up(fcm: FcmSimulator) -> None:
    now = 0.0
    async with app_push(fcm, window=1, seconds=lambda: now) as channel:
        outcomes = await channel.send([message("wait7-anna"), message("boris")])
        assert outcomes == [TryLater(7.0, "QUOTA_EXCEEDED"), TryLater(7.0, "FCM asked for a pause")]
        now = 6.0
        assert await channel.send([message("boris")]) == [TryLater(1.0, "FCM asked for a pause")]
        now = 7.0
        assert await channel.send([message("boris")]) == [Delivered()]
    assert fcm.attempts("news/boris") == 1


async def test_addresses_that_all_belong_to_another_project_are_our_mistake(fcm: FcmSimulator) -> None:
    async with app_push(fcm) as channel:
        outcomes = await channel.send([message(f"mismatch-{number}") for number in range(20)])
    assert {type(outcome) for outcome in outcomes} == {Refused}
