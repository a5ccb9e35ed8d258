"""The health door: whether the process lives, whether it is ready, and what it counted; and who may see what."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.conftest import Site
from tests.health.test_lookout import UNKNOWN_REVISION
from tests.journeys.walks import join
from tests.people import ANNA, Brand
from wallet_service.app import open_service, upgrade_database
from wallet_service.database.embedded import EmbeddedPostgres, stop_running
from wallet_service.errors import WalletServiceError
from wallet_service.service import Service
from wallet_service.serving import AddressUnusable, health_door, listening
from wallet_service.settings import Settings
from wallet_service.web.measured import door_of


@pytest.fixture
async def door(site: Site) -> AsyncIterator[str]:
    """The health door of the running site."""
    async with opened_door(site.service) as address:
        yield address


def opened_door(service: Service):
    """The health door of this service, on any free port."""
    service.settings.health_port = 0
    return health_door(service)


async def scrape(client: httpx2.AsyncClient, door: str) -> dict[str, float]:
    """The figures of one scrape."""
    answer = await client.get(f"http://{door}/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    lines = (line for line in answer.text.splitlines() if line[0] != "#")
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


@pytest.mark.parametrize("path", ["/livez", "/readyz"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_whoever_balances_asks_at_the_public_door(site: Site, method: str, path: str) -> None:
    answer = await site.client.request(method, site.base_url + path)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")


async def test_strangers_learn_no_figures(site: Site) -> None:
    assert (await site.client.get(f"{site.base_url}/metrics")).status_code == 404
    ready = (await site.client.get(f"{site.base_url}/readyz")).json()
    assert ready == {"ready": True, "warnings": ["certificates"]}  # those of the tests are not Apple's


async def test_the_health_door_opens_nothing_else(site: Site, door: str) -> None:
    for path in ("/v1/members", "/apple/v1/log", "/docs", "/openapi.json"):
        answer = await site.client.get(f"http://{door}{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


async def test_a_journey_leaves_its_traces(site: Site, door: str, burger_heroes: Brand) -> None:
    anna = await join(site, burger_heroes, ANNA, "Anna's iPhone")
    await anna.buys(250)
    await anna.up_to_date()
    found = await scrape(site.client, door)

    def answers(name: str, status: str = "2xx") -> float:
        return found[f'wallet_http_answer_seconds_count{{door="{name}",status="{status}"}}']

    assert answers("till") == 1
    assert [answers(name) >= 1 for name in ("links", "api", "phones")] == [True, True, True]
    assert found['wallet_pushes_total{outcome="accepted"}'] == 1
    assert found['wallet_drain_looks_total{drain="tell_phones",result="worked"}'] >= 1
    assert found['wallet_group_batch_size_sum{group="postings"}'] == 1
    assert (found["wallet_cards_live"], found["wallet_devices_registered"]) == (1, 1)
    assert found["wallet_database_connections_most"] == site.service.settings.pool


async def test_the_lines_of_an_import_are_counted(site: Site, door: str, burger_heroes: Brand) -> None:
    await burger_heroes.till.enrol(**ANNA)
    lines = b'{"member": "external:BH-1", "amount": 5}\n{"member": "external:nobody", "amount": 5}\n'
    headers = {"Authorization": f"Bearer {burger_heroes.key}", "Content-Type": "application/x-ndjson"}
    await site.client.post(f"{site.base_url}/v1/entries/bulk", content=lines, headers=headers)
    found = await scrape(site.client, door)
    assert (found['wallet_bulk_lines_total{status="2xx"}'], found['wallet_bulk_lines_total{status="4xx"}']) == (1, 1)


async def test_the_event_loop_is_watched(site: Site, door: str) -> None:
    async with asyncio.timeout(30):
        while (await scrape(site.client, door))["wallet_event_loop_lag_seconds_count"] == 0:
            await asyncio.sleep(0.05)


async def test_a_newer_schema_is_a_warning_so_that_old_processes_serve_until_they_are_replaced(site: Site) -> None:
    async with site.service.database.begin() as tx:
        await tx.run(UNKNOWN_REVISION)
    ready = await site.client.get(f"{site.base_url}/readyz")
    assert (ready.status_code, ready.json()["warnings"]) == (200, ["certificates", "schema"])


async def test_without_a_port_there_is_no_health_door(service: Service) -> None:
    async with health_door(service) as address:
        assert address is None


async def test_a_port_that_is_taken_is_told_by_its_setting(service: Service) -> None:
    with listening(0) as taken:
        taken.listen()
        service.settings.health_port = taken.getsockname()[1]
        with pytest.raises(AddressUnusable) as refusal:
            async with health_door(service):
                pass
    assert isinstance(refusal.value, WalletServiceError)
    assert "WALLET_HEALTH_PORT" in (refusal.value.remedy or "")


@pytest.fixture
def frail_postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    """A server that this test may stop."""
    with EmbeddedPostgres.start(tmp_path / "frail") as server:
        yield server


async def test_while_the_database_is_away_the_process_lives_but_is_not_ready(
    settings: Settings, client: httpx2.AsyncClient, frail_postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    await upgrade_database(frail_postgres.url)
    own = settings.model_copy(update={"database_url": frail_postgres.url})
    async with open_service(own) as service, opened_door(service) as door:
        await asyncio.to_thread(stop_running, tmp_path / "frail")
        ready = await client.get(f"http://{door}/readyz")
        assert (await client.get(f"http://{door}/livez")).status_code == 200
        assert (ready.status_code, ready.json()["code"], ready.json()["missing"]) == (503, "not-ready", ["database"])
        assert int(ready.headers["Retry-After"]) > 0
        assert (await scrape(client, door))["wallet_database_up"] == 0

        await asyncio.to_thread(frail_postgres.revive)
        async with asyncio.timeout(30):
            while (await client.get(f"http://{door}/readyz")).status_code != 200:
                await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("method", "path", "door"),
    [
        ("POST", "/v1/members/mem_1/entries", "till"),
        ("PUT", "/v1/members/mem_1/balance", "till"),
        ("GET", "/v1/members/mem_1/entries", "api"),
        ("GET", "/v1/members/mem_1/balance", "api"),
        ("POST", "/v1/entries/bulk", "api"),
        ("GET", "/apple/v1/passes/pass.x/card_1", "phones"),
        ("GET", "/c/card_1/token", "links"),
        ("GET", "/docs", "pages"),
        ("POST", "/entries", "pages"),
        ("OPTIONS", "*", "pages"),
    ],
)
def test_every_request_is_counted_at_its_door(method: str, path: str, door: str) -> None:
    assert door_of(method, path) == door
