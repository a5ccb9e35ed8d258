"""Phones that are off, lost, restored or cleared: of each the card knows what it was told and what it holds."""

import pytest

from tests.conftest import Site
from tests.journeys.walks import Holder, all_told, join, until
from tests.people import ANNA, Brand
from wallet_service.clock import SystemClock

HOUR_MS = 3_600_000


@pytest.fixture
async def anna(site: Site, burger_heroes: Brand) -> Holder:
    """Anna with her card on her iPhone."""
    return await join(site, burger_heroes, ANNA, "Anna's iPhone")


def now_ms() -> int:
    """This moment, as APNs dates a dead token."""
    return int(SystemClock().now().timestamp() * 1000)


async def until_forgotten(holder: Holder) -> None:
    """Wait until the card is on no device."""

    async def on_none() -> bool:
        return not (await holder.till.card(holder.card))["devices"]

    await until(on_none, "the device is forgotten")


async def test_a_phone_that_was_off_shows_the_present_after_one_fetch(site: Site, anna: Holder) -> None:
    anna.phone.off()
    for points in (100, 150, 200):
        await anna.buys(points)
    await all_told(site)
    behind = await anna.till.card(anna.card)

    await anna.phone.on()
    after = await anna.up_to_date()

    assert (behind["version"], behind["up_to_date"]) == (4, False)
    assert behind["devices"][0]["told_outcome"] == "accepted"
    assert (anna.balance_shown, anna.phone.fetched) == (450, 1)
    assert after["devices"][0]["fetched_version"] == 4
    assert anna.phone.log == []


async def test_a_token_that_apple_calls_dead_is_forgotten_and_never_pushed_again(site: Site, anna: Holder) -> None:
    site.apns.kill_token(anna.phone.push_token, now_ms() + HOUR_MS)
    await anna.buys(10)
    await until_forgotten(anna)

    await anna.buys(10)
    await all_told(site)

    card = await anna.till.card(anna.card)
    assert (card["version"], card["up_to_date"]) == (3, None)
    assert (len(site.apns.refused), site.apns.received) == (1, [])


async def test_a_token_registered_after_its_death_was_noted_is_kept(site: Site, anna: Holder) -> None:
    site.apns.kill_token(anna.phone.push_token, now_ms() - HOUR_MS)
    await anna.buys(10)
    await all_told(site)

    card = await anna.till.card(anna.card)
    assert [device["told_outcome"] for device in card["devices"]] == ["dead token"]
    assert card["up_to_date"] is False


async def test_a_restored_phone_is_woken_by_its_new_token(site: Site, anna: Holder) -> None:
    lost = anna.phone.push_token
    await anna.phone.reset()
    site.apns.kill_token(lost, now_ms() + HOUR_MS)

    await anna.buys(10)
    after = await anna.up_to_date()

    assert len(after["devices"]) == 1
    assert ([push.token for push in site.apns.received], site.apns.refused) == ([anna.phone.push_token], [])
    assert (anna.balance_shown, anna.phone.log) == (10, [])


async def test_a_card_taken_off_the_phone_is_left_in_peace(site: Site, anna: Holder) -> None:
    await anna.phone.remove(anna.card)
    await anna.buys(10)
    await all_told(site)

    card = await anna.till.card(anna.card)
    assert (card["devices"], card["up_to_date"], site.apns.received) == ([], None, [])
    assert anna.phone.log == []


async def test_a_card_put_back_on_the_phone_shows_the_present_without_a_push(site: Site, anna: Holder) -> None:
    await anna.phone.remove(anna.card)
    await anna.buys(10)
    await all_told(site)

    await anna.phone.install(anna.link)

    card = await anna.up_to_date()
    assert (anna.balance_shown, card["devices"][0]["fetched_version"]) == (10, 2)
    assert site.apns.received == []


async def test_a_phone_that_installed_an_old_file_is_woken_at_once(site: Site, anna: Holder) -> None:
    """Somebody opens the card in a mail of last week: the file is old, the registration new."""
    old = (await site.client.get(anna.link)).content
    await anna.buys(10)
    await anna.up_to_date()

    await site.phone("Anna's iPad").add(old)
    after = await anna.up_to_date()

    assert [device["fetched_version"] for device in after["devices"]] == [2, 2]
    assert site.phone("Anna's iPad").passes[anna.card].field("balance")["value"] == 10
