"""A device that registers while it holds an old face is woken, and hears of the card whatever its tag."""

import asyncio
from functools import partial

from tests.people import PASS_TYPE
from tests.web.phones.scene import (
    IPHONE,
    OTHER_PUSH_TOKEN,
    PUSH_TOKEN,
    WATCH,
    Card,
    Door,
    change,
    somebody_waits,
    trace,
    until,
)
from wallet_service.cards.devices import Registration, register_devices
from wallet_service.cards.refresh import refresh_these


async def woken(door: Door, count: int = 1) -> list[str]:
    """The tokens that were pushed to, once there are so many."""

    async def there() -> bool:
        return len(door.site.apns.received) >= count

    await until(there, f"{count} pushes")
    return [push.token for push in door.site.apns.received]


async def test_a_card_that_changed_after_its_download_is_listed_above_a_higher_tag(
    door: Door, anna: Card, boris: Card
) -> None:
    database = door.site.service.database
    await change(database, anna)
    await door.register(boris)
    await change(database, boris)
    tag = (await door.changes()).json()["lastUpdated"]

    await door.register(anna)

    assert tag == "2"
    assert (await door.changes(tag)).json() == {"serialNumbers": [anna.id], "lastUpdated": "3"}
    assert PUSH_TOKEN in await woken(door, 2)


async def test_a_card_downloaded_since_it_changed_wakes_nobody(door: Door, anna: Card) -> None:
    await change(door.site.service.database, anna)
    await door.site.client.get(anna.link)

    await door.register(anna)

    assert (await door.changes("1")).status_code == 204
    assert (await trace(door.site.service.database, anna.id))[IPHONE].up_to_date(2)


async def test_only_the_card_that_is_behind_is_news(door: Door, anna: Card, boris: Card) -> None:
    """Two devices in one batch, each with a card that the other has too."""
    database = door.site.service.database
    await door.register(boris, IPHONE)
    await door.register(anna, WATCH)
    await change(database, anna, boris)
    async with database.begin() as tx:
        wishes = [
            Registration(IPHONE, anna.id, PASS_TYPE, PUSH_TOKEN),
            Registration(WATCH, boris.id, PASS_TYPE, OTHER_PUSH_TOKEN),
        ]
        await register_devices(tx, wishes, cap=50)

    assert (await door.changes("2", IPHONE)).json()["serialNumbers"] == [anna.id]
    assert (await door.changes("2", WATCH)).json()["serialNumbers"] == [boris.id]


async def test_a_device_that_returns_with_a_new_token_is_told_what_its_old_token_missed(door: Door, anna: Card) -> None:
    await door.register(anna, push_token=PUSH_TOKEN)
    await change(door.site.service.database, anna)
    await woken(door)

    again = await door.register(anna, push_token=OTHER_PUSH_TOKEN)

    assert again.status_code == 200
    assert await woken(door, 2) == [PUSH_TOKEN, OTHER_PUSH_TOKEN]


async def test_a_device_that_registers_again_with_the_present_face_is_left_in_peace(door: Door, anna: Card) -> None:
    await door.register(anna)

    again = await door.register(anna)

    assert again.status_code == 200
    assert (await door.changes("0")).status_code == 204


async def test_a_registration_waits_for_a_change_in_flight_and_sees_it(door: Door, anna: Card) -> None:
    database = door.site.service.database
    async with database.begin() as tx:
        await refresh_these(tx, [anna.id], 0.0)
        registering = asyncio.create_task(door.register(anna))
        await until(partial(somebody_waits, database), "the registration waits for the change")

    assert (await registering).status_code == 201
    assert await woken(door) == [PUSH_TOKEN]
    assert (await door.changes("1")).json()["serialNumbers"] == [anna.id]


async def test_a_change_waits_for_a_registration_in_flight_and_tells_it(door: Door, anna: Card) -> None:
    database = door.site.service.database
    async with database.begin() as tx:
        await register_devices(tx, [Registration(IPHONE, anna.id, PASS_TYPE, PUSH_TOKEN)], cap=50)
        changing = asyncio.create_task(change(database, anna))
        await until(partial(somebody_waits, database), "the change waits for the registration")
    await changing

    assert await woken(door) == [PUSH_TOKEN]
    assert (await door.changes("0")).json()["serialNumbers"] == [anna.id]
