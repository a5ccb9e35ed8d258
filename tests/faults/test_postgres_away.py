"""The database stops under load and comes back: callers hear 503 meanwhile, and then all goes on by itself."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Site
from tests.faults.shoppers import Shopper, assert_nothing_lost
from tests.journeys.walks import join_many, until
from tests.people import PASS_TYPE, Brand
from tests.processes import Programs
from wallet_service.app import upgrade_database
from wallet_service.database.embedded import EmbeddedPostgres, stop_running

CLIENTS = 6
SOON = 10.0
"""Seconds within which everybody is served again."""


@pytest.fixture
def frail_postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server that this test may stop."""
    with EmbeddedPostgres.start(tmp_path / "frail") as server:
        yield server


@pytest.fixture
async def database_url(frail_postgres: EmbeddedPostgres) -> str:
    """Everything around this test stands on that server."""
    await upgrade_database(frail_postgres.url)
    return frail_postgres.url


async def until_all_bought_more(shoppers: list[Shopper], seconds: float) -> None:
    """Wait until every shopper has been acknowledged more than now."""
    before = [len(shopper.acknowledged) for shopper in shoppers]

    async def all_did() -> bool:
        return all(len(shopper.acknowledged) > count for shopper, count in zip(shoppers, before, strict=True))

    await until(all_did, "everybody is served", seconds)


async def assert_our_trouble(site: Site, brand: Brand, shopper: Shopper) -> None:
    """Back office and phone are told that it is our trouble and will pass."""
    holder, key = shopper.holder, {"Authorization": f"Bearer {brand.key}"}
    till = await site.client.get(f"{site.base_url}/v1/members/{holder.member}", headers=key)
    devices = f"{site.base_url}/apple/v1/devices/{holder.phone.device_library_id}"
    phone = await site.client.get(f"{devices}/registrations/{PASS_TYPE}")

    assert (till.status_code, till.json()["code"]) == (503, "database-unavailable")
    assert (phone.status_code, phone.content) == (503, b"")
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in (till, phone))


async def test_a_stopped_database_costs_nothing_but_patience(
    far_site: Site, far_heroes: Brand, programs: Programs, frail_postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    far_site.service.settings.push.lease = 1.0  # what was in hand when the database went is due again soon
    service = await programs.serve()
    shoppers = [Shopper(holder) for holder in await join_many(far_site, far_heroes, CLIENTS)]
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as shopping:
        for shopper in shoppers:
            shopping.create_task(shopper.shop(stop))
        await until_all_bought_more(shoppers, SOON)
        await asyncio.to_thread(stop_running, tmp_path / "frail")
        await asyncio.gather(*(assert_our_trouble(far_site, far_heroes, shopper) for shopper in shoppers))

        await asyncio.to_thread(frail_postgres.revive)
        await until_all_bought_more(shoppers, SOON)
        stop.set()

    assert {refusal.status for shopper in shoppers for refusal in shopper.refusals} == {503}
    assert [shopper.broken for shopper in shoppers] == [0] * CLIENTS
    await assert_nothing_lost(far_site, far_heroes, shoppers)
    assert await service.end() == 0
