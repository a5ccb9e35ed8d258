"""The composition root: what a process is made of, and when it will not start."""

from pathlib import Path

import pytest

from tests.loyalty.shop import Shop
from tests.people import PASS_TYPE, open_brand
from wallet_service.app import SchemaBehind, master_keys_path, open_keys, open_service
from wallet_service.clock import SetClock, SystemClock
from wallet_service.database.embedded import EmbeddedPostgres
from wallet_service.settings import Settings
from wallet_service.tokens import MasterKeysUnusable


async def test_a_service_tells_the_time_by_the_clock_it_was_given(settings: Settings):
    clock = SetClock(SystemClock().now())
    async with open_service(settings, clock=clock) as service, service.database.read() as tx:
        assert service.clock is clock
        assert tx.now == clock.instant


async def test_what_is_posted_in_one_run_is_there_in_the_next(settings: Settings):
    async with open_service(settings) as service:
        shop = Shop(service, await open_brand(service, "Burger Heroes", PASS_TYPE))
        anna = await shop.enrol()
        await shop.give(anna, 5)
    async with open_service(settings) as service:
        assert (await Shop(service, shop.brand).member(anna)).balance == 5


async def test_a_database_without_our_schema_is_refused_unless_it_is_our_own(
    settings: Settings, postgres: EmbeddedPostgres
):
    settings.database_url = postgres.create_database("never_upgraded")
    with pytest.raises(SchemaBehind) as refusal:
        async with open_service(settings):
            pass
    assert refusal.value.remedy == "Run wallet-service db upgrade."


def test_beside_a_shared_database_master_keys_are_never_made_in_passing(settings: Settings, tmp_path: Path):
    settings.master_keys = tmp_path / "elsewhere.json"
    with pytest.raises(MasterKeysUnusable):
        open_keys(settings)
    assert not settings.master_keys.exists()


def test_an_embedded_service_makes_its_keys_once(settings: Settings, tmp_path: Path):
    own = settings.model_copy(update={"database_url": None, "data_dir": tmp_path / "own"})
    first = open_keys(own)
    assert master_keys_path(own).is_file()
    assert open_keys(own).secrets == first.secrets
