"""A brand's certificate expires: no card can be signed, all else goes on, and its renewal is noticed by itself."""

import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.conftest import Site
from tests.journeys.walks import Holder, join, until
from tests.people import ANNA, BORIS, PASS_TYPE, TEAM, Brand
from wallet_service.clock import SystemClock
from wallet_service.simulators.till import TillRefused
from wallet_service.wallets.apple.devpki import make_dev_certificates


@pytest.fixture
def certs(certs: Path, tmp_path: Path) -> Path:
    """Certificates that this test may spoil."""
    return shutil.copytree(certs, tmp_path / "certs")


@pytest.fixture
async def anna(site: Site, burger_heroes: Brand) -> Holder:
    """Anna with her card on her iPhone, while all is well."""
    return await join(site, burger_heroes, ANNA, "Anna's iPhone")


def certify(certs: Path, days: int) -> None:
    """Renew the certificate for so many days; a negative number makes it expire."""
    make_dev_certificates(certs, PASS_TYPE, TEAM, "Test", SystemClock().now(), days=days)


def opening(site: Site, link: str, status: int) -> Callable[[], Awaitable[bool]]:
    """Whether a card's link is answered with this status."""

    async def holds() -> bool:
        return (await site.client.get(link)).status_code == status

    return holds


async def test_an_expired_certificate_stops_issuing_and_nothing_else(
    site: Site, burger_heroes: Brand, certs: Path, anna: Holder
) -> None:
    boris = await burger_heroes.till.enrol(**BORIS)
    await anna.buys(10)
    await anna.up_to_date()
    certify(certs, days=-1)
    await until(opening(site, anna.link, 503), "the expiry is noticed", step=0.2)

    with pytest.raises(TillRefused) as refusal:
        await burger_heroes.till.issue(boris["id"])
    assert refusal.value.status == 503
    assert refusal.value.problem["code"] == "certificate-unusable"
    assert "expired on" in refusal.value.problem["detail"]
    await assert_the_rest_goes_on(site, burger_heroes, anna)

    certify(certs, days=100)
    await until(opening(site, anna.link, 200), "the renewal is noticed", step=0.2)
    await anna.phone.pull_to_refresh(anna.card)
    card = await burger_heroes.till.issue(boris["id"])
    assert (anna.balance_shown, card["version"]) == (15, 1)


async def assert_the_rest_goes_on(site: Site, brand: Brand, anna: Holder) -> None:
    """REST reads and writes, a phone's list and its 304 need no certificate."""
    unchanged = anna.phone.unchanged
    await anna.phone.pull_to_refresh(anna.card)
    assert (anna.phone.unchanged, anna.phone.log) == (unchanged + 1, [])

    await anna.buys(5)
    card = await brand.till.card(anna.card)
    devices = f"{site.base_url}/apple/v1/devices/{anna.phone.device_library_id}"
    listed = await site.client.get(f"{devices}/registrations/{PASS_TYPE}")
    assert (card["version"], card["up_to_date"]) == (3, False)
    assert listed.json()["serialNumbers"] == [anna.card]
