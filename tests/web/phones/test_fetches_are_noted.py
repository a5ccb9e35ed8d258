"""What fetches over HTTP leave in the trace of a card."""

from functools import partial

import pytest

from tests.web.phones.scene import IPHONE, WATCH, Card, Door, change, trace, until

AT_HOME, AT_WORK = {"X-Forwarded-For": "203.0.113.7"}, {"X-Forwarded-For": "203.0.113.8"}


@pytest.fixture
async def changed(door: Door, anna: Card) -> Card:
    """Anna's card, changed since her iPhone registered it."""
    await door.register(anna, IPHONE)
    await change(door.site.service.database, anna)
    return anna


async def hold(door: Door, card: Card, versions: dict[str, int]) -> bool:
    """Whether the devices hold these versions, for all we know."""
    found = await trace(door.site.service.database, card.id)
    return {name: device.fetched_version for name, device in found.items()} == versions


async def test_a_new_device_holds_the_version_given_out_by_the_link(door: Door, anna: Card) -> None:
    await door.register(anna, IPHONE)

    assert await hold(door, anna, {IPHONE: 1})


async def test_the_only_device_is_it_wherever_it_fetches_from(door: Door, changed: Card) -> None:
    await door.fetch(changed, headers=AT_WORK)

    await until(partial(hold, door, changed, {IPHONE: 2}), "the fetch is noted")


async def test_an_unchanged_card_shows_that_the_device_holds_it(door: Door, changed: Card) -> None:
    """Its file may have come some other way, such as from another of the member's devices."""
    modified = (await door.fetch(changed, method="HEAD")).headers["Last-Modified"]

    assert (await door.fetch(changed, since=modified)).status_code == 304

    await until(partial(hold, door, changed, {IPHONE: 2}), "the unchanged fetch is noted")


async def test_a_fetch_is_told_apart_by_its_address_and_a_head_is_none(door: Door, anna: Card) -> None:
    for device in (IPHONE, WATCH):
        await door.register(anna, device)
    await change(door.site.service.database, anna)
    await door.changes("0", IPHONE, headers=AT_HOME)
    await door.changes("0", WATCH, headers=AT_WORK)

    await door.fetch(anna, method="HEAD", headers=AT_HOME)
    await door.fetch(anna, headers=AT_WORK)

    await until(partial(hold, door, anna, {IPHONE: 1, WATCH: 2}), "the watch's fetch is noted")


async def test_an_unchanged_card_that_all_its_devices_hold_is_no_news(door: Door, boris: Card, changed: Card) -> None:
    database = door.site.service.database
    modified = (await door.fetch(changed)).headers["Last-Modified"]
    await until(partial(hold, door, changed, {IPHONE: 2}), "the fetch is noted")
    before = (await trace(database, changed.id))[IPHONE].fetched_at

    assert (await door.fetch(changed, since=modified)).status_code == 304
    await door.register(boris, WATCH)
    await change(database, boris)
    await door.fetch(boris)  # its note waits in the same line, behind any that the 304 had left
    await until(partial(hold, door, boris, {WATCH: 2}), "the fetch after it is noted")

    assert (await trace(database, changed.id))[IPHONE].fetched_at == before
