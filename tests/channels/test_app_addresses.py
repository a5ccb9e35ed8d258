"""From an address that an app shows to a push at that address, and to its end when Firebase calls it dead."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from tests.loyalty.shop import Shop
from tests.people import ANNA, BORIS, OTHER_PASS_TYPE, PASS_TYPE, open_brand
from wallet_service.app import open_service
from wallet_service.channels.app_account import app_account_file
from wallet_service.channels.memory import MemoryChannel
from wallet_service.channels.seam import Channel, Message
from wallet_service.loyalty.people.addresses import AppKind, keep_address, list_addresses
from wallet_service.loyalty.people.apps import AppMessage, tell_apps
from wallet_service.loyalty.people.members import Member
from wallet_service.outcomes import Dead, Delivered, Outcome, TryLater
from wallet_service.service import Apps
from wallet_service.settings import FcmSettings, Settings
from wallet_service.simulators.fcm import FcmSimulator


@pytest.fixture
async def shop(settings: Settings, fcm: FcmSimulator, tmp_path: Path) -> AsyncIterator[Shop]:
    """A brand at a service that reaches FCM where the settings say, under a key of its own."""
    settings.certs_dir = tmp_path / "certs"
    settings.fcm = FcmSettings(root=fcm.root, deadline=30)
    async with open_service(settings) as service:
        shop = Shop(service, await open_brand(service, "Burger Heroes", PASS_TYPE))
        file = app_account_file(settings.certs_dir, shop.brand.id)
        file.parent.mkdir(parents=True)
        file.write_bytes(orjson.dumps(fcm.account))
        yield shop


def news(name: str) -> AppMessage:
    """What the member of this name is told."""
    return AppMessage(f"news/{name}", "Burger Heroes", f"300 bonuses wait for {name}", None, "news", 3600)


async def keep(shop: Shop, member: Member, address: str, kind: AppKind = "fid", later: float = 0.0) -> None:
    """The app shows an address, so many seconds from now."""
    async with shop.database.begin() as tx:
        tx.now += timedelta(seconds=later)
        await keep_address(tx, member, kind, address)


async def names(shop: Shop, member: Member) -> list[str]:
    """The member's addresses."""
    async with shop.database.read() as tx:
        return [each.address for each in await list_addresses(tx, member)]


async def tell(shop: Shop, *members: Member, apps: Apps | None = None) -> dict[str, Outcome]:
    """Tell each of these members the news; address -> outcome."""
    messages = {member.id: news(member.first_name) for member in members}
    told = await tell_apps(shop.database, apps or shop.service.apps, shop.brand.id, messages)
    return {each.address: outcome for each, outcome in told.items()}


async def test_an_unregistered_address_is_forgotten_and_a_good_one_gets_its_message_once(
    shop: Shop, fcm: FcmSimulator
) -> None:
    anna, boris = await shop.enrol(**ANNA), await shop.enrol(**BORIS)
    await keep(shop, anna, "annas-phone")
    await keep(shop, anna, "unreg-old-phone", "token")
    await keep(shop, boris, "boriss-phone", "token")
    told = await tell(shop, anna, boris)
    assert told == {"annas-phone": Delivered(), "unreg-old-phone": Dead(None), "boriss-phone": Delivered()}
    assert (await names(shop, anna), await names(shop, boris)) == (["annas-phone"], ["boriss-phone"])
    assert [notice.body for notice in fcm.screen("annas-phone")] == ["300 bonuses wait for Anna"]
    assert [notice.body for notice in fcm.screen("boriss-phone")] == ["300 bonuses wait for Boris"]
    assert len(fcm.journal) == 3


async def test_an_address_in_trouble_is_kept(shop: Shop) -> None:
    anna = await shop.enrol(**ANNA)
    await keep(shop, anna, "503-phone")
    outcome = (await tell(shop, anna))["503-phone"]
    assert isinstance(outcome, TryLater)
    assert await names(shop, anna) == ["503-phone"]


async def test_without_a_key_every_message_waits_and_no_address_is_lost(shop: Shop, fcm: FcmSimulator) -> None:
    app_account_file(shop.service.settings.certs_dir, shop.brand.id).unlink()
    anna = await shop.enrol(**ANNA)
    await keep(shop, anna, "annas-phone")
    (outcome,) = (await tell(shop, anna)).values()
    assert isinstance(outcome, TryLater)
    assert "cannot be read" in outcome.reason
    assert (await names(shop, anna), fcm.journal) == (["annas-phone"], [])


async def test_members_of_another_brand_are_not_told(shop: Shop, fcm: FcmSimulator) -> None:
    other = Shop(shop.service, await open_brand(shop.service, "Coffee Corner", OTHER_PASS_TYPE))
    theirs = await other.enrol(**ANNA)
    await keep(other, theirs, "their-phone")
    assert await tell(shop, theirs) == {}
    assert fcm.journal == []


class Meanwhile(MemoryChannel):
    """A channel whose every address is dead, and during whose sending something happens."""

    def __init__(self, shop: Shop, member: Member) -> None:
        super().__init__()
        self.shop, self.member = shop, member

    def of(self, _brand_id: str) -> Channel:
        """The way to whichever app."""
        return self

    async def send(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        """While they are on their way, the app shows its address again."""
        await keep(self.shop, self.member, messages[0].address.value, later=1)
        return [Dead(None)] * len(messages)


async def test_an_address_that_the_app_shows_while_it_is_found_dead_stays(shop: Shop) -> None:
    anna = await shop.enrol(**ANNA)
    await keep(shop, anna, "old-phone")
    await keep(shop, anna, "new-phone", later=0.5)
    told = await tell(shop, anna, apps=Meanwhile(shop, anna))
    assert told == {"new-phone": Dead(None), "old-phone": Dead(None)}
    assert await names(shop, anna) == ["new-phone"]
