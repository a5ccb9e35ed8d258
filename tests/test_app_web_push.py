"""The composition root and web push: only where a contact is named, and with one key for ever."""

from pathlib import Path

import pytest

from wallet_service.app import open_browsers
from wallet_service.channels.vapid import VapidKeyUnusable, make_vapid
from wallet_service.clock import SystemClock
from wallet_service.settings import Settings, WebPushSettings

CONTACT = "mailto:push@burgers.example"


@pytest.fixture
def embedded(tmp_path: Path) -> Settings:
    """Settings of a service that runs its own database."""
    return Settings(data_dir=tmp_path, web_push=WebPushSettings(contact=CONTACT))


def test_without_a_contact_there_is_no_web_push(tmp_path: Path):
    assert open_browsers(Settings(data_dir=tmp_path), SystemClock()) is None
    assert not (tmp_path / "vapid.pem").exists()


def test_an_embedded_service_makes_its_key_once(embedded: Settings, tmp_path: Path):
    first, again = (open_browsers(embedded, SystemClock()) for _ in range(2))
    assert first is not None
    assert again is not None
    assert (tmp_path / "vapid.pem").stat().st_mode & 0o777 == 0o600
    assert first.public_key == again.public_key


def test_beside_a_shared_database_a_key_is_never_made_in_passing(embedded: Settings, tmp_path: Path):
    shared = embedded.model_copy(update={"database_url": "postgresql://elsewhere/wallet"})
    with pytest.raises(VapidKeyUnusable):
        open_browsers(shared, SystemClock())
    assert list(tmp_path.iterdir()) == []


def test_the_key_may_lie_elsewhere(embedded: Settings, tmp_path: Path):
    vapid = make_vapid(tmp_path / "elsewhere" / "key.pem", CONTACT)
    embedded.web_push.key = tmp_path / "elsewhere" / "key.pem"
    opened = open_browsers(embedded, SystemClock())
    assert opened is not None
    assert opened.public_key == vapid.public_key
