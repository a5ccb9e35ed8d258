"""The way of a certificate: requested, answered by an authority, installed; and everything that may be brought wrong."""

import subprocess
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)

from tests.wallets.apple.conftest import NOW, PASS_TYPE, TEAM
from tests.wallets.apple.portal import answer_to
from wallet_service.wallets.apple.answer import Answer
from wallet_service.wallets.apple.certificates import CertificateExists, CertificateUnusable, load_certificate
from wallet_service.wallets.apple.devpki import Period, issue_pass_certificate, make_authority
from wallet_service.wallets.apple.enrolment import Brought, CertificateRefused, install_certificate, request_certificate
from wallet_service.wallets.apple.pem import certificate_pem, key_pem, new_key
from wallet_service.wallets.apple.signing import Signer

OTHER_TYPE = "pass.com.burger-heroes.coupon"
YEAR = Period(NOW, NOW + timedelta(days=395))


@pytest.fixture(scope="session")
def portal():
    """Whoever answers requests as Apple's portal would."""
    return make_authority(NOW)[1]


@pytest.fixture(scope="session")
def foreign_key():
    return new_key()


@pytest.fixture
def fresh(tmp_path, portal):
    """A certs folder with the portal's intermediate and nothing else."""
    (tmp_path / "wwdr-portal.pem").write_bytes(certificate_pem(portal.certificate))
    return tmp_path


def der_file(certificate: x509.Certificate) -> Brought:
    return Brought("pass.cer", certificate.public_bytes(Encoding.DER))


def test_a_request_answered_and_installed_signs(fresh, portal):
    leaf = answer_to(request_certificate(fresh, OTHER_TYPE), portal, OTHER_TYPE, YEAR)
    installed = install_certificate(fresh, der_file(leaf), NOW)
    signer = Signer(load_certificate(fresh / OTHER_TYPE))
    assert installed.fingerprint == signer.certificate.fingerprint
    assert signer.verifies(signer.sign(b"{}", NOW), b"{}", NOW)
    assert sorted(file.name for file in (fresh / OTHER_TYPE).iterdir()) == ["certificate.pem", "key.pem", "wwdr.pem"]


def test_the_key_of_a_request_is_for_its_owner_only(fresh):
    file = request_certificate(fresh, OTHER_TYPE)
    assert (file.parent / "pending.key").stat().st_mode & 0o777 == 0o600


def test_a_request_asked_again_is_for_the_same_key(fresh, portal):
    leaf = answer_to(request_certificate(fresh, OTHER_TYPE), portal, OTHER_TYPE, YEAR)
    request_certificate(fresh, OTHER_TYPE)
    assert install_certificate(fresh, der_file(leaf), NOW).leaf == leaf


def test_a_key_in_use_is_not_replaced_unasked(certs_dir):
    with pytest.raises(CertificateExists) as refusal:
        request_certificate(certs_dir, PASS_TYPE)
    assert refusal.value.remedy == "To renew it, add --renew."
    assert not (certs_dir / PASS_TYPE / "pending.key").exists()


def test_a_renewal_leaves_the_live_key_until_its_answer_is_installed(certs_dir, certificate, portal):
    request = request_certificate(certs_dir, PASS_TYPE, renew=True)
    assert load_certificate(certs_dir / PASS_TYPE).fingerprint == certificate.fingerprint
    (certs_dir / "wwdr-portal.pem").write_bytes(certificate_pem(portal.certificate))
    install_certificate(certs_dir, der_file(answer_to(request, portal, PASS_TYPE, YEAR)), NOW)
    assert load_certificate(certs_dir / PASS_TYPE).fingerprint != certificate.fingerprint


def test_a_damaged_pending_key_is_named(fresh):
    (request_certificate(fresh, OTHER_TYPE).parent / "pending.key").write_bytes(b"nothing")
    with pytest.raises(CertificateUnusable, match=r"pending\.key holds no private key"):
        request_certificate(fresh, OTHER_TYPE)


