"""When passes cannot be signed only new passes are 503; what needs no signature goes on."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.conftest import Site
from tests.web.phones.scene import Card, Door
from wallet_service.app import open_service
from wallet_service.clock import SetClock, SystemClock
from wallet_service.serving import listening, serving


@asynccontextmanager
async def another(site: Site, certs_dir: Path, clock: SetClock) -> AsyncIterator[Door]:
    """A second process on the same database, with other certificates and another clock."""
    listener = listening(0)
    settings = site.service.settings.model_copy(update={"certs_dir": certs_dir})
    async with open_service(settings, clock=clock) as service, serving(service, listener=listener, worker=False):
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield Door(replace(site, service=service, base_url=base_url))


async def test_without_a_certificate_only_new_passes_fail(door: Door, anna: Card, tmp_path: Path) -> None:
    modified = (await door.fetch(anna)).headers["Last-Modified"]

    async with another(door.site, tmp_path / "no-certificates", SetClock(SystemClock().now())) as troubled:
        await only_new_passes_fail(troubled, anna, modified)


async def test_with_an_expired_certificate_only_new_passes_fail(door: Door, anna: Card, tmp_path: Path) -> None:
    modified = (await door.fetch(anna)).headers["Last-Modified"]
    certs = shutil.copytree(door.site.service.settings.certs_dir, tmp_path / "certificates")

    async with another(door.site, certs, SetClock(SystemClock().now() + timedelta(days=3_000))) as troubled:
        await only_new_passes_fail(troubled, anna, modified)


async def only_new_passes_fail(door: Door, card: Card, modified: str) -> None:
    """A pass cannot be signed; an unchanged one needs no signature, and lists and registrations none at all."""
    link = card.link.replace(card.link.split("/c/")[0], door.site.base_url)
    unsigned = [await door.fetch(card), await door.fetch(card, method="HEAD"), await door.site.client.get(link)]
    statuses = {
        "unchanged": (await door.fetch(card, since=modified)).status_code,
        "registration": (await door.register(card)).status_code,
        "list": (await door.changes()).status_code,
        "a stranger": (await door.fetch(card, token="1-A")).status_code,
    }

    assert [answer.status_code for answer in unsigned] == [503] * 3
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in unsigned)
    assert statuses == {"unchanged": 304, "registration": 201, "list": 200, "a stranger": 401}
