"""A running service: what happens at the till is on the Android phone soon, beside whatever happens at Apple's."""

from collections.abc import AsyncIterator

import pytest

from tests.cards.designs import REDDER
from tests.cards.google_shop import with_google
from tests.conftest import Site
from tests.journeys.walks import Holder, join, until
from tests.people import ANNA, Brand
from tests.simulators.google_world import ISSUER
from wallet_service.cards.google_issuers import claim_issuer
from wallet_service.cards.issue import void_card
from wallet_service.cards.publish import publish_template
from wallet_service.clock import SystemClock
from wallet_service.settings import Settings
from wallet_service.simulators.android import AndroidPhone, WalletCard
from wallet_service.simulators.google import GoogleSimulator
from wallet_service.simulators.google_script import Fail, Script, calm


@pytest.fixture
async def google() -> AsyncIterator[GoogleSimulator]:
    """Google at its own pace: twenty requests a second, and not one more."""
    async with GoogleSimulator(now=SystemClock().now) as opened:
        yield opened


@pytest.fixture
def settings(settings: Settings, google: GoogleSimulator) -> Settings:
    """The settings of a service that knows this Google, and keeps to its pace."""
    return with_google(settings, google, per_s=20)


@pytest.fixture
async def anna(site: Site, burger_heroes: Brand) -> Holder:
    """Anna, whose brand is also at Google, with her card on an iPhone."""
    async with site.service.database.begin() as tx:
        await claim_issuer(tx, burger_heroes.id, ISSUER)
    return await join(site, burger_heroes, ANNA, "Anna's iPhone")


@pytest.fixture
async def pixel(site: Site, google: GoogleSimulator, anna: Holder) -> AndroidPhone:
    """Her other phone, with the same card."""
    phone = AndroidPhone("Anna's Pixel", google, site.client)
    await phone.save(anna.link)
    return phone


def card_of(phone: AndroidPhone) -> WalletCard:
    """The only card on a phone."""
    (object_id,) = phone.cards
    return phone.card(object_id)


async def shows(phone: AndroidPhone, balance: int) -> None:
    """Wait until the phone shows this balance."""

    async def so() -> bool:
        return card_of(phone).balance == balance

    await until(so, f"{phone.name} shows {balance}")


def ill(call_for: str) -> Script:
    """Google takes nothing whose path contains this."""
    return lambda call: Fail(503) if call_for in call.path else None


async def test_a_purchase_is_on_both_phones(anna: Holder, pixel: AndroidPhone) -> None:
    await anna.buys(250)
    await shows(pixel, 250)
    await anna.up_to_date()

    assert anna.balance_shown == 250
    assert [notice.text for notice in pixel.notifications] == ["250"]


async def test_a_burst_ends_at_the_newest_balance_within_googles_pace(
    anna: Holder, pixel: AndroidPhone, google: GoogleSimulator
) -> None:
    for _ in range(30):
        await anna.buys(1)
    await shows(pixel, 30)

    assert len(pixel.notifications) <= 2
    assert {entry.status for entry in google.journal} <= {200, 404, 409}
    assert google.journal.peak_per_second <= 20


async def test_while_google_is_away_apple_follows_and_google_later(
    anna: Holder, pixel: AndroidPhone, google: GoogleSimulator
) -> None:
    google.script = ill("/loyaltyObject")
    await anna.buys(250)
    await anna.up_to_date()
    assert (anna.balance_shown, card_of(pixel).balance) == (250, 0)

    google.script = calm
    await shows(pixel, 250)


async def test_a_withdrawn_card_is_withdrawn_at_google(
    site: Site, burger_heroes: Brand, anna: Holder, pixel: AndroidPhone
) -> None:
    async with site.service.database.begin() as tx:
        await void_card(tx, burger_heroes.id, anna.card, 0.0)

    async def inactive() -> bool:
        return card_of(pixel).state == "INACTIVE"

    await until(inactive, "the card is inactive")


async def test_a_new_design_reaches_google(site: Site, burger_heroes: Brand, anna: Holder, pixel: AndroidPhone) -> None:
    async with site.service.database.begin() as tx:
        await publish_template(tx, burger_heroes.id, REDDER)

    async def redder() -> bool:
        return bool(card_of(pixel).resource["classReference"]["hexBackgroundColor"] == "#a00000")

    await until(redder, "the card is redder")
    assert pixel.notifications == []
