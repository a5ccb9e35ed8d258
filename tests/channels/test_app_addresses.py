"""From an address that an app shows to a push at that address, and to its end when Firebase calls it dead."""

from functools import partial

import orjson

from tests.channels.app import message
from tests.loyalty.shop import Shop
from tests.people import ANNA, BORIS, PASS_TYPE, open_brand
from wallet_service.channels.app_account import app_account_file
from wallet_service.channels.app_push import AppPush
from wallet_service.channels.app_pushes import AppPushes
from wallet_service.channels.seam import Channel
from wallet_service.loyalty.addresses import AppAddress, drop_dead, keep_address, list_addresses
from wallet_service.loyalty.members import Member
from wallet_service.outcomes import Dead
from wallet_service.service import Service
from wallet_service.simulators.fcm import FcmSimulator


async def say(channel: Channel, addresses: list[AppAddress]) -> list[AppAddress]:
    """Send the news to each of them; those that are dead."""
    outcomes = await channel.send([message(each.address, kind=each.kind) for each in addresses])
    return [each for each, outcome in zip(addresses, outcomes, strict=True) if isinstance(outcome, Dead)]


async def test_an_unregistered_address_is_dropped_and_a_good_one_gets_its_message_once(
    service: Service, fcm: FcmSimulator, tmp_path_factory
) -> None:
    shop = Shop(service, await open_brand(service, "Burger Heroes", PASS_TYPE))
    anna, boris = await shop.enrol(**ANNA), await shop.enrol(**BORIS)
    certs = tmp_path_factory.mktemp("certs")
    file = app_account_file(certs, shop.brand.id)
    file.parent.mkdir(parents=True)
    file.write_bytes(orjson.dumps(fcm.account))
    async with shop.database.begin() as tx:
        await keep_address(tx, anna, "fid", "phone-1")
        await keep_address(tx, anna, "token", "unreg-old-phone")
        await keep_address(tx, boris, "token", "phone-2")

    async def addresses(*members: Member) -> list[AppAddress]:
        async with shop.database.read() as tx:
            return [each for member in members for each in await list_addresses(tx, member)]

    pushes = AppPushes(certs, partial(AppPush, root=fcm.root, deadline=30.0))
    dead = await say(pushes.of(shop.brand.id), await addresses(anna, boris))
    async with shop.database.begin() as tx:
        assert await drop_dead(tx, dead) == 1
    await pushes.aclose()

    left = [(each.member_id, each.kind, each.address) for each in await addresses(anna, boris)]
    assert left == [(anna.id, "fid", "phone-1"), (boris.id, "token", "phone-2")]
    for phone in ("phone-1", "phone-2"):
        assert (fcm.attempts(f"news/{phone}"), len(fcm.screen(phone))) == (1, 1)
    assert fcm.attempts("news/unreg-old-phone") == 1
