"""Rules 8 to 10 and 12 of the web service: devices that ask to be woken, again, with other tokens, for many cards."""

from collections.abc import Awaitable, Callable, ItemsView
from functools import partial

import pytest

from tests.conftest import Site
from tests.people import PASS_TYPE
from tests.web.phones.scene import (
    IPHONE,
    OTHER_PUSH_TOKEN,
    PUSH_TOKEN,
    TABLET,
    WATCH,
    Answer,
    Card,
    Door,
    change,
    trace,
    until,
)
from wallet_service.settings import Settings
from wallet_service.wallets.apple.wallet import TOKEN_PURPOSE


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A card may be on two devices."""
    settings.limits.devices_per_card = 2
    return settings


async def pushes(site: Site, count: int) -> list[str]:
    """The tokens pushed to, once there are so many."""

    async def there() -> bool:
        return len(site.apns.received) >= count

    await until(there, f"{count} pushes")
    return [push.token for push in site.apns.received]


async def all_settled(site: Site, *cards: Card) -> None:
    """Wait until every device of the cards has been told, and that is written down."""

    async def told() -> bool:
        found = [device for card in cards for device in (await trace(site.service.database, card.id)).values()]
        return all(device.told_version is not None for device in found)

    await until(told, "every device is told")


async def test_rule_08_a_repeated_registration_is_200_and_keeps_one_device(door: Door, anna: Card) -> None:
    statuses = [(await door.register(anna)).status_code for _ in range(3)]

    assert statuses == [201, 200, 200]
    assert list(await trace(door.site.service.database, anna.id)) == [IPHONE]


async def test_rule_08_a_repeated_registration_refreshes_the_push_token(door: Door, anna: Card) -> None:
    await door.register(anna, push_token=PUSH_TOKEN)
    await door.register(anna, push_token=OTHER_PUSH_TOKEN.upper())

    await change(door.site.service.database, anna)

    assert await pushes(door.site, 1) == [OTHER_PUSH_TOKEN]


async def test_rule_08_a_new_push_token_holds_for_the_other_cards_of_the_device(
    door: Door, anna: Card, boris: Card
) -> None:
    await door.register(anna, push_token=PUSH_TOKEN)
    await door.register(boris, push_token=PUSH_TOKEN)
    await door.register(boris, WATCH, push_token="ef" * 32)
    await door.register(anna, push_token=OTHER_PUSH_TOKEN)

    await change(door.site.service.database, boris)

    assert sorted(await pushes(door.site, 2)) == [OTHER_PUSH_TOKEN, "ef" * 32]


async def test_rule_09_one_push_for_a_token_however_many_of_its_cards_changed(
    door: Door, anna: Card, boris: Card
) -> None:
    for card in (anna, boris):
        await door.register(card)

    await change(door.site.service.database, anna, boris)
    await all_settled(door.site, anna, boris)

    assert [push.token for push in door.site.apns.received] == [PUSH_TOKEN]


async def test_rule_10_a_serial_that_does_not_exist_registers_nothing(door: Door, anna: Card) -> None:
    serial, keys = anna.id[:-1] + ("y" if anna.id.endswith("z") else "z"), door.site.service.keys
    nobody = Card(serial, "", "", keys.token(keys.newest, TOKEN_PURPOSE, PASS_TYPE, serial))

    answer = await door.register(nobody)

    assert answer.status_code == 401
    assert (await door.changes()).status_code == 204


async def test_rule_10_every_device_of_a_member_is_woken(door: Door, anna: Card) -> None:
    await door.register(anna, IPHONE, push_token=PUSH_TOKEN)
    await door.register(anna, WATCH, push_token=OTHER_PUSH_TOKEN)

    await change(door.site.service.database, anna)

    assert sorted(await pushes(door.site, 2)) == [PUSH_TOKEN, OTHER_PUSH_TOKEN]


async def test_rule_10_a_device_that_left_and_came_back_is_new_again(door: Door, anna: Card) -> None:
    statuses = [
        (await door.register(anna)).status_code,
        (await door.unregister(anna)).status_code,
        (await door.unregister(anna)).status_code,
        (await door.register(anna)).status_code,
    ]

    assert statuses == [201, 200, 200, 201]


async def test_rule_12_a_wrong_token_and_an_unknown_card_are_answered_alike(door: Door, anna: Card) -> None:
    unknown = Card("card_" + "0" * 26, "", "", anna.token)
    acts: list[Callable[..., Awaitable[Answer]]] = [
        partial(door.register, push_token=PUSH_TOKEN),
        door.unregister,
        door.fetch,
        partial(door.fetch, method="HEAD"),
        partial(door.fetch, since="Mon, 02 Nov 2026 10:00:00 GMT"),
    ]

    for act in acts:
        wrong, missing = await act(anna, token="1-" + "A" * 32), await act(unknown)
        assert (wrong.status_code, wrong.content) == (missing.status_code, missing.content) == (401, b"")
        assert undated(wrong.headers.items()) == undated(missing.headers.items())
        assert wrong.headers["WWW-Authenticate"] == "ApplePass"


def undated(headers: ItemsView[str, str]) -> dict[str, str]:
    """Headers without the time of day."""
    return {name: value for name, value in headers if name != "date"}


async def test_a_card_on_too_many_devices_lets_go_of_the_oldest(door: Door, anna: Card, boris: Card) -> None:
    await door.register(boris, IPHONE)
    for device in (IPHONE, WATCH, TABLET):
        await door.register(anna, device)

    assert set(await trace(door.site.service.database, anna.id)) == {WATCH, TABLET}
    assert set(await trace(door.site.service.database, boris.id)) == {IPHONE}


async def test_a_device_that_registers_again_is_not_the_oldest_any_more(door: Door, anna: Card) -> None:
    for device in (IPHONE, WATCH, IPHONE, TABLET):
        await door.register(anna, device)

    assert set(await trace(door.site.service.database, anna.id)) == {IPHONE, TABLET}
