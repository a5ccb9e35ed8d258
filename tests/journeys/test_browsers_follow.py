"""Browsers with a web card: they subscribe on its page, and show each new balance as a notice."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.conftest import Site
from tests.journeys.walks import until
from tests.people import ANNA, Brand
from tests.web.phones.links import AGENTS, PAGE
from wallet_service.cards.devices_sql import NEXT_DUE
from wallet_service.channels.vapid import make_vapid
from wallet_service.settings import Settings, WebPushSettings
from wallet_service.simulators.pki import SimulatedPki
from wallet_service.simulators.web_push import Reply, WebPushSimulator
from wallet_service.simulators.web_push_browser import Browser
from wallet_service.web.phones.visitors import Visitor

CONTACT = "mailto:push@burgers.example"
AS_A_PHONE = PAGE | {"User-Agent": AGENTS[Visitor.PHONE]}


@pytest.fixture
async def push(apple_pki: SimulatedPki) -> AsyncIterator[WebPushSimulator]:
    """A push service on loopback, to which nothing is ever sent that it or a browser complains of."""
    running = await WebPushSimulator.start(apple_pki)
    yield running
    await running.aclose()
    assert [sent.reason for sent in running.journal if sent.reason] == []


@pytest.fixture
def settings(settings: Settings, apple_pki: SimulatedPki, tmp_path: Path) -> Settings:
    """Settings of a service with web push."""
    make_vapid(tmp_path / "vapid.pem", CONTACT)
    settings.web_push = WebPushSettings(contact=CONTACT, loopback=True, trust_roots=apple_pki.roots)
    return settings


@dataclass(frozen=True, slots=True)
class WebCard:
    """A member's card at the link that browsers open."""

    site: Site
    link: str
    push: WebPushSimulator

    async def opened(self, *, notify: bool = True) -> Browser:
        """A browser that has opened the page and, if its user wishes, subscribed with the key found there."""
        page = await self._call("GET", "?web")
        browser = self.push.subscribe(re.findall(r'data-key="([\w-]+)"', page.text)[0])
        if notify:
            await self.subscribe(browser)
        return browser

    async def subscribe(self, browser: Browser) -> None:
        """The browser asks to be told."""
        assert (await self._call("POST", "/push", browser.subscription)).status_code == 204

    async def unsubscribe(self, browser: Browser) -> None:
        """The browser asks to be left in peace."""
        assert (await self._call("DELETE", "/push", browser.subscription)).status_code == 204

    async def _call(self, method: str, below: str, body: Any = None) -> httpx2.Response:
        return await self.site.client.request(method, f"{self.link}{below}", headers=AS_A_PHONE, json=body)

    async def all_told(self) -> None:
        """Wait until no browser is due to be told anything."""
        await until(self._nothing_due, "every browser is told")

    async def _nothing_due(self) -> bool:
        async with self.site.service.database.read() as tx:
            row = await tx.first(NEXT_DUE, {"wallet": "web"})
        return row is None or row.seconds is None


@pytest.fixture
async def annas(site: Site, burger_heroes: Brand, push: WebPushSimulator) -> WebCard:
    """Anna's card."""
    member = await burger_heroes.till.enrol(**ANNA)
    card = await burger_heroes.till.issue(member["id"])
    return WebCard(site, card["link"], push)


def shown(browser: Browser) -> list[tuple[str, str]]:
    """Titles and texts of the notices on a screen."""
    return [(notice["title"], notice["body"]) for notice in browser.screen]


async def test_a_purchase_shows_as_a_notice_in_every_browser_that_asked(annas: WebCard, burger_heroes: Brand) -> None:
    laptop, tablet, library = await annas.opened(), await annas.opened(), await annas.opened(notify=False)

    await burger_heroes.till.post("external:BH-1", 250)
    await annas.all_told()

    assert shown(laptop) == shown(tablet) == [("Burger Heroes", "Теперь у вас на карте 250")]
    assert library.told == []


async def test_a_newer_balance_takes_the_place_of_the_older_on_the_screen(annas: WebCard, burger_heroes: Brand) -> None:
    laptop, tablet = await annas.opened(), await annas.opened()
    tablet.online = False

    for _ in range(2):
        await burger_heroes.till.post("external:BH-1", 250)
        await annas.all_told()
    annas.push.wake(tablet)

    assert shown(laptop) == shown(tablet) == [("Burger Heroes", "Теперь у вас на карте 500")]
    assert (len(laptop.told), len(tablet.told)) == (2, 1)


async def test_a_browser_that_has_unsubscribed_hears_nothing_more(annas: WebCard, burger_heroes: Brand) -> None:
    laptop, tablet = await annas.opened(), await annas.opened()
    await annas.subscribe(laptop)  # its page was loaded again
    await annas.unsubscribe(tablet)
    await annas.unsubscribe(tablet)

    await burger_heroes.till.post("external:BH-1", 250)
    await annas.all_told()

    assert (len(laptop.told), tablet.told) == (1, [])


async def test_a_browser_whose_user_took_it_back_is_asked_once_and_forgotten(
    annas: WebCard, burger_heroes: Brand
) -> None:
    laptop, tablet = await annas.opened(), await annas.opened()
    annas.push.unsubscribe(tablet)

    for _ in range(2):
        await burger_heroes.till.post("external:BH-1", 250)
        await annas.all_told()

    assert [sent.status for sent in annas.push.journal if sent.endpoint == tablet.endpoint] == [410]
    assert len(laptop.told) == 2


async def test_what_became_of_notices_is_counted(annas: WebCard, burger_heroes: Brand) -> None:
    _, tablet = await annas.opened(), await annas.opened()
    annas.push.unsubscribe(tablet)

    await burger_heroes.till.post("external:BH-1", 250)
    await annas.all_told()

    told = annas.site.service.metrics.registry.get_sample_value
    kinds = {"accepted": 1, "dead_token": 1, "later": 0}
    assert {kind: told("wallet_told_total", {"wallet": "web", "outcome": kind}) for kind in kinds} == kinds


async def test_a_push_service_in_trouble_delays_the_notice_and_loses_none(annas: WebCard, burger_heroes: Brand) -> None:
    laptop = await annas.opened()
    annas.push.answer(laptop, Reply(503, {"Retry-After": "1"}))
    await burger_heroes.till.post("external:BH-1", 250)

    async def refused() -> bool:
        return bool(annas.push.journal)

    await until(refused, "the push service has answered")
    annas.push.answer(laptop, None)
    await annas.all_told()

    assert shown(laptop) == [("Burger Heroes", "Теперь у вас на карте 250")]
