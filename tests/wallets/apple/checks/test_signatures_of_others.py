"""Signatures in the forms that others write: OpenSSL's, by issuer and by key identifier, with SHA-1 and with ECDSA."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.wallets.apple.checks.case import codes, tampered
from tests.wallets.apple.checks.good_pass import Recipe
from tests.wallets.apple.checks.throwaway_pki import Holder, a_leaf, an_authority
from wallet_service.wallets.apple.checks.certificates import read_certificate
from wallet_service.wallets.apple.checks.cms import GENERALIZED_TIME, UTC_TIME, read_signed_data, read_time
from wallet_service.wallets.apple.checks.der import Element, NotDer
from wallet_service.wallets.apple.checks.signature import APPLE_INTERMEDIATES

CERTS = Path(__file__).parents[4] / "certs"


def on_a_curve() -> Holder:
    return a_leaf(key=ec.generate_private_key(ec.SECP256R1()))


def signed_by_openssl(folder: Path, manifest: bytes, *options: str) -> bytes:
    leaf = a_leaf()
    parts = {
        "manifest.json": manifest,
        "leaf.pem": leaf.certificate.public_bytes(Encoding.PEM),
        "leaf.key": leaf.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        "wwdr.pem": an_authority().certificate.public_bytes(Encoding.PEM),
    }
    for name, content in parts.items():
        (folder / name).write_bytes(content)
    command = "openssl cms -sign -binary -outform DER -in manifest.json -signer leaf.pem -inkey leaf.key"
    command += " -certfile wwdr.pem -out signature"
    subprocess.run([*command.split(), *options], cwd=folder, check=True, capture_output=True)
    return (folder / "signature").read_bytes()


@pytest.mark.parametrize(
    "options",
    [("-md", "sha256"), ("-md", "sha1"), ("-md", "sha512"), ("-keyid",), ("-nosmimecap",)],
    ids=" ".join,
)
def test_what_openssl_signed_is_accepted(tmp_path, options):
    recipe = Recipe()
    tampered(lambda files: files.update(signature=signed_by_openssl(tmp_path, files["manifest.json"], *options)))(
        recipe
    )
    assert recipe.findings() == []


def test_a_digest_outside_the_family_is_refused(tmp_path):
    recipe = Recipe()
    tampered(
        lambda files: files.update(signature=signed_by_openssl(tmp_path, files["manifest.json"], "-md", "sha3-256"))
    )(recipe)
    assert codes(recipe.findings()) == "E7"


def test_the_signing_certificate_must_be_inside(tmp_path):
    recipe = Recipe()
    tampered(lambda files: files.update(signature=signed_by_openssl(tmp_path, files["manifest.json"], "-nocerts")))(
        recipe
    )
    assert codes(recipe.findings()) == "E5"


def test_a_changed_signing_time_breaks_the_signature():
    signature = Recipe().sealed()["signature"]
    moment = read_signed_data(signature).signer.signing_time
    assert moment is not None
    earlier = (moment - timedelta(days=1)).strftime("%y%m%d%H%M%SZ").encode()
    forged = signature.replace(moment.strftime("%y%m%d%H%M%SZ").encode(), earlier)
    recipe = Recipe(after_sealing=lambda files: files.update(signature=forged))
    assert forged != signature
    assert "E5" in codes(recipe.findings())


def test_a_pass_signed_on_an_elliptic_curve_is_accepted():
    assert Recipe(signer=on_a_curve()).findings() == []


def test_a_curve_key_of_somebody_else_is_refused():
    somebody_else = ec.generate_private_key(ec.SECP256R1())
    recipe = Recipe(signer=Holder(on_a_curve().certificate, somebody_else))
    assert codes(recipe.findings()) == "E5"


def test_a_kind_of_key_that_signs_no_passes_is_refused():
    leaf = read_certificate(a_leaf(key=ed25519.Ed25519PrivateKey.generate()).certificate.public_bytes(Encoding.DER))
    assert leaf is not None
    assert not leaf.verifies(b"", b"", SHA256())


def test_the_intermediate_we_ship_is_one_of_apples():
    shipped = x509.load_pem_x509_certificate((CERTS / "wwdr-g4.pem").read_bytes())
    assert shipped.fingerprint(SHA256()).hex() in APPLE_INTERMEDIATES


def test_a_certificate_that_cannot_be_read_is_none():
    certificate = a_leaf().certificate
    encoded = certificate.public_bytes(Encoding.DER)
    serial = certificate.serial_number.to_bytes(20)
    assert read_certificate(encoded) is not None
    assert read_certificate(encoded.replace(serial, b"\xff" + serial[1:])) is None
    assert read_certificate(encoded[:-1]) is None


def test_years_are_read_in_both_forms():
    assert read_time(Element(UTC_TIME, b"261122120000Z", b"")) == datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert read_time(Element(UTC_TIME, b"500101000000Z", b"")) == datetime(1950, 1, 1, tzinfo=UTC)
    assert read_time(Element(GENERALIZED_TIME, b"20500101000000Z", b"")) == datetime(2050, 1, 1, tzinfo=UTC)


def test_text_is_no_moment():
    with pytest.raises(NotDer, match="not a time"):
        read_time(Element(0x0C, b"261122120000Z", b""))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no value"),
        (b"\x30\x05ab", "cut short"),
        (b"\x30\x80\x00\x00", "indefinite"),
        (b"\x30\x85\x01\x00\x00\x00\x00", "indefinite"),
        (b"\x1f\x01\x00", "no value"),
        (b"\x30\x00\x00", "follows the end"),
        (b"\x30\x00", "one signer"),
        (b"\x30\x05\x06\x01\x2a\xa0\x00", "not SignedData"),
        (b"\x30\x05\x04\x01\x2a\xa0\x00", "tag 0x04"),
    ],
)
def test_what_is_no_signed_data_is_refused_with_a_reason(data, reason):
    with pytest.raises(NotDer, match=reason):
        read_signed_data(data)
