"""A running service whose callbacks are refused: the next night it knows all the same, and says how."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from prometheus_client import generate_latest

from tests.cards.google_shop import with_google
from tests.conftest import Site
from tests.journeys.walks import Holder, join, until
from tests.people import ANNA, Brand
from tests.simulators.google_world import ISSUER
from wallet_service.cards.google_issuers import claim_issuer
from wallet_service.clock import SystemClock
from wallet_service.drains import drains_of
from wallet_service.flows import RECONCILE_GOOGLE
from wallet_service.settings import Settings
from wallet_service.simulators.android import AndroidPhone
from wallet_service.simulators.google import GoogleSimulator


@pytest.fixture
async def google() -> AsyncIterator[GoogleSimulator]:
    """Google, by the same clock as the service."""
    async with GoogleSimulator(now=SystemClock().now) as opened:
        yield opened


@pytest.fixture
def settings(settings: Settings, google: GoogleSimulator) -> Settings:
    """The settings of a service that knows this Google."""
    return with_google(settings, google)


@pytest.fixture
async def anna(site: Site, burger_heroes: Brand) -> Holder:
    """Anna, whose brand is also at Google."""
    async with site.service.database.begin() as tx:
        await claim_issuer(tx, burger_heroes.id, ISSUER)
    return await join(site, burger_heroes, ANNA, "Anna's iPhone")


@asynccontextmanager
async def a_night(site: Site) -> AsyncIterator[None]:
    """A process that knows of no walk tonight looks, as one that was started anew does."""
    stop, drain = asyncio.Event(), drains_of(site.service)[RECONCILE_GOOGLE]
    walking = asyncio.create_task(drain.run(stop))
    yield
    stop.set()
    await walking


async def at_google(anna: Holder) -> Any:
    """What REST tells of her card in Google Wallet."""
    return (await anna.till.card(anna.card))["google"]


async def test_who_saves_a_card_while_callbacks_are_refused_is_found_by_night(
    site: Site, google: GoogleSimulator, anna: Holder
) -> None:
    google.signer.sender = "somebody else"
    await AndroidPhone("Anna's Pixel", google, site.client).save(anna.link)
    before = await at_google(anna)
    assert [delivery.status for delivery in google.postman.deliveries] == [400]
    assert (before["saved_at"], before["callbacks"], before["corrections"]) == (None, [], [])

    async def found() -> bool:
        return bool((await at_google(anna))["corrections"])

    async with a_night(site):
        await until(found, "the save is found")
    after = await at_google(anna)
    assert after["corrections"] == [{"event": "save", "found_at": after["saved_at"]}]
    assert (after["removed_at"], after["callbacks"]) == (None, [])
    counted = generate_latest(site.service.metrics.registry).decode()
    assert 'wallet_google_corrections_total{event="save"} 1.0' in counted
