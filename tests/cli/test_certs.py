"""`wallet-service certs` as an operator types it."""

import json

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from typer.testing import CliRunner

from tests.wallets.apple.portal import answer_to
from wallet_service.cli.certs import app
from wallet_service.clock import SystemClock
from wallet_service.errors import WalletServiceError
from wallet_service.wallets.apple.certificates import CertificateExists, load_certificate
from wallet_service.wallets.apple.devpki import Period, issue_pass_certificate, make_authority
from wallet_service.wallets.apple.pem import certificate_pem, new_key

PASS_TYPE = "pass.com.burger-heroes.card"


@pytest.fixture
def certs_dir(tmp_path):
    return tmp_path / "certs"


@pytest.fixture
def run(certs_dir):
    """Runs one command in a process environment of its own; a refusal is raised, for the main command prints it."""

    def run(*words: object, keys: str | None = None, exit_code: int = 0) -> str:
        environment = {"WALLET_CERTS_DIR": str(certs_dir), "COLUMNS": "200", "NO_COLOR": "1"}
        result = CliRunner().invoke(app, [str(word) for word in words], input=keys, env=environment)
        if isinstance(result.exception, WalletServiceError):
            raise result.exception
        assert result.exit_code == exit_code, result.output
        return result.output

    return run


@pytest.fixture(scope="session")
def portal():
    return make_authority(SystemClock().now())[1]


@pytest.fixture
def wwdr(tmp_path, portal):
    file = tmp_path / "wwdr.cer"
    file.write_bytes(portal.certificate.public_bytes(Encoding.DER))
    return file


@pytest.fixture
def locked_p12(tmp_path, portal):
    key = new_key()
    leaf = issue_pass_certificate(portal, key.public_key(), PASS_TYPE, "ABCDE12345", "O", portal_period(portal))
    file = tmp_path / "pass.p12"
    secret = BestAvailableEncryption(b"secret")
    file.write_bytes(pkcs12.serialize_key_and_certificates(b"", key, leaf, [portal.certificate], secret))
    return file


def portal_period(portal) -> Period:
    return Period(portal.certificate.not_valid_before_utc, portal.certificate.not_valid_after_utc)


def test_dev_makes_a_certificate_that_check_accepts(run):
    assert f"Made {PASS_TYPE}" in run("dev", PASS_TYPE)
    told = run("check")
    assert f"{PASS_TYPE} team DEV0TEAM00" in told
    assert "394 days left" in told
    assert "warning It was not issued by Apple" in told


def test_check_tells_machines_the_same(run):
    run("dev", PASS_TYPE, "--team", "ABCDE12345", "--days", 20)
    (told,) = json.loads(run("check", "--json", "--team", "ABCDE12345"))
    assert (told["pass_type"], told["team"], told["days_left"]) == (PASS_TYPE, "ABCDE12345", 19)
    assert [finding["code"] for finding in told["findings"]] == ["expires-within-30-days", "not-apple"]


def test_check_fails_on_an_expired_certificate(run):
    run("dev", PASS_TYPE, "--days", -1)
    told = run("check", PASS_TYPE, exit_code=1)
    assert "expired" in told
    assert f"certs request {PASS_TYPE} --renew" in told


def test_check_fails_on_a_damaged_certificate(run, certs_dir):
    run("dev", PASS_TYPE)
    (certs_dir / PASS_TYPE / "key.pem").write_bytes(b"nothing")
    (told,) = json.loads(run("check", "--json", exit_code=1))
    assert told["days_left"] is None
    assert [finding["code"] for finding in told["findings"]] == ["certificate-unusable"]
    assert "holds no private key" in run("check", exit_code=1)


def test_check_fails_when_there_is_nothing_to_check(run):
    assert "begin with `wallet-service certs request`" in run("check", exit_code=1)


def test_a_request_is_answered_and_installed(run, certs_dir, portal, wwdr, tmp_path):
    assert "Upload it at https://developer.apple.com/" in run("request", PASS_TYPE)
    request = certs_dir / PASS_TYPE / "request.certSigningRequest"
    leaf = answer_to(request, portal, PASS_TYPE, portal_period(portal))
    (tmp_path / "pass.pem").write_bytes(certificate_pem(leaf))
    assert f"Installed {PASS_TYPE}: team ABCDE12345" in run("install", tmp_path / "pass.pem", "--wwdr", wwdr)
    assert load_certificate(certs_dir / PASS_TYPE).leaf == leaf


def test_a_request_for_a_certificate_in_use_needs_renew(run):
    run("dev", PASS_TYPE)
    with pytest.raises(CertificateExists):
        run("request", PASS_TYPE)
    assert "Request:" in run("request", PASS_TYPE, "--renew")


def test_the_passphrase_of_a_p12_is_asked_for_and_never_shown(run, locked_p12):
    told = run("install", locked_p12, keys="secret\n")
    assert f"Installed {PASS_TYPE}" in told
    assert "secret" not in told


def test_the_passphrase_may_come_from_a_file(run, locked_p12, tmp_path):
    (tmp_path / "passphrase").write_bytes(b"secret\r\nanother line\n")
    assert f"Installed {PASS_TYPE}" in run("install", locked_p12, "--passphrase-file", tmp_path / "passphrase")
