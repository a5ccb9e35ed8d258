"""The signature against two oracles: cryptography's own CMS builder, byte for byte, and OpenSSL."""

import subprocess
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder

from tests.wallets.apple.conftest import NOW, PASS_TYPE
from wallet_service.wallets.apple import der
from wallet_service.wallets.apple.certificates import CertificateUnusable
from wallet_service.wallets.apple.devpki import make_dev_certificates
from wallet_service.wallets.apple.signature_memo import Entry, SignatureMemo
from wallet_service.wallets.apple.signing import Signer

MANIFEST = b'{"icon.png":"00",\n"pass.json":"01"}'


@pytest.fixture(scope="session")
def far_future(tmp_path_factory):
    """A certificate of the fifties, whose signing times need four digits for the year."""
    now = datetime(2055, 5, 5, tzinfo=UTC)
    return make_dev_certificates(tmp_path_factory.mktemp("2055"), PASS_TYPE, "ABCDE12345", "Burger Heroes", now)


def openssl_verifies(tmp_path, certs_dir, signature: bytes, manifest: bytes, at: datetime) -> bool:
    (tmp_path / "signature").write_bytes(signature)
    (tmp_path / "manifest.json").write_bytes(manifest)
    command = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", tmp_path / "signature"]
    command += ["-content", tmp_path / "manifest.json", "-CAfile", certs_dir / "dev-root.pem", "-purpose", "any"]
    command += ["-attime", str(int(at.timestamp())), "-out", "/dev/null"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def signed_by_cryptography(certificate) -> tuple[bytes, datetime]:
    """Its signature, and the time it chose, which is the machine's."""
    builder = PKCS7SignatureBuilder().set_data(MANIFEST).add_signer(certificate.leaf, certificate.key, SHA256())
    options = [PKCS7Options.DetachedSignature, PKCS7Options.Binary, PKCS7Options.NoCapabilities]
    document = builder.add_certificate(certificate.intermediate).sign(Encoding.DER, options)
    attribute = der.oid("1.2.840.113549.1.9.5") + bytes((der.SET, 15, der.UTC_TIME, 13))
    stamp = document.partition(attribute)[2][:13].decode()
    return document, datetime.strptime(stamp, "%y%m%d%H%M%SZ").replace(tzinfo=UTC)


def test_it_is_byte_for_byte_what_cryptography_makes(pristine, tmp_path):
    # The oracle signs at the machine's time, so this certificate has to be valid then.
    _, machine_time = signed_by_cryptography(make_dev_certificates(tmp_path, "pass.a", "T", "O", NOW))
    certificate = make_dev_certificates(tmp_path, "pass.b", "ABCDE12345", "Бургер-Герои", machine_time)
    theirs, signed_at = signed_by_cryptography(certificate)
    assert Signer(certificate).sign(MANIFEST, signed_at) == theirs


def test_openssl_verifies_it(signer, pristine, tmp_path):
    assert openssl_verifies(tmp_path, pristine, signer.sign(MANIFEST, NOW), MANIFEST, NOW)


def test_openssl_refuses_it_for_another_manifest(signer, pristine, tmp_path):
    assert not openssl_verifies(tmp_path, pristine, signer.sign(MANIFEST, NOW), MANIFEST + b" ", NOW)


def test_openssl_verifies_it_after_2049(far_future, tmp_path):
    now = far_future.starts_at + timedelta(days=1)
    signature = Signer(far_future).sign(MANIFEST, now)
    assert bytes((der.GENERALIZED_TIME, 15)) + b"20550506000000Z" in signature
    assert openssl_verifies(tmp_path, far_future.folder.parent, signature, MANIFEST, now)


def test_the_same_manifest_at_the_same_second_gives_the_same_bytes(certificate):
    assert Signer(certificate).sign(MANIFEST, NOW) == Signer(certificate).sign(
        MANIFEST, NOW + timedelta(microseconds=9)
    )


def test_a_manifest_not_yet_signed_is_not_known(signer):
    assert signer.known(MANIFEST) is None


def test_a_signature_once_given_is_known_with_its_own_time(signer):
    first = signer.sign(MANIFEST, NOW)
    signer.sign(b"another", NOW + timedelta(hours=1))
    assert signer.known(MANIFEST) == first


def test_threads_sign_side_by_side(signer, pristine, tmp_path):
    manifests = [b'{"n":%d}' % n for n in range(40)]
    with ThreadPoolExecutor(4) as threads:
        signatures = list(threads.map(lambda manifest: signer.sign(manifest, NOW), manifests))
    assert all(signer.verifies(*pair, NOW) for pair in zip(signatures, manifests, strict=True))
    assert openssl_verifies(tmp_path, pristine, signatures[-1], manifests[-1], NOW)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda signature: signature[:-1] + bytes((signature[-1] ^ 1,)),
        lambda signature: bytes((signature[0] ^ 1,)) + signature[1:],
        lambda signature: signature + b"\0",
        lambda signature: signature[:0],
    ],
    ids=["last bit", "first bit", "one byte more", "nothing"],
)
def test_a_spoilt_signature_does_not_verify(signer, spoil):
    assert not signer.verifies(spoil(signer.sign(MANIFEST, NOW)), MANIFEST, NOW)


