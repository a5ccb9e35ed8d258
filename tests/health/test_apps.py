"""The keys of brands' apps as they are found: good, damaged, open to others, or without the package that takes them."""

import sys
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.channels.app import account_key
from wallet_service.channels.app_account import app_account_file
from wallet_service.health.apps import NO_PACKAGE, look_at_apps
from wallet_service.health.lookout import Lookout
from wallet_service.health.state import AppState
from wallet_service.service import Service
from wallet_service.simulators.fcm_tokens import AUDIENCE, TokenDesk

WELL = AppState("brand_1", "burger-heroes")


def give(certs_dir: Path, brand: str = "brand_1", **change: Any) -> Path:
    """Put the key file of a brand's app in its place."""
    file = app_account_file(certs_dir, brand)
    file.parent.mkdir(parents=True)
    file.touch(mode=0o600)
    file.write_bytes(orjson.dumps(TokenDesk("burger-heroes", account_key()).account(AUDIENCE) | change))
    return file


def test_where_no_brand_has_an_app_there_is_nothing_to_find(tmp_path: Path) -> None:
    assert look_at_apps(tmp_path) == ()


def test_a_good_key_is_found_with_its_project(tmp_path: Path) -> None:
    give(tmp_path)
    assert look_at_apps(tmp_path) == (WELL,)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"private_key": "none"}, "holds a private key that is damaged"),
        ({"project_id": None}, "lacks project_id"),
        ({"type": "authorized_user"}, "is not the key of a service account"),
    ],
    ids=["damaged", "no project", "a person's"],
)
def test_a_key_that_cannot_be_used_is_found_by_its_file(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    file = give(tmp_path, **change)
    (found,) = look_at_apps(tmp_path)
    (flaw,) = found.flaws
    assert (found.brand, found.project, flaw.code) == ("brand_1", None, "app-account-unusable")
    assert flaw.why.startswith(f"{file} {why}")
    assert "in the Firebase console" in flaw.remedy


def test_a_key_open_to_others_is_found(tmp_path: Path) -> None:
    give(tmp_path).chmod(0o644)
    (found,) = look_at_apps(tmp_path)
    assert [each.why for each in found.flaws] == ["Others on this machine may open its key file (mode 0644)."]


def test_without_the_package_no_brand_can_push(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "firebase_admin", None)  # what the import system knows of a package not there
    give(tmp_path)
    give(tmp_path, "brand_2", type="")
    well, damaged = look_at_apps(tmp_path)
    assert (well.flaws, damaged.flaws[1:]) == ((NO_PACKAGE,), (NO_PACKAGE,))
    assert "wallet-service[fcm]" in NO_PACKAGE.remedy


async def test_a_lookout_sees_the_apps(service: Service, tmp_path: Path) -> None:
    assert (await Lookout.of(service).look()).apps == ()
    service.settings.certs_dir = tmp_path / "certs"
    give(service.settings.certs_dir)
    assert (await Lookout.of(service).look()).apps == (WELL,)
