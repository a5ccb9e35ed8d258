"""Our own check of certificate and key."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from wallet_service.simulators.pki import SimulatedPki
from wallet_service.wallets.apple.push.credential import LoadedCredential, PushCredential, load
from wallet_service.wallets.apple.push.trouble import CannotConnectError

TOPIC = "pass.com.example.burger-heroes"
FROM, UNTIL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def certificate(pki: SimulatedPki) -> Path:
    return pki.pass_certificate(TOPIC, not_before=FROM, not_after=UNTIL)


@pytest.fixture
def loaded(certificate: Path, pki: SimulatedPki) -> LoadedCredential:
    return load(PushCredential(certificate), pki.roots)


def new_key(folder: Path, password: bytes) -> Path:
    path = folder / "key.pem"
    key = ec.generate_private_key(ec.SECP256R1())
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)))
    return path


def refusal(credential: PushCredential, roots: Path | None) -> CannotConnectError:
    with pytest.raises(CannotConnectError) as caught:
        load(credential, roots)
    assert caught.value.lasting
    return caught.value


def test_it_is_good_from_its_first_to_its_last_moment(loaded: LoadedCredential) -> None:
    loaded.check(FROM)
    loaded.check(UNTIL)


def test_it_has_expired_a_second_later(loaded: LoadedCredential) -> None:
    with pytest.raises(CannotConnectError, match="certificate expired 2027-01-01"):
        loaded.check(UNTIL + SECOND)


def test_it_is_not_valid_a_second_before(loaded: LoadedCredential) -> None:
    with pytest.raises(CannotConnectError, match="certificate not valid before 2026-01-01"):
        loaded.check(FROM - SECOND)


def test_connections_use_tls_1_2_at_least_and_check_the_server(loaded: LoadedCredential) -> None:
    assert loaded.context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert loaded.context.verify_mode is ssl.CERT_REQUIRED
    assert loaded.context.check_hostname


def test_without_roots_the_systems_are_trusted(certificate: Path) -> None:
    assert load(PushCredential(certificate), None).not_after == UNTIL


def test_a_key_of_its_own_may_stand_in_another_file(certificate: Path, pki: SimulatedPki, tmp_path: Path) -> None:
    head, mark, tail = certificate.read_text().partition("-----BEGIN PRIVATE KEY-----")
    (tmp_path / "certificate.pem").write_text(head)
    (tmp_path / "key.pem").write_text(mark + tail)
    load(PushCredential(tmp_path / "certificate.pem", tmp_path / "key.pem"), pki.roots).check(FROM)


def test_a_key_of_another_certificate_is_refused(certificate: Path, pki: SimulatedPki) -> None:
    other = pki.pass_certificate("pass.com.example.other")
    assert refusal(PushCredential(certificate, other), pki.roots).reason == "the key does not match the certificate"


def test_a_key_under_a_password_is_refused_without_asking(certificate: Path, pki: SimulatedPki, tmp_path: Path) -> None:
    trouble = refusal(PushCredential(certificate, new_key(tmp_path, b"secret")), pki.roots)
    assert "cannot be loaded" in trouble.reason


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "gone.pem: No such file" in refusal(PushCredential(tmp_path / "gone.pem"), None).reason


def test_a_file_without_a_certificate_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.pem").write_text("remember the milk")
    assert refusal(PushCredential(tmp_path / "notes.pem"), None).reason == "notes.pem holds no PEM certificate"


def test_roots_that_cannot_be_read_are_refused(certificate: Path, tmp_path: Path) -> None:
    (tmp_path / "roots.pem").write_text("nothing")
    assert "cannot be loaded" in refusal(PushCredential(certificate), tmp_path / "roots.pem").reason
