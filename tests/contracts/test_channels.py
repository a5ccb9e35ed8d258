"""What every channel owes the business: the same tests for the one in memory and for each that leaves the building."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import orjson
import pytest

from tests.channels.app import account_key, app_push
from tests.channels.browsers import with_web_push
from wallet_service.channels.app_account import app_account_file
from wallet_service.channels.app_push import AppPush
from wallet_service.channels.app_pushes import AppPushes
from wallet_service.channels.memory import MemoryChannel
from wallet_service.channels.seam import Address, Channel, Message
from wallet_service.outcomes import Dead, Delivered, Outcome, Refused, TryLater
from wallet_service.simulators.fcm import FcmSimulator


class Rig(Protocol):
    """A channel, and the world behind it."""

    @property
    def channel(self) -> Channel:
        """What is tested."""

    def address(self, name: str) -> Address:
        """Where a person is reached; names that begin with `dead` or `busy` are people who are in trouble."""

    def shown(self, name: str) -> list[str]:
        """The texts a person has before their eyes, in the order they came."""


class MemoryRig:
    def __init__(self) -> None:
        self.channel = MemoryChannel()

    def address(self, name: str) -> Address:
        troubles: dict[str, Outcome] = {"dead": Dead(None), "busy": TryLater(9.0, "busy")}
        if name[:4] in troubles:
            self.channel.answer(name, troubles[name[:4]])
        return Address("fid", name)

    def shown(self, name: str) -> list[str]:
        mine = (message for message in self.channel.sent if message.address.value == name)
        return list({message.key: message.body for message in mine}.values())


class AppRig:
    def __init__(self, fcm: FcmSimulator, channel: Channel) -> None:
        self.fcm, self.channel = fcm, channel

    def address(self, name: str) -> Address:
        return Address("fid", _in_fcm(name))

    def shown(self, name: str) -> list[str]:
        return [notice.body for notice in self.fcm.screen(_in_fcm(name))]


def _in_fcm(name: str) -> str:
    return name.replace("dead", "unreg").replace("busy", "busy9")


BAD: tuple[dict[str, Any], ...] = (
    {"key": ""},
    {"key": "k" * 65},
    {"key": "ключ"},
    {"topic": "spring sale"},
    {"title": "", "body": ""},
    {"body": "half a pair: \ud83c"},
    {"link": "javascript:alert(1)"},
    {"expires_s": -1},
    {"expires_s": 29 * 86400},
)


@asynccontextmanager
async def in_memory() -> AsyncIterator[Rig]:
    yield MemoryRig()


@asynccontextmanager
async def with_app_push() -> AsyncIterator[Rig]:
    fcm = await FcmSimulator.start(key=account_key())
    async with app_push(fcm, window=8) as channel:
        yield AppRig(fcm, channel)
    await fcm.aclose()
    assert fcm.violations == []


@asynccontextmanager
async def with_app_pushes() -> AsyncIterator[Rig]:
    """The channel of one brand among many."""
    fcm = await FcmSimulator.start(key=account_key())
    with TemporaryDirectory() as folder:
        file = app_account_file(Path(folder), "brand")
        file.parent.mkdir(parents=True)
        file.write_bytes(orjson.dumps(fcm.account))
        pushes = AppPushes(Path(folder), partial(AppPush, root=fcm.root, deadline=5.0, window=8))
        yield AppRig(fcm, pushes.of("brand"))
        await pushes.aclose()
    await fcm.aclose()
    assert fcm.violations == []


RIGS = {"memory": in_memory, "app push": with_app_push, "app pushes": with_app_pushes, "web push": with_web_push}


@pytest.fixture(params=RIGS.values(), ids=[*RIGS])
async def rig(request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    making: AbstractAsyncContextManager[Rig] = request.param()
    async with making as made:
        yield made


def message(rig: Rig, name: str = "anna", **rest: Any) -> Message:
    """A message to this person, of a key of their own."""
    said = Message(f"news/{name}", rig.address(name), "Burger Heroes", f"Бонусы: {name}", None, "news", 3600)
    return replace(said, **rest)


async def test_a_message_is_delivered_and_shown(rig: Rig) -> None:
    assert list(await rig.channel.send([message(rig, body="300 бонусов ждут вас 🍔")])) == [Delivered()]
    assert rig.shown("anna") == ["300 бонусов ждут вас 🍔"]


async def test_every_message_of_a_batch_has_its_outcome_in_order(rig: Rig) -> None:
    names = [f"dead-{number}" if number % 7 == 0 else f"phone-{number}" for number in range(50)]
    outcomes = await rig.channel.send([message(rig, name) for name in names])
    assert [isinstance(outcome, Dead) for outcome in outcomes] == [name.startswith("dead") for name in names]
    assert all(isinstance(outcome, Dead | Delivered) for outcome in outcomes)


async def test_the_same_key_replaces_what_was_shown(rig: Rig) -> None:
    await rig.channel.send([message(rig, body="first")])
    await rig.channel.send([message(rig, body="second")])
    assert rig.shown("anna") == ["second"]


async def test_another_key_is_another_message(rig: Rig) -> None:
    await rig.channel.send([message(rig, key="news/1", body="first")])
    await rig.channel.send([message(rig, key="news/2", body="second")])
    assert rig.shown("anna") == ["first", "second"]


async def test_who_asks_for_a_pause_is_tried_later_and_told_when(rig: Rig) -> None:
    (outcome,) = await rig.channel.send([message(rig, "busy-boris")])
    assert isinstance(outcome, TryLater)
    assert outcome.seconds == pytest.approx(9.0, abs=1.0)


async def test_bad_messages_are_refused_and_their_neighbours_go(rig: Rig) -> None:
    bad = [message(rig, "carl", **change) for change in BAD]
    first, *refused, last = await rig.channel.send([message(rig, "anna"), *bad, message(rig, "boris")])
    assert (first, last) == (Delivered(), Delivered())
    assert [type(outcome) for outcome in refused] == [Refused] * len(BAD)
    assert rig.shown("carl") == []


async def test_an_empty_address_is_refused(rig: Rig) -> None:
    address = replace(rig.address("anna"), value="")
    (outcome,) = await rig.channel.send([message(rig, address=address)])
    assert isinstance(outcome, Refused)


async def test_an_empty_batch_sends_nothing(rig: Rig) -> None:
    assert list(await rig.channel.send([])) == []


async def test_a_closed_channel_sends_nothing_and_closing_twice_is_closing(rig: Rig) -> None:
    await rig.channel.send([message(rig, "anna")])
    await rig.channel.aclose()
    await rig.channel.aclose()
    (outcome,) = await rig.channel.send([message(rig, "boris")])
    assert isinstance(outcome, Refused)
    assert rig.shown("boris") == []


async def test_a_channel_has_a_name(rig: Rig) -> None:
    assert rig.channel.name
