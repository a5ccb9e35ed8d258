"""Which device fetched: Apple's fetch does not say, so it is told by who asked, from where, and when."""

from datetime import timedelta

import pytest

from tests.people import PASS_TYPE, open_brand
from tests.web.phones.scene import IPHONE, PUSH_TOKEN, TABLET, WATCH, issue_many, trace
from wallet_service.cards.devices import (
    Asked,
    Fetched,
    Registration,
    note_asked,
    note_fetched,
    note_handed,
    register_devices,
)
from wallet_service.cards.refresh import refresh_these
from wallet_service.database.seam import Database
from wallet_service.service import Service

HOME, OFFICE = "home", "office"


@pytest.fixture
async def card(service: Service) -> str:
    """A card whose first version was given out by its link."""
    (card,) = await issue_many(service, await open_brand(service, "Burger Heroes", PASS_TYPE), 1)
    async with service.database.begin() as tx:
        await note_handed(tx, [(card, 1)])
    return card


async def registered(database: Database, card: str, *devices: str) -> None:
    """These devices registered the card, which has changed since."""
    async with database.begin() as tx:
        await register_devices(tx, [Registration(device, card, PASS_TYPE, PUSH_TOKEN) for device in devices], cap=50)
    async with database.begin() as tx:
        await refresh_these(tx, [card], 0.0)


async def asks(database: Database, *asked: tuple[str, str], ago: timedelta = timedelta()) -> None:
    """Devices asked what changed, one after the other, each from its address."""
    for device, address in asked:
        async with database.begin() as tx:
            tx.now -= ago
            await note_asked(tx, [Asked(device, PASS_TYPE, address)])


async def fetches(database: Database, card: str, *fetched: tuple[int, str]) -> None:
    """Some devices fetched these versions from these addresses, all written down at once."""
    async with database.begin() as tx:
        await note_fetched(tx, [Fetched(card, version, address) for version, address in fetched])


async def held(database: Database, card: str) -> dict[str, int | None]:
    """Which version each device holds, for all we know."""
    return {name: device.fetched_version for name, device in (await trace(database, card)).items()}


async def test_the_only_device_fetched_the_highest_version_of_a_batch(database: Database, card: str) -> None:
    await registered(database, card, IPHONE)

    await fetches(database, card, (2, HOME), (3, HOME), (2, OFFICE))

    assert await held(database, card) == {IPHONE: 3}


async def test_at_one_address_those_that_asked_fetch_in_the_order_of_asking(database: Database, card: str) -> None:
    await registered(database, card, IPHONE, WATCH, TABLET)
    await asks(database, (WATCH, HOME), (IPHONE, HOME), (TABLET, OFFICE))

    await fetches(database, card, (2, HOME))
    one = await held(database, card)
    await fetches(database, card, (2, HOME))
    two = await held(database, card)

    assert one == {IPHONE: 1, WATCH: 2, TABLET: 1}
    assert two == {IPHONE: 2, WATCH: 2, TABLET: 1}


async def test_two_fetches_of_one_batch_are_two_devices(database: Database, card: str) -> None:
    await registered(database, card, IPHONE, WATCH)
    await asks(database, (IPHONE, HOME), (WATCH, HOME))

    await fetches(database, card, (2, HOME), (2, HOME))

    assert await held(database, card) == {IPHONE: 2, WATCH: 2}


async def test_a_device_that_has_fetched_since_it_asked_is_not_counted_twice(database: Database, card: str) -> None:
    await registered(database, card, IPHONE, WATCH)
    await asks(database, (IPHONE, HOME))
    await fetches(database, card, (2, HOME))
    await asks(database, (WATCH, HOME))

    await fetches(database, card, (2, HOME))

    assert await held(database, card) == {IPHONE: 2, WATCH: 2}


async def test_a_fetch_from_where_nobody_asked_is_nobodys(database: Database, card: str) -> None:
    await registered(database, card, IPHONE, WATCH)
    await asks(database, (IPHONE, HOME), (WATCH, HOME))

    await fetches(database, card, (2, OFFICE))

    assert await held(database, card) == {IPHONE: 1, WATCH: 1}


async def test_a_device_that_asked_long_ago_is_not_taken_for_the_one_that_fetches(
    database: Database, card: str
) -> None:
    """The watch has been off for an hour; the owner pulls down the card on the phone, which has it already."""
    await registered(database, card, IPHONE, WATCH)
    await asks(database, (WATCH, HOME), ago=timedelta(hours=1))
    await asks(database, (IPHONE, HOME))

    await fetches(database, card, (2, HOME))
    await fetches(database, card, (2, HOME))

    assert await held(database, card) == {IPHONE: 2, WATCH: 1}


async def test_a_device_that_lacks_the_version_comes_before_one_that_has_it(database: Database, card: str) -> None:
    """Crossed notes: the watch's first fetch was put down to the phone, which then asks once more."""
    await registered(database, card, IPHONE, WATCH)
    await asks(database, (IPHONE, HOME), (WATCH, HOME))
    await fetches(database, card, (3, HOME), (2, HOME))
    await asks(database, (IPHONE, HOME))

    await fetches(database, card, (3, HOME))

    assert await held(database, card) == {IPHONE: 3, WATCH: 3}


async def test_a_late_note_never_turns_a_device_back(database: Database, card: str) -> None:
    await registered(database, card, IPHONE)

    await fetches(database, card, (5, HOME))
    await fetches(database, card, (4, HOME))

    assert await held(database, card) == {IPHONE: 5}
