"""`wallet-service card trace`: whether the card on the phone is up to date."""

import asyncio

import pytest

from tests.conftest import Site
from tests.journeys.walks import all_told, join
from tests.people import ANNA, Brand
from tests.processes import typed
from wallet_service.cards.issue import CardNotFound
from wallet_service.settings import Settings


async def traced(site: Site, card: str) -> list[str]:
    """The lines of the trace."""
    return (await asyncio.to_thread(typed, site.service.settings, "card", "trace", card)).splitlines()


async def test_each_device_is_told_apart(site: Site, burger_heroes: Brand) -> None:
    anna = await join(site, burger_heroes, ANNA, "Anna's iPhone")
    watch = site.phone("Anna's Watch")
    await watch.install(anna.link)
    watch.off()
    await anna.buys(10)
    await all_told(site)
    state, head, phone, asleep = await traced(site, anna.card)

    assert state.startswith(f"{anna.card}: version 2 of ")
    assert head.split()[0] == "device"
    assert [phone.split()[0], asleep.split()[0]] == ["1,", "2,"]
    assert [line.count("version 2") for line in (phone, asleep)] == [2, 1]
    assert [line.split()[-1] for line in (phone, asleep)] == ["yes", "NO"]
    assert "accepted" in phone


async def test_a_withdrawn_card_on_no_phone_says_so(site: Site, burger_heroes: Brand) -> None:
    member = await burger_heroes.till.enrol(**ANNA)
    card = await burger_heroes.till.issue(member["id"])
    await burger_heroes.till.call("POST", f"/v1/cards/{card['id']}/void")

    state, devices = await traced(site, card["id"])
    assert "withdrawn, version 2" in state
    assert devices == "It is on no device."


def test_a_card_that_does_not_exist_is_named(settings: Settings) -> None:
    with pytest.raises(CardNotFound, match="card_nobody"):
        typed(settings, "card", "trace", "card_nobody")