@pytest.mark.parametrize("text", ["com.example", "pass.", "pass", "../pass.x", "pass.x/y", "pass..x", "pass.x\n", ""])
def test_what_is_no_pass_type_gets_no_folder(fresh, text):
    with pytest.raises(CertificateRefused, match="is not a pass type identifier"):
        request_certificate(fresh, text)


def test_a_pem_file_with_key_and_intermediate_needs_nothing_else(tmp_path, portal, foreign_key):
    leaf = issue_pass_certificate(portal, foreign_key.public_key(), OTHER_TYPE, TEAM, "O", YEAR)
    text = certificate_pem(portal.certificate) + key_pem(foreign_key) + certificate_pem(leaf)
    assert install_certificate(tmp_path, Brought("all.pem", text), NOW).leaf == leaf


LEGACY = PrivateFormat.PKCS12.encryption_builder().key_cert_algorithm(pkcs12.PBES.PBESv1SHA1And3KeyTripleDESCBC)


@pytest.mark.parametrize(
    ("encryption", "passphrase"),
    [
        (BestAvailableEncryption(b"secret"), b"secret"),
        (LEGACY.hmac_hash(SHA1()).build(b"secret"), b"secret"),  # noqa: S303 - what old exports use
        (NoEncryption(), None),
    ],
    ids=["AES", "3DES", "open"],
)
def test_a_p12_brings_its_key(fresh, portal, foreign_key, encryption, passphrase):
    leaf = issue_pass_certificate(portal, foreign_key.public_key(), OTHER_TYPE, TEAM, "O", YEAR)
    content = pkcs12.serialize_key_and_certificates(b"pass", foreign_key, leaf, [portal.certificate], encryption)
    installed = install_certificate(fresh, Brought("pass.p12", content), NOW, passphrase=passphrase)
    assert installed.key.private_numbers() == foreign_key.private_numbers()


def test_a_p12_of_an_old_keychain_is_read(fresh, portal, foreign_key, tmp_path_factory):
    folder = tmp_path_factory.mktemp("keychain")
    leaf = issue_pass_certificate(portal, foreign_key.public_key(), OTHER_TYPE, TEAM, "O", YEAR)
    (folder / "all.pem").write_bytes(key_pem(foreign_key) + certificate_pem(leaf))
    command = [
        "openssl",
        "pkcs12",
        "-export",
        "-legacy",
        "-in",
        "all.pem",
        "-out",
        "rc2.p12",
        "-passout",
        "pass:secret",
    ]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    brought = Brought("rc2.p12", (folder / "rc2.p12").read_bytes())
    assert install_certificate(fresh, brought, NOW, passphrase=b"secret").leaf == leaf


def test_a_wrong_passphrase_says_all_that_may_be_wrong(fresh, portal, foreign_key):
    leaf = issue_pass_certificate(portal, foreign_key.public_key(), OTHER_TYPE, TEAM, "O", YEAR)
    locked = BestAvailableEncryption(b"secret")
    content = pkcs12.serialize_key_and_certificates(b"pass", foreign_key, leaf, [], locked)
    with pytest.raises(CertificateRefused, match=r"pass\.p12 .*passphrase is wrong or missing.*openssl pkcs12 -legacy"):
        install_certificate(fresh, Brought("pass.p12", content), NOW, passphrase=b"guess")


def test_a_locked_key_in_a_pem_opens_with_its_passphrase(fresh, portal, foreign_key):
    leaf = issue_pass_certificate(portal, foreign_key.public_key(), OTHER_TYPE, TEAM, "O", YEAR)
    locked = foreign_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"secret"))
    brought = Brought("pass.pem", certificate_pem(leaf) + locked)
    with pytest.raises(CertificateRefused, match="damaged, or the passphrase is wrong"):
        install_certificate(fresh, brought, NOW, passphrase=b"guess")
    assert install_certificate(fresh, brought, NOW, passphrase=b"secret").leaf == leaf


def test_an_answer_without_its_key_is_refused(fresh, portal, foreign_key):
    leaf = issue_pass_certificate(portal, foreign_key.public_key(), OTHER_TYPE, TEAM, "O", YEAR)
    with pytest.raises(CertificateRefused, match=f"belongs to this certificate of {OTHER_TYPE}"):
        install_certificate(fresh, der_file(leaf), NOW)
    assert not (fresh / OTHER_TYPE).exists()


