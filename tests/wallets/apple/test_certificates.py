"""A certificate read from its folder, and the keyring that follows the folder."""

import shutil
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import PosixPath

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat
from structlog.testing import capture_logs

from tests.wallets.apple.conftest import NOW, PASS_TYPE, TEAM
from wallet_service.private_files import put
from wallet_service.wallets.apple import der
from wallet_service.wallets.apple.certificate_folder import switch
from wallet_service.wallets.apple.certificates import CertificateExists, CertificateUnusable, load_certificate
from wallet_service.wallets.apple.devpki import make_dev_certificates
from wallet_service.wallets.apple.keyring import Certificates
from wallet_service.wallets.apple.pem import key_pem, new_key
from wallet_service.wallets.apple.signing import Signer


class Watch:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture(scope="session")
def successor(tmp_path_factory):
    """The next certificate of the same pass type, from another authority."""
    return make_dev_certificates(tmp_path_factory.mktemp("successor"), PASS_TYPE, TEAM, "Burger Heroes", NOW)


@pytest.fixture
def keyring(certs_dir, watch):
    return Certificates(certs_dir, patience=5, seconds=watch)


def pem_of(key, encryption):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


def key_of_unknown_kind():
    algorithm = der.element(der.SEQUENCE, der.oid("1.2.3.4"))
    key = der.element(der.SEQUENCE, der.integer(0), algorithm, der.element(der.OCTET_STRING, b"key"))
    return b"-----BEGIN PRIVATE KEY-----\n" + b64encode(key) + b"\n-----END PRIVATE KEY-----\n"


def test_a_certificate_says_whom_it_is_for(certificate):
    assert (certificate.pass_type, certificate.team, certificate.nfc) == (PASS_TYPE, TEAM, False)
    assert certificate.fingerprint == certificate.leaf.fingerprint(SHA256()).hex()
    assert certificate.ends_at - certificate.starts_at == timedelta(days=395)
    assert certificate.days_left(certificate.ends_at - timedelta(days=3, hours=1)) == 3
    assert certificate.days_left(certificate.ends_at + timedelta(seconds=1)) == -1


def test_all_dev_certificates_of_a_folder_chain_to_one_root(certs_dir, certificate):
    root = x509.load_pem_x509_certificate((certs_dir / "dev-root.pem").read_bytes())
    other = make_dev_certificates(certs_dir, "pass.com.other", "T", "Other", NOW)
    for each in (certificate, other):
        each.leaf.verify_directly_issued_by(each.intermediate)
        each.intermediate.verify_directly_issued_by(root)


def test_nobody_but_the_owner_may_read_what_was_written(certs_dir):
    files = [file for file in certs_dir.rglob("*") if file.is_file()]
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}
    assert oct((certs_dir / PASS_TYPE).stat().st_mode & 0o777) == "0o700"


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("certificate.pem", b"nothing", "holds no certificate"),
        ("certificate.pem", None, "No such file"),
        ("key.pem", b"nothing", "holds no private key"),
        ("key.pem", None, "No such file"),
        ("key.pem", b"-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----", "private key that is damaged"),
        ("key.pem", pem_of(ec.generate_private_key(ec.SECP256R1()), NoEncryption()), "not RSA"),
        ("key.pem", pem_of(new_key(), BestAvailableEncryption(b"secret")), "behind a passphrase"),
        ("key.pem", key_of_unknown_kind(), "a kind that is not supported"),
        ("wwdr.pem", b"nothing", "holds no certificate"),
    ],
    ids=[
        "no PEM",
        "no file",
        "no key",
        "no key file",
        "damaged key",
        "EC key",
        "locked key",
        "odd key",
        "no intermediate",
    ],
)
def test_a_file_that_cannot_be_used_is_named(certs_dir, name, content, why):
    file = certs_dir / PASS_TYPE / name
    file.unlink() if content is None else file.write_bytes(content)
    with pytest.raises(CertificateUnusable, match=why) as refusal:
        load_certificate(certs_dir / PASS_TYPE)
    assert str(file) in refusal.value.detail
    assert refusal.value.status == 503
    assert refusal.value.__cause__ is None


def test_of_two_keys_the_fitting_one_is_taken(certs_dir, certificate):
    file = certs_dir / PASS_TYPE / "key.pem"
    file.write_bytes(key_pem(new_key()) + file.read_bytes())
    assert load_certificate(certs_dir / PASS_TYPE).key.private_numbers() == certificate.key.private_numbers()


def test_of_two_intermediates_the_issuer_is_taken(certs_dir, certificate, tmp_path):
    stranger = make_dev_certificates(tmp_path / "elsewhere", PASS_TYPE, TEAM, "Other", NOW).intermediate
    put(certs_dir / PASS_TYPE / "wwdr.pem", stranger.public_bytes(Encoding.PEM))
    assert load_certificate(certs_dir / PASS_TYPE).intermediate == certificate.intermediate


