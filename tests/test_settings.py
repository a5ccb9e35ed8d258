"""Settings: the environment, read in one place; every default makes the demo run."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from wallet_service.settings import Settings


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that says nothing to us."""
    for name in ("DATABASE_URL", "WALLET_DATABASE_URL", "WALLET_PORT", "WALLET_DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_without_a_word_the_service_runs_its_own_database_on_loopback():
    settings = Settings()
    assert settings.embedded
    assert (settings.host, settings.data_dir) == ("127.0.0.1", Path("data"))
    assert (settings.apns.host, settings.apns.port) == ("api.push.apple.com", 443)


@pytest.mark.parametrize("name", ["DATABASE_URL", "WALLET_DATABASE_URL"])
def test_a_database_is_named_in_either_way(bare_environment: pytest.MonkeyPatch, name: str):
    bare_environment.setenv(name, "postgresql://db/wallet")
    assert Settings().database_url == "postgresql://db/wallet"
    assert not Settings().embedded


def test_inner_settings_are_reached_by_two_underscores(bare_environment: pytest.MonkeyPatch):
    bare_environment.setenv("WALLET_APNS__PORT", "2197")
    bare_environment.setenv("WALLET_PUSH__INTERVAL", "0.5")
    settings = Settings()
    assert (settings.apns.port, settings.push.interval, settings.apns.window) == (2197, 0.5, 500)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("WALLET_PORT", "99999"),
        ("WALLET_PORT", "http"),
        ("WALLET_POOL", "0"),
        ("WALLET_PUSH__LEASE", "0"),
        ("WALLET_PUSH__BATCH", "0"),
        ("WALLET_LIMITS__BODY_BYTES", "-1"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(bare_environment: pytest.MonkeyPatch, name: str, value: str):
    bare_environment.setenv(name, value)
    with pytest.raises(ValidationError):
        Settings()


def test_a_misspelt_variable_is_refused_by_name(bare_environment: pytest.MonkeyPatch):
    for name in ("WALLET_PUBLIC_ULR", "WALLET_APNS__HOSTT"):
        with bare_environment.context() as environment:
            environment.setenv(name, "x")
            with pytest.raises(ValidationError, match=f"{name} is not a setting"):
                Settings()


def test_an_empty_variable_is_none_at_all(bare_environment: pytest.MonkeyPatch):
    bare_environment.setenv("DATABASE_URL", "")
    assert Settings().embedded
