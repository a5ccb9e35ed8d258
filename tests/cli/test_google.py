"""`wallet-service brand google set` as an operator types it."""

import shutil
import stat
from pathlib import Path

import pytest

from tests.processes import typed
from tests.wallets.google.accounts import EMAIL, ISSUER, key_file
from wallet_service.cards.google_issuers import IssuerInvalid, IssuerTaken
from wallet_service.loyalty.brands import BrandNotFound
from wallet_service.settings import Settings
from wallet_service.wallets.google.service_account import ServiceAccountUnusable

OTHER_ISSUER = "3388000000099999999"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """The JSON key, as it was downloaded."""
    file = tmp_path / "burger-heroes-5d1f.json"
    file.write_bytes(key_file())
    return file


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """With a folder of certificates that no other test looks into."""
    shutil.copytree(settings.certs_dir, tmp_path / "certs")
    return settings.model_copy(update={"certs_dir": tmp_path / "certs"})


@pytest.fixture
def brand(settings: Settings) -> str:
    """A brand, opened by a command."""
    return typed(settings, "brand", "create", "Burger Heroes").strip()


def set_google(settings: Settings, brand: str, issuer: str, key: Path) -> str:
    return typed(settings, "brand", "google", "set", brand, "--issuer", issuer, "--key", str(key))


def kept(settings: Settings, issuer: str = ISSUER) -> Path:
    """Where the key of an issuer belongs."""
    return settings.certs_dir / "google" / issuer / "service-account.json"


def test_a_brand_is_given_its_issuer_and_told_whom_to_invite(settings: Settings, brand: str, key: Path) -> None:
    said = set_google(settings, brand, ISSUER, key)

    assert ISSUER in said
    assert f"Invite {EMAIL}" in said
    assert kept(settings).read_bytes() == key.read_bytes()
    assert stat.S_IMODE(kept(settings).stat().st_mode) == 0o600


def test_another_key_takes_the_place_of_the_first(settings: Settings, brand: str, key: Path) -> None:
    set_google(settings, brand, ISSUER, key)
    key.write_bytes(key_file(client_email="new@burger-heroes.iam.gserviceaccount.com"))

    assert "Invite new@burger-heroes" in set_google(settings, brand, ISSUER, key)
    assert kept(settings).read_bytes() == key.read_bytes()


def test_a_brand_may_have_a_second_issuer(settings: Settings, brand: str, key: Path) -> None:
    for issuer in (ISSUER, OTHER_ISSUER):
        set_google(settings, brand, issuer, key)

    assert kept(settings).exists()
    assert kept(settings, OTHER_ISSUER).exists()


def test_an_issuer_is_one_brands(settings: Settings, brand: str, key: Path) -> None:
    set_google(settings, brand, ISSUER, key)
    before = kept(settings).read_bytes()
    other = typed(settings, "brand", "create", "Coffee Corner").strip()
    key.write_bytes(key_file(client_email="other@coffee.iam.gserviceaccount.com"))

    with pytest.raises(IssuerTaken):
        set_google(settings, other, ISSUER, key)

    assert kept(settings).read_bytes() == before


@pytest.mark.parametrize("issuer", ["burger", "33880000000221417770000", "../../etc", "٣٣٨٨", ""])
def test_what_is_no_issuer_id_is_refused(settings: Settings, brand: str, key: Path, issuer: str) -> None:
    with pytest.raises(IssuerInvalid):
        set_google(settings, brand, issuer, key)

    assert not (settings.certs_dir / "google").exists()


def test_a_brand_that_is_not_there_keeps_no_key(settings: Settings, key: Path) -> None:
    with pytest.raises(BrandNotFound):
        set_google(settings, "brand_01k00000000000000000000000", ISSUER, key)

    assert not kept(settings).exists()


def test_a_key_that_is_none_leaves_the_issuer_free(settings: Settings, brand: str, key: Path) -> None:
    key.write_bytes(b"{}")
    with pytest.raises(ServiceAccountUnusable):
        set_google(settings, brand, ISSUER, key)

    key.write_bytes(key_file())
    other = typed(settings, "brand", "create", "Coffee Corner").strip()
    assert ISSUER in set_google(settings, other, ISSUER, key)
