"""Many phones at the same moment: nothing is lost, and in the end every phone shows the truth."""

import asyncio
from collections.abc import Mapping
from functools import partial

import pytest

from tests.conftest import Site
from tests.people import ANNA, Brand, until_up_to_date
from tests.web.phones.scene import issue_many, until
from wallet_service.settings import Settings
from wallet_service.simulators.phone import SimulatedPhone
from wallet_service.web.phones.link import card_link

CROWD = 200
DEVICES = 50


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Here all the phones have one address."""
    settings.limits.open_per_minute = 1_000_000
    return settings


async def test_two_hundred_phones_register_while_their_cards_change(site: Site, burger_heroes: Brand) -> None:
    cards = await issue_many(site.service, burger_heroes, CROWD)
    phones = {card: site.phone(card) for card in cards}

    await asyncio.gather(
        *(phones[card].install(card_link(site.base_url, site.service.keys, card)) for card in cards),
        *(burger_heroes.till.post(card, points) for card in cards for points in (7, 5)),
    )
    await until(partial(all_show, 12, phones), "every phone shows the truth")

    for card in cards:
        await until_up_to_date(burger_heroes.till, card)
    assert [line for phone in phones.values() for line in phone.log] == []


async def test_fifty_devices_of_one_card_register_while_it_changes(site: Site, burger_heroes: Brand) -> None:
    till = burger_heroes.till
    member = await till.enrol(**ANNA)
    card = await till.issue(member["id"])
    devices = [site.phone(f"device {n}") for n in range(DEVICES)]

    async def shop() -> None:
        for _ in range(10):
            await till.post(member["id"], 1)

    await asyncio.gather(*(device.install(card["link"]) for device in devices), shop())

    await until(partial(all_show, 10, *({card["id"]: device} for device in devices)), "every device shows the truth")

    assert len((await until_up_to_date(till, card["id"]))["devices"]) == DEVICES


async def all_show(balance: int, *phones: Mapping[str, SimulatedPhone]) -> bool:
    """Whether all these cards show this balance, each on its phone."""
    shown = [phone.passes[card].field("balance")["value"] for held in phones for card, phone in held.items()]
    return set(shown) == {balance}
