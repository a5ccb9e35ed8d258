"""The key file of a brand's app: read, refused with a reason, kept for its owner alone."""

import os
import stat
from pathlib import Path

import orjson
import pytest

from wallet_service.channels.app_account import (
    app_account_file,
    brands_with_an_app,
    install_app_account,
    read_app_account,
)
from wallet_service.channels.app_push import AppAccountUnusable
from wallet_service.simulators.fcm import FcmSimulator


async def test_a_key_that_can_be_used_is_kept_for_its_owner_alone(fcm: FcmSimulator, tmp_path: Path) -> None:
    (key := tmp_path / "download.json").write_bytes(orjson.dumps(fcm.account))
    file = app_account_file(tmp_path / "certs", "brand_1")
    assert await install_app_account(key, file) == fcm.project
    assert read_app_account(file) == fcm.account
    assert os.name == "nt" or [stat.S_IMODE(path.stat().st_mode) for path in (file, file.parent)] == [0o600, 0o700]
    assert brands_with_an_app(tmp_path / "certs") == ["brand_1"]


async def test_a_key_that_cannot_be_used_changes_nothing(fcm: FcmSimulator, tmp_path: Path) -> None:
    key, file = tmp_path / "download.json", app_account_file(tmp_path / "certs", "brand_1")
    key.write_bytes(orjson.dumps(fcm.account))
    await install_app_account(key, file)
    key.write_bytes(orjson.dumps(fcm.account | {"private_key": "none"}))
    with pytest.raises(AppAccountUnusable):
        await install_app_account(key, file)
    assert read_app_account(file) == fcm.account


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read: No such file"),
        (b"{", "is not a JSON object"),
        (b"[]", "is not a JSON object"),
        (b'{"type": "authorized_user"}', "is not the key of a service account"),
        (b"{}", "is not the key of a service account"),
    ],
    ids=["missing", "cut short", "a list", "a person's", "of no type"],
)
def test_what_is_no_key_file_is_refused_by_name(tmp_path: Path, content: bytes | None, why: str) -> None:
    file = tmp_path / "key.json"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(AppAccountUnusable, match=why) as refusal:
        read_app_account(file)
    assert refusal.value.detail.startswith(str(file))
    assert refusal.value.remedy is not None


def test_where_no_brand_has_an_app_there_is_none(tmp_path: Path) -> None:
    assert brands_with_an_app(tmp_path) == []
