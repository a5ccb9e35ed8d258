"""`wallet-service brand app` as an operator types it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner, Result

from tests.channels.app import account_key
from tests.loyalty.shop import Shop
from tests.people import ANNA, PASS_TYPE, open_brand
from tests.processes import spelled, typed
from wallet_service.app import open_service
from wallet_service.channels.app_account import app_account_file, read_app_account
from wallet_service.channels.app_push import AppAccountUnusable
from wallet_service.cli.main import app
from wallet_service.loyalty.brands import BrandNotFound
from wallet_service.loyalty.found import MemberNotFound
from wallet_service.loyalty.people.addresses import keep_address
from wallet_service.settings import FcmSettings, Settings
from wallet_service.simulators.fcm import FcmSimulator
from wallet_service.simulators.fcm_tokens import AUDIENCE, TokenDesk


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A key file, as downloaded."""
    file = tmp_path / "download.json"
    file.write_bytes(orjson.dumps(TokenDesk("burger-heroes", account_key()).account(AUDIENCE)))
    return file


@pytest.fixture
def own_certs(settings: Settings, tmp_path: Path) -> Settings:
    """Settings with a folder of certificates of this test alone."""
    settings.certs_dir = tmp_path / "certs"
    return settings


def test_a_brand_is_given_the_key_of_its_app(own_certs: Settings, key: Path) -> None:
    brand = typed(own_certs, "brand", "create", "Burger Heroes").strip()
    said = typed(own_certs, "brand", "app", "set", brand, "--key", str(key))
    assert said == f"{brand} pushes to its app through the Firebase project burger-heroes.\n"
    assert read_app_account(app_account_file(own_certs.certs_dir, brand)) == orjson.loads(key.read_bytes())


@pytest.mark.parametrize("brand", ["brand_nobody", "../../elsewhere"])
def test_nobody_is_given_a_key_who_is_no_brand(own_certs: Settings, key: Path, brand: str) -> None:
    with pytest.raises(BrandNotFound):
        typed(own_certs, "brand", "app", "set", brand, "--key", str(key))
    assert not (own_certs.certs_dir / "fcm").exists()


def test_a_file_that_is_no_key_is_refused_and_not_kept(own_certs: Settings, key: Path) -> None:
    brand = typed(own_certs, "brand", "create", "Burger Heroes").strip()
    key.write_bytes(b"{}")
    with pytest.raises(AppAccountUnusable, match=r"download\.json"):
        typed(own_certs, "brand", "app", "set", brand, "--key", str(key))
    assert not app_account_file(own_certs.certs_dir, brand).exists()


@pytest.fixture
async def fcm() -> AsyncIterator[FcmSimulator]:
    """A Firebase project on loopback, of which nothing is ever asked that Google would refuse."""
    running = await FcmSimulator.start(key=account_key())
    yield running
    await running.aclose()
    assert running.violations == []


async def brand_with_an_app(settings: Settings, fcm: FcmSimulator, *addresses: str) -> str:
    """A brand with the key of this project, and a member, BH-1, whose app shows these addresses, the newest first."""
    settings.fcm = FcmSettings(root=fcm.root, deadline=30)
    async with open_service(settings) as service:
        shop = Shop(service, await open_brand(service, "Burger Heroes", PASS_TYPE))
        anna = await shop.enrol(**ANNA)
        for address in reversed(addresses):
            async with service.database.begin() as tx:
                await keep_address(tx, anna, "fid", address)
    file = app_account_file(settings.certs_dir, shop.brand.id)
    file.parent.mkdir(parents=True)
    file.write_bytes(orjson.dumps(fcm.account))
    return shop.brand.id


async def push_test(settings: Settings, brand: str) -> Result:
    """`brand app test` for the member BH-1; in a thread, for it has an event loop of its own."""
    words = ["brand", "app", "test", brand, "--member", "external:BH-1"]
    return await asyncio.to_thread(CliRunner().invoke, app, words, env=spelled(settings))


async def test_a_test_push_reaches_every_address_and_dead_ones_are_forgotten(
    own_certs: Settings, fcm: FcmSimulator
) -> None:
    brand = await brand_with_an_app(own_certs, fcm, "annas-phone", "unreg-old-phone")
    first, again = await push_test(own_certs, brand), await push_test(own_certs, brand)
    phone, old = first.stdout.splitlines()
    assert (first.exit_code, first.stderr) == (0, "")
    assert (phone.split(",")[0], phone.split(": ")[1]) == ("fid annas-phone", "accepted")
    assert (old.split(",")[0], old.split(": ")[1]) == ("fid unreg-old-phone", "dead, and forgotten")
    assert (again.exit_code, len(again.stdout.splitlines())) == (0, 1)
    assert [notice.title for notice in fcm.screen("annas-phone")] == ["Test", "Test"]


async def test_where_no_address_belongs_to_the_project_the_key_is_suspected_and_nobody_forgotten(
    own_certs: Settings, fcm: FcmSimulator
) -> None:
    brand = await brand_with_an_app(own_certs, fcm, "mismatch-phone")
    first, again = await push_test(own_certs, brand), await push_test(own_certs, brand)
    assert (first.exit_code, again.exit_code) == (1, 1)
    assert "of the app's own Firebase project" in first.stdout
    assert again.stdout == first.stdout


async def test_where_all_addresses_are_dead_none_is_known_any_more(own_certs: Settings, fcm: FcmSimulator) -> None:
    brand = await brand_with_an_app(own_certs, fcm, "unreg-old-phone")
    first, again = await push_test(own_certs, brand), await push_test(own_certs, brand)
    assert "dead, and forgotten" in first.stdout
    assert again.stdout.startswith("No address of theirs is known")


async def test_without_a_key_the_reason_is_told(own_certs: Settings, fcm: FcmSimulator) -> None:
    brand = await brand_with_an_app(own_certs, fcm, "annas-phone")
    app_account_file(own_certs.certs_dir, brand).unlink()
    ended = await push_test(own_certs, brand)
    assert (ended.exit_code, fcm.journal) == (1, [])
    assert "service-account.json cannot be read" in ended.stdout


def test_nobody_is_pushed_who_is_no_member(own_certs: Settings) -> None:
    brand = typed(own_certs, "brand", "create", "Burger Heroes").strip()
    with pytest.raises(MemberNotFound):
        typed(own_certs, "brand", "app", "test", brand, "--member", "external:nobody")
    with pytest.raises(BrandNotFound):
        typed(own_certs, "brand", "app", "test", "brand_nobody", "--member", "external:nobody")
