"""The web card in a real Chromium: its script runs under its own policy, and shows the balance as it is now."""

import asyncio
import re
import shutil
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.conftest import Site
from tests.people import ANNA, Brand
from tests.web.phones.scene import Card, issue
from wallet_service.wallets.apple.preview.photograph import NAMES

PATIENCE = 50
"""Seconds for a browser on a busy machine."""

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
    "--enable-logging=stderr",
    "--virtual-time-budget=8000",
)


OFFLINE = ("--proxy-server=127.0.0.1:1", "--proxy-bypass-list=<-loopback>")
"""No network, not even to this machine."""


HOP_BY_HOP = {"connection", "content-length", "date", "server", "transfer-encoding"}


@pytest.fixture
async def card(site: Site, burger_heroes: Brand) -> Card:
    """Anna's card."""
    return await issue(site, burger_heroes, ANNA)


@pytest.fixture
def chromium() -> str:
    """The browser: a machine that tests has one."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    assert found, f"install one of {', '.join(NAMES)}"
    return found


async def dom(chromium: str, profile: Path, address: str, *more: str) -> tuple[str, list[str]]:
    """A page as it is once its scripts have run, and what the browser's console complained of."""
    command = (chromium, *FLAGS, f"--user-data-dir={profile}", *more, "--dump-dom", address)
    browser = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    page, log = await asyncio.wait_for(browser.communicate(), PATIENCE)
    return page.decode(), [line for line in log.decode(errors="replace").splitlines() if "CONSOLE" in line]


async def dom_with(said: str, *visit: Any) -> tuple[str, list[str]]:
    """The page of the first visit that came so far as to say this; a busy browser may leave before."""
    end = time.monotonic() + PATIENCE
    while True:
        page, complaints = await dom(*visit)
        if said in page:
            return page, complaints
        assert time.monotonic() < end, f"it never says {said}: {page}"


async def test_the_web_card_shows_the_balance_and_runs_under_its_own_policy(
    burger_heroes: Brand, card: Card, chromium: str, tmp_path: Path
) -> None:
    await burger_heroes.till.post(card.member, 1250)

    page, complaints = await dom_with('data-state="fresh"', chromium, tmp_path, f"{card.link}?web")

    assert '<dd data-live="">1\xa0250</dd>' in page.replace("&nbsp;", "\xa0")
    assert complaints == []


async def test_without_a_network_the_web_card_shows_what_was_true_last(
    burger_heroes: Brand, card: Card, chromium: str, tmp_path: Path
) -> None:
    await burger_heroes.till.post(card.member, 70)
    await dom_with('data-worker="ready"', chromium, tmp_path, f"{card.link}?web")

    offline, _ = await dom_with('data-state="stale"', chromium, tmp_path, f"{card.link}?web", *OFFLINE)

    assert '<dd data-live="">70</dd>' in offline
    assert re.search(r'<p id="told"[^>]*>[^<]*\d{4}', offline)


class Front:
    """Stands before a site, and in trouble answers for it."""

    def __init__(self, site: Site) -> None:
        self.site, self.in_trouble = site, False

    async def answer(self, request: web.Request) -> web.Response:
        if self.in_trouble:
            return web.Response(status=503)
        said = {name: request.headers[name] for name in ("Accept", "User-Agent")}
        answer = await self.site.client.get(f"{self.site.base_url}{request.raw_path}", headers=said)
        kept = {name: value for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP}
        return web.Response(status=answer.status_code, body=answer.content, headers=kept)


async def test_while_the_service_is_in_trouble_the_web_card_shows_what_was_true_last(
    site: Site, burger_heroes: Brand, card: Card, chromium: str, tmp_path: Path
) -> None:
    await burger_heroes.till.post(card.member, 70)
    front, app = Front(site), web.Application()
    app.router.add_get("/{path:.*}", front.answer)
    async with TestServer(app) as server:
        page = f"{str(server.make_url('')).rstrip('/')}{urlsplit(card.link).path}?web"
        await dom_with('data-worker="ready"', chromium, tmp_path, page)
        front.in_trouble = True

        for _ in range(2):
            troubled, _ = await dom_with('data-state="stale"', chromium, tmp_path, page)
            assert '<dd data-live="">70</dd>' in troubled