def test_a_renewal_keeps_the_old_certificate_by_date(certs_dir):
    folder = certs_dir / PASS_TYPE
    before = {name: (folder / name).read_bytes() for name in ("certificate.pem", "key.pem", "wwdr.pem")}
    make_dev_certificates(certs_dir, PASS_TYPE, TEAM, "Burger Heroes", NOW)
    kept = folder / "previous" / "2026-11-22T103015Z"
    assert {file.name: file.read_bytes() for file in kept.iterdir()} == before


@pytest.mark.parametrize("renames", range(5))
def test_wherever_a_renewal_is_cut_off_a_pair_fits(certs_dir, certificate, successor, renames):
    class Fragile(PosixPath):
        """A path on a machine that loses power after so many renames."""

        done = 0

        def replace(self, target):
            if Fragile.done == renames:
                raise InterruptedError
            Fragile.done += 1
            return super().replace(target)

    folder = certs_dir / PASS_TYPE
    with suppress(InterruptedError):
        switch(Fragile(folder), successor.leaf, successor.key, successor.intermediate, NOW)
    found = Signer(load_certificate(folder)).certificate
    assert found.fingerprint == (successor if renames >= 2 else certificate).fingerprint


def test_a_renewal_after_one_that_was_cut_off_succeeds(certs_dir, successor):
    folder = certs_dir / PASS_TYPE
    (folder / ".key.pem.new").write_bytes(b"half a key")
    made = switch(folder, successor.leaf, successor.key, successor.intermediate, NOW)
    assert made.fingerprint == successor.fingerprint


def test_a_throw_away_certificate_never_replaces_another(certs_dir, successor):
    folder = certs_dir / PASS_TYPE
    switch(folder, successor.leaf, successor.key, successor.intermediate, NOW)
    with pytest.raises(CertificateExists, match="not a throw-away one"):
        make_dev_certificates(certs_dir, PASS_TYPE, TEAM, "Burger Heroes", NOW)
    assert load_certificate(folder).fingerprint == successor.fingerprint


def test_the_keyring_loads_a_key_once(keyring):
    assert keyring.signer(PASS_TYPE) is keyring.signer(PASS_TYPE)
    assert keyring.certificate(PASS_TYPE) is keyring.signer(PASS_TYPE).certificate


def test_the_keyring_keeps_a_signer_whose_files_did_not_change(keyring, watch):
    signer = keyring.signer(PASS_TYPE)
    watch.seconds = 100
    assert keyring.signer(PASS_TYPE) is signer


def test_the_keyring_follows_a_renewal_within_its_patience(keyring, watch, certs_dir):
    before = keyring.certificate(PASS_TYPE)
    renewed = make_dev_certificates(certs_dir, PASS_TYPE, TEAM, "Burger Heroes", NOW)
    watch.seconds = 4.9
    assert keyring.certificate(PASS_TYPE) is before
    watch.seconds = 5
    assert keyring.certificate(PASS_TYPE).fingerprint == renewed.fingerprint


def test_a_change_that_cannot_be_used_leaves_the_old_signer(keyring, watch, certs_dir):
    signer, file = keyring.signer(PASS_TYPE), certs_dir / PASS_TYPE / "key.pem"
    good = file.read_bytes()
    put(file, key_pem(new_key()))
    watch.seconds = 5
    with capture_logs() as logs:
        assert keyring.signer(PASS_TYPE) is signer
    assert [(entry["event"], entry["pass_type"]) for entry in logs] == [("certificate_change_ignored", PASS_TYPE)]
    put(file, good)
    watch.seconds = 10
    assert keyring.signer(PASS_TYPE).sign(b"{}", NOW) == signer.sign(b"{}", NOW)


def test_a_folder_that_vanished_leaves_the_old_signer(keyring, watch, certs_dir):
    signer = keyring.signer(PASS_TYPE)
    shutil.rmtree(certs_dir / PASS_TYPE)
    watch.seconds = 5
    assert keyring.signer(PASS_TYPE) is signer


def test_the_keyring_has_no_signer_for_a_pass_type_without_a_folder(keyring):
    with pytest.raises(CertificateUnusable, match="cannot be read"):
        keyring.signer("pass.com.nobody")


def test_the_keyring_finds_a_certificate_that_came_later(keyring, certs_dir):
    with pytest.raises(CertificateUnusable):
        keyring.signer("pass.com.later")
    make_dev_certificates(certs_dir, "pass.com.later", TEAM, "Later", NOW)
    assert keyring.signer("pass.com.later").certificate.pass_type == "pass.com.later"
    assert keyring.pass_types() == [PASS_TYPE, "pass.com.later"]


def test_threads_that_ask_together_load_one_signer(keyring):
    with ThreadPoolExecutor(4) as threads:
        signers = set(threads.map(keyring.signer, [PASS_TYPE] * 8))
    assert len(signers) == 1
