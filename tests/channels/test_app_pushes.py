"""Push to the apps of all brands: opened when needed, under the key that is there now, at most once for each message."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs

from tests.channels.app import account_key, message
from wallet_service.channels.app_account import app_account_file
from wallet_service.channels.app_push import AppPush, FcmMissing
from wallet_service.channels.app_pushes import UNTIL_MENDED, AppPushes
from wallet_service.followed_files import PATIENCE
from wallet_service.outcomes import Delivered, Refused, TryLater
from wallet_service.simulators.fcm import FcmSimulator

BRAND, OTHER = "brand_burgers", "brand_coffee"


class Workshop:
    """The apps of two brands: a folder of keys, a watch, and what was opened."""

    def __init__(self, folder: Path, fcm: FcmSimulator) -> None:
        self.folder, self.fcm = folder, fcm
        self.seconds = 0.0
        self.opened: list[AppPush] = []
        self.pushes = AppPushes(folder, self.open, lambda: self.seconds)

    def open(self, account: Mapping[str, Any]) -> AppPush:
        """What the service gives to open channels with."""
        root = account["token_uri"].removesuffix("/token")  # each simulated project has an address of its own
        self.opened.append(AppPush(account, root=root, deadline=60.0))
        return self.opened[-1]

    def give(self, brand: str, account: Mapping[str, Any] | None) -> None:
        """Set the brand's key; None: a file that is no key."""
        file = app_account_file(self.folder, brand)
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".new")
        draft.write_bytes(b"{" if account is None else orjson.dumps(account))
        draft.replace(file)


@pytest.fixture
async def workshop(tmp_path: Path, fcm: FcmSimulator) -> AsyncIterator[Workshop]:
    made = Workshop(tmp_path, fcm)
    yield made
    await made.pushes.aclose()


async def test_a_brand_pushes_to_its_app_by_one_channel_that_is_opened_once(workshop: Workshop) -> None:
    workshop.give(BRAND, workshop.fcm.account)
    channel = workshop.pushes.of(BRAND)
    assert workshop.opened == []
    sends = (channel.send([message(f"phone-{number}")]) for number in range(10))
    assert await asyncio.gather(*sends) == [[Delivered()]] * 10
    assert (len(workshop.opened), workshop.pushes.of(BRAND)) == (1, channel)


async def test_brands_push_each_under_their_own_account(workshop: Workshop) -> None:
    coffee = await FcmSimulator.start("coffee-corner", key=account_key())
    workshop.give(BRAND, workshop.fcm.account)
    workshop.give(OTHER, coffee.account)
    for brand, name in ((BRAND, "anna"), (OTHER, "boris")):
        assert await workshop.pushes.of(brand).send([message(name)]) == [Delivered()]
    await coffee.aclose()
    assert [attempt.address for attempt in workshop.fcm.journal] == ["anna"]
    assert [attempt.address for attempt in coffee.journal] == ["boris"]


async def test_without_an_account_messages_wait_until_there_is_one(workshop: Workshop) -> None:
    channel = workshop.pushes.of(BRAND)
    outcomes = await channel.send([message("anna"), message("boris")])
    assert [type(outcome) for outcome in outcomes] == [TryLater] * 2
    assert isinstance(outcomes[0], TryLater)
    assert (outcomes[0].seconds, "cannot be read" in outcomes[0].reason) == (UNTIL_MENDED, True)
    workshop.give(BRAND, workshop.fcm.account)
    assert await channel.send([message("anna")]) == [Delivered()]


async def test_without_the_package_messages_wait(tmp_path: Path, workshop: Workshop) -> None:
    def missing(_account: Mapping[str, Any]) -> AppPush:
        raise FcmMissing("Push to an app needs the package firebase-admin.")

    workshop.give(BRAND, workshop.fcm.account)
    (outcome,) = await AppPushes(tmp_path, missing).of(BRAND).send([message("anna")])
    assert outcome == TryLater(UNTIL_MENDED, "Push to an app needs the package firebase-admin.")


async def test_a_new_key_is_followed_within_the_patience_and_the_old_channel_closed(workshop: Workshop) -> None:
    workshop.give(BRAND, workshop.fcm.account)
    channel = workshop.pushes.of(BRAND)
    await channel.send([message("anna")])
    workshop.give(BRAND, workshop.fcm.account | {"private_key_id": "renewed"})
    workshop.seconds = PATIENCE - 1
    await channel.send([message("boris")])
    assert len(workshop.opened) == 1
    workshop.seconds = PATIENCE
    assert await channel.send([message("carl")]) == [Delivered()]
    before, _now = workshop.opened
    assert await before.send([message("anna")]) == [Refused("the channel is closed")]


async def test_a_file_that_has_not_changed_is_not_opened_again(workshop: Workshop) -> None:
    workshop.give(BRAND, workshop.fcm.account)
    for workshop.seconds in (0.0, 10.0, 20.0):
        assert await workshop.pushes.of(BRAND).send([message("anna")]) == [Delivered()]
    assert len(workshop.opened) == 1


async def test_a_message_on_its_way_is_not_cut_short_when_the_key_is_renewed(workshop: Workshop) -> None:
    workshop.give(BRAND, workshop.fcm.account)
    channel = workshop.pushes.of(BRAND)
    await channel.send([message("boris")])
    async with asyncio.timeout(30):
        under_way = asyncio.ensure_future(channel.send([message("slow-anna")]))
        while not workshop.fcm.attempts("news/slow-anna"):
            await asyncio.sleep(0.01)
    workshop.give(BRAND, workshop.fcm.account | {"private_key_id": "renewed"})
    workshop.seconds = PATIENCE
    assert await channel.send([message("carl")]) == [Delivered()]
    before, _now = workshop.opened
    assert await before.send([message("dora")]) == [Delivered()]  # open still, for somebody is using it
    await workshop.fcm.aclose()
    await under_way
    assert await before.send([message("dora")]) == [Refused("the channel is closed")]


@pytest.mark.parametrize("change", ["damaged", "without a key", "withdrawn"])
async def test_a_key_that_cannot_be_used_leaves_the_old_one_in_force_and_is_told_once(
    workshop: Workshop, change: str
) -> None:
    workshop.give(BRAND, workshop.fcm.account)
    channel = workshop.pushes.of(BRAND)
    await channel.send([message("anna")])
    match change:
        case "damaged":
            workshop.give(BRAND, None)
        case "without a key":
            workshop.give(BRAND, workshop.fcm.account | {"private_key": "none"})
        case _:
            app_account_file(workshop.folder, BRAND).unlink()
    with capture_logs() as said:
        for workshop.seconds in (10.0, 20.0):
            assert await channel.send([message("anna")]) == [Delivered()]
    assert [(line["event"], line["brand"]) for line in said] == [("app_account_change_ignored", BRAND)]
    assert "BEGIN" not in said[0]["reason"]


async def test_what_is_closed_sends_nothing_opened_or_not(workshop: Workshop) -> None:
    workshop.give(BRAND, workshop.fcm.account)
    used, unused = workshop.pushes.of(BRAND), workshop.pushes.of(OTHER)
    await used.send([message("anna")])
    await workshop.pushes.aclose()
    await workshop.pushes.aclose()
    for channel in (used, unused):
        assert await channel.send([message("boris")]) == [Refused("the channel is closed")]
    assert workshop.fcm.attempts("news/boris") == 0
