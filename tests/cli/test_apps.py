"""`wallet-service brand app` as an operator types it."""

from pathlib import Path

import orjson
import pytest

from tests.channels.app import account_key
from tests.processes import typed
from wallet_service.channels.app_account import app_account_file, read_app_account
from wallet_service.channels.app_push import AppAccountUnusable
from wallet_service.loyalty.brands import BrandNotFound
from wallet_service.settings import Settings
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