@pytest.mark.parametrize("edge", ["starts_at", "ends_at"])
def test_it_signs_at_the_edges_of_validity(signer, certificate, edge):
    at = getattr(certificate, edge)
    assert signer.verifies(signer.sign(MANIFEST, at), MANIFEST, at)


def test_it_refuses_to_sign_a_moment_after_expiry(signer, certificate):
    with pytest.raises(CertificateUnusable, match="expired on 2027-12-22") as refusal:
        signer.sign(MANIFEST, certificate.ends_at + timedelta(microseconds=1))
    assert f"certs request {PASS_TYPE} --renew" in str(refusal.value.remedy)
    assert signer.known(MANIFEST) is None


def test_it_refuses_to_sign_a_moment_before_validity(signer, certificate):
    with pytest.raises(CertificateUnusable, match="valid from 2026-11-22"):
        signer.sign(MANIFEST, certificate.starts_at - timedelta(microseconds=1))


def test_a_pass_signed_in_time_is_given_out_after_expiry_too(signer, certificate):
    signature = signer.sign(MANIFEST, certificate.ends_at)
    assert signer.known(MANIFEST) == signature


def test_a_key_that_does_not_fit_makes_no_signer(certificate, far_future):
    with pytest.raises(CertificateUnusable, match=r"key\.pem is not the key"):
        Signer(replace(certificate, key=far_future.key))


def test_an_intermediate_that_did_not_issue_it_makes_no_signer(certificate, far_future):
    with pytest.raises(CertificateUnusable, match=r"wwdr\.pem did not issue"):
        Signer(replace(certificate, intermediate=far_future.intermediate))


def test_neither_signer_nor_certificate_shows_its_key(signer, certificate):
    assert repr(signer) == f"Signer('{PASS_TYPE}', until 2027-12-22)"
    assert "key=" not in repr(certificate)
    assert str(certificate.key.private_numbers().d) not in repr((signer, certificate, vars(signer)))


def test_the_memo_forgets_what_was_longest_unused():
    memo = SignatureMemo(capacity=2)
    a, b, c = (Entry(b"t", name) for name in (b"a", b"b", b"c"))
    memo.keep(b"a", a)
    memo.keep(b"b", b)
    memo.get(b"a")
    memo.keep(b"c", c)
    assert [memo.get(name) for name in (b"a", b"b", b"c")] == [a, None, c]
    assert len(memo) == 2


def test_the_memo_keeps_a_signature_in_under_a_kilobyte():
    memo, count = SignatureMemo(capacity=2_000), 1_000
    tracemalloc.start()
    try:
        for number in range(count):
            memo.keep(number.to_bytes(32), Entry(b"261122103015Z" + bytes(0), bytes(256)))
        used, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert used / count < 1_000