def test_an_unknown_intermediate_is_asked_for_by_name(tmp_path, portal):
    leaf = answer_to(request_certificate(tmp_path, OTHER_TYPE), portal, OTHER_TYPE, YEAR)
    with pytest.raises(CertificateRefused, match="Developer Relations Certification Authority, G4") as refusal:
        install_certificate(tmp_path, der_file(leaf), NOW)
    assert "--wwdr FILE" in str(refusal.value.remedy)
    installed = install_certificate(tmp_path, der_file(leaf), NOW, wwdr=der_file(portal.certificate))
    assert installed.intermediate == portal.certificate


def test_a_damaged_intermediate_in_the_folder_is_passed_over(fresh, portal):
    (fresh / "wwdr-broken.pem").write_bytes(b"nothing")
    leaf = answer_to(request_certificate(fresh, OTHER_TYPE), portal, OTHER_TYPE, YEAR)
    assert install_certificate(fresh, der_file(leaf), NOW).leaf == leaf


@pytest.mark.parametrize(
    ("period", "why"),
    [
        (Period(NOW - timedelta(days=395), NOW - timedelta(seconds=1)), "expired on 2026-11-22"),
        (Period(NOW + timedelta(days=1), NOW + timedelta(days=2)), "valid from 2026-11-23"),
    ],
    ids=["over", "to come"],
)
def test_a_certificate_that_cannot_sign_now_is_refused_and_nothing_changes(fresh, portal, period, why):
    request = request_certificate(fresh, OTHER_TYPE)
    with pytest.raises(CertificateRefused, match=why):
        install_certificate(fresh, der_file(answer_to(request, portal, OTHER_TYPE, period)), NOW)
    assert sorted(file.name for file in request.parent.iterdir()) == ["pending.key", request.name]


def test_an_intermediate_alone_is_no_answer(fresh, portal):
    with pytest.raises(CertificateRefused, match=r"pass\.cer holds 0 pass certificates"):
        install_certificate(fresh, der_file(portal.certificate), NOW)


def test_two_pass_certificates_in_one_file_are_refused(fresh, portal, certificate):
    leaf = answer_to(request_certificate(fresh, OTHER_TYPE), portal, OTHER_TYPE, YEAR)
    both = Brought("two.pem", certificate_pem(leaf) + certificate_pem(certificate.leaf))
    with pytest.raises(CertificateRefused, match=r"two\.pem holds 2 pass certificates"):
        install_certificate(fresh, both, NOW)


@pytest.mark.parametrize("content", [b"", b"\x30\x82", b"-----BEGIN CERTIFICATE-----\nnothing", b"<html>"])
def test_what_is_no_certificate_is_refused_by_the_name_of_its_file(fresh, content):
    with pytest.raises(CertificateRefused, match=r"^login\.html (is|holds) no certificate"):
        install_certificate(fresh, Brought("login.html", content), NOW)


def test_a_p12_with_an_elliptic_key_is_refused(fresh, portal):
    key = ec.generate_private_key(ec.SECP256R1())
    subject = portal.certificate.subject
    draft = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).serial_number(1)
    draft = draft.public_key(key.public_key()).not_valid_before(NOW).not_valid_after(NOW + timedelta(1))
    content = pkcs12.serialize_key_and_certificates(b"ec", key, draft.sign(key, SHA256()), None, NoEncryption())
    with pytest.raises(CertificateRefused, match="not RSA"):
        install_certificate(fresh, Brought("ec.p12", content), NOW)


def test_a_p12_without_certificate_or_key_brings_nothing(fresh, portal):
    content = pkcs12.serialize_key_and_certificates(b"", None, None, [portal.certificate], NoEncryption())
    assert Brought("ca.p12", content).read() == Answer((portal.certificate,))


def test_an_answer_does_not_show_its_keys(foreign_key):
    assert repr(Answer((), (foreign_key,))) == "Answer(certificates=())"
