"""A key file of Google read, refused with a reason, and followed when it is replaced."""

import os
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from structlog.testing import capture_logs

from tests.wallets.google.accounts import EMAIL, ISSUER, install, key_file, pem, rsa_key
from wallet_service.errors import Unavailable
from wallet_service.wallets.google.service_account import (
    ServiceAccounts,
    ServiceAccountUnusable,
    load_service_account,
    parse_service_account,
)


class Watch:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def keyring(tmp_path, watch):
    return ServiceAccounts(tmp_path, patience=5, seconds=watch)


def elliptic_key():
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def locked_key():
    return rsa_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret")).decode()


def test_a_key_file_says_who_we_are_to_google(tmp_path):
    account = load_service_account(install(tmp_path, key_file()))
    assert (account.project, account.email, account.key_id) == ("burger-heroes", EMAIL, "5d1f")
    assert account.token_uri == "https://oauth2.googleapis.com/token"
    assert account.key.public_key() == rsa_key().public_key()
    assert account.file_mode == 0o600
    assert "key=" not in repr(account)


@pytest.mark.skipif(os.name == "nt", reason="Windows has access lists in place of modes")
def test_a_key_file_that_others_may_read_is_noted(tmp_path):
    file = install(tmp_path, key_file())
    file.chmod(0o644)
    assert load_service_account(file).file_mode == 0o644


def test_a_missing_file_is_refused_with_its_name_and_a_remedy(tmp_path):
    with pytest.raises(ServiceAccountUnusable) as refusal:
        load_service_account(tmp_path / "nowhere.json")
    assert "nowhere.json cannot be read: No such file" in refusal.value.detail
    assert "brand google set" in (refusal.value.remedy or "")
    assert isinstance(refusal.value, Unavailable)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        pytest.param(lambda: b"{", "is not a JSON object", id="cut short"),
        pytest.param(lambda: b"[]", "is not a JSON object", id="a list"),
        pytest.param(lambda: key_file(type="authorized_user"), "is not the key of a service account", id="a person's"),
        pytest.param(lambda: key_file(type=None), "is not the key of a service account", id="of no type"),
        pytest.param(
            lambda: key_file(client_email="", private_key_id=7), "lacks client_email, private_key_id", id="lacking"
        ),
        pytest.param(lambda: key_file(token_uri="oauth2"), "no web address", id="a token_uri without a host"),
        pytest.param(lambda: key_file(token_uri="https://[::1"), "no web address", id="a token_uri cut short"),
        pytest.param(lambda: key_file(token_uri="ftp://a/b"), "no web address", id="a token_uri of another kind"),
        pytest.param(lambda: key_file(private_key="-----BEGIN"), "damaged", id="a damaged key"),
        pytest.param(lambda: key_file(private_key=locked_key()), "behind a passphrase", id="a locked key"),
        pytest.param(lambda: key_file(private_key=elliptic_key()), "not RSA", id="an elliptic key"),
        pytest.param(lambda: key_file(private_key=pem(rsa_key(1024))), "at least 2048 bits", id="a short key"),
    ],
)
def test_what_is_no_key_file_is_refused_without_repeating_it(content, why):
    with pytest.raises(ServiceAccountUnusable, match=why) as refusal:
        parse_service_account(content(), Path("here.json"))
    assert refusal.value.detail.startswith("here.json ")
    assert "BEGIN" not in refusal.value.detail


def test_an_account_is_loaded_once_and_then_at_hand(tmp_path, keyring):
    install(tmp_path, key_file())
    assert keyring.at_hand(ISSUER) is None
    account = keyring.account(ISSUER)
    assert keyring.account(ISSUER) is account
    assert keyring.at_hand(ISSUER) is account


def test_a_look_that_finds_the_same_file_keeps_the_account(tmp_path, keyring, watch):
    install(tmp_path, key_file())
    account = keyring.account(ISSUER)
    watch.seconds = 6
    assert keyring.at_hand(ISSUER) is None
    assert keyring.account(ISSUER) is account


def test_a_new_key_is_followed_within_the_patience(tmp_path, keyring, watch):
    install(tmp_path, key_file())
    keyring.account(ISSUER)
    install(tmp_path, key_file(private_key_id="renewed"))
    watch.seconds = 4
    assert keyring.account(ISSUER).key_id == "5d1f"
    watch.seconds = 6
    assert keyring.account(ISSUER).key_id == "renewed"


def test_a_change_for_the_worse_leaves_the_old_account_and_is_logged(tmp_path, keyring, watch):
    file = install(tmp_path, key_file())
    account = keyring.account(ISSUER)
    file.unlink()
    watch.seconds = 6
    with capture_logs() as logs:
        assert keyring.account(ISSUER) is account
    assert [(log["event"], log["issuer"]) for log in logs] == [("service_account_change_ignored", ISSUER)]


def test_an_issuer_without_a_key_file_has_no_account(keyring):
    with pytest.raises(ServiceAccountUnusable, match="cannot be read"):
        keyring.account("1")


def test_the_issuers_are_those_with_a_key_file(tmp_path, keyring):
    assert keyring.issuers() == []
    install(tmp_path, key_file(), "2")
    install(tmp_path, key_file(), "1")
    (tmp_path / "google" / "3").mkdir()
    assert keyring.issuers() == ["1", "2"]
    assert keyring.file("1").exists()
