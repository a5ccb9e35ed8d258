"""Derived tokens and the file of master keys."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wallet_service.tokens import LENGTH, MasterKeys, MasterKeysUnusable, make_master_keys, read_master_keys

KEYS = MasterKeys({1: b"1" * 32, 2: b"2" * 32})
PURPOSE = ("apple-pass", "pass.com.example", "card_1")
PARTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=20)


def file_of(folder: Path, content: str, mode: int = 0o600) -> Path:
    path = folder / "master-keys.json"
    path.write_text(content)
    path.chmod(mode)
    return path


def secret(size: int) -> str:
    return base64.b64encode(b"x" * size).decode()


def test_a_token_names_its_key_and_is_always_the_same():
    token = KEYS.token(1, *PURPOSE)
    assert token == KEYS.token(1, *PURPOSE)
    assert token.startswith("1-")
    assert len(token) == 2 + LENGTH


def test_new_cards_use_the_newest_key_and_old_tokens_are_recognised():
    assert KEYS.newest == 2
    assert all(KEYS.recognises(KEYS.token(version, *PURPOSE), *PURPOSE) for version in (1, 2))


def test_a_key_that_was_taken_away_recognises_nothing_any_more():
    old = KEYS.token(1, *PURPOSE)
    assert not MasterKeys({2: b"2" * 32}).recognises(old, *PURPOSE)


@given(st.lists(PARTS, min_size=1, max_size=3), st.lists(PARTS, min_size=1, max_size=3))
def test_a_token_is_for_one_purpose_only(one: list[str], other: list[str]):
    assert KEYS.recognises(KEYS.token(1, *one), *other) == (one == other)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_no_text_but_the_token_is_recognised_and_none_is_too_odd(text: str):
    assert not KEYS.recognises(text, *PURPOSE)


@pytest.mark.parametrize("version", ["0001", "01", "+1", "１", "3", "99999999999", "", "-1"])
def test_the_same_digest_under_another_spelling_of_the_version_is_wrong(version: str):
    digest = KEYS.token(1, *PURPOSE).partition("-")[2]
    assert not KEYS.recognises(f"{version}-{digest}", *PURPOSE)


def test_secrets_stay_out_of_sight():
    assert "111" not in repr(KEYS)


def test_the_first_start_makes_a_key_that_only_its_owner_may_read(tmp_path: Path):
    path = tmp_path / "data" / "master-keys.json"
    keys = make_master_keys(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert (keys.newest, len(keys.secrets[1])) == (1, 32)
    assert make_master_keys(path).secrets == keys.secrets == read_master_keys(path).secrets
    assert [file.name for file in path.parent.iterdir()] == ["master-keys.json"]


def test_two_machines_make_two_keys(tmp_path: Path):
    one, other = (make_master_keys(tmp_path / name / "keys.json") for name in ("one", "other"))
    assert one.secrets != other.secrets


@pytest.mark.parametrize(
    "content",
    [
        "",
        "nonsense",
        "[]",
        "null",
        "{}",
        '{"one": "eA=="}',
        '{"1": 7}',
        '{"1": "not base64!"}',
        json.dumps({"1": secret(31)}),
        json.dumps({"1": secret(32), "2": secret(8)}),
    ],
)
def test_a_file_that_is_no_good_is_refused(tmp_path: Path, content: str):
    with pytest.raises(MasterKeysUnusable) as refusal:
        read_master_keys(file_of(tmp_path, content))
    assert refusal.value.remedy


def test_a_missing_file_is_refused(tmp_path: Path):
    with pytest.raises(MasterKeysUnusable, match="FileNotFoundError"):
        read_master_keys(tmp_path / "nothing.json")


def test_a_file_that_others_may_read_is_refused(tmp_path: Path):
    with pytest.raises(MasterKeysUnusable, match="read by others"):
        read_master_keys(file_of(tmp_path, json.dumps({"1": secret(32)}), 0o640))
