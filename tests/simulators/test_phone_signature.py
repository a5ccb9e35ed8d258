"""What a simulated phone takes as the signature of a pass, and what it refuses."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509 import NameOID

from tests.simulators.pass_press import LONG_AGO, NOW, Papers, authority, certify, pass_subject, sign
from wallet_service.simulators.cms import Attribute, ContentInfo
from wallet_service.simulators.installed_pass import PassRejected
from wallet_service.simulators.pass_signature import (
    CONTENT_TYPE,
    DATA,
    MESSAGE_DIGEST,
    SIGNED_DATA,
    SIGNING_TIME,
    Certified,
    verify_signature,
)

MANIFEST = b'{"pass.json":\n"0"}'
ROOT, WWDR, LEAF = authority().root, authority().intermediate, authority().leaf
ELSEWHERE = certify({NameOID.COMMON_NAME: "Another root"}, None)
EXPIRED = datetime(2023, 2, 7, tzinfo=UTC)


def good() -> bytes:
    return sign(MANIFEST, LEAF, [WWDR.certificate])


def verified(
    signature: bytes, *, roots: list[x509.Certificate] | None = None, now: datetime = NOW, manifest: bytes = MANIFEST
) -> Certified:
    return verify_signature(signature, manifest, roots=[ROOT.certificate] if roots is None else roots, now=now)


def rejected(signature: bytes, *, now: datetime = NOW, manifest: bytes = MANIFEST) -> str:
    with pytest.raises(PassRejected) as refusal:
        verified(signature, now=now, manifest=manifest)
    return str(refusal.value)


def issued(issuer: Papers, until: datetime) -> Papers:
    return certify(pass_subject(), issuer, authority=False, key_name="leaf", until=until)


def resigned(replaced: dict[x509.ObjectIdentifier, object], **changes: object) -> bytes:
    """A good signature with these signed attributes (None: left out) and parts of its signer, signed again."""
    envelope = asn1.decode_der(ContentInfo, good())
    signer = envelope.content.signers.as_list()[0]
    assert signer.attributes is not None
    kept = [attribute for attribute in signer.attributes.as_list() if attribute.type not in replaced]
    new = [
        Attribute(type=type_, values=asn1.SetOf([asn1.decode_der(asn1.TLV, asn1.encode_der(value))]))
        for type_, value in replaced.items()
        if value is not None
    ]
    signer.attributes = asn1.SetOf([*kept, *new])
    signer.signature = LEAF.key.sign(asn1.encode_der(signer.attributes), padding.PKCS1v15(), SHA256())
    for name, value in changes.items():
        setattr(signer, name, value)
    envelope.content.signers = asn1.SetOf([signer])
    return asn1.encode_der(envelope)


def test_a_good_signature_says_for_whom_it_speaks():
    assert verified(good()) == Certified("pass.example.burger", "TEAM123456")


def test_without_roots_the_chain_may_end_anywhere():
    leaf = issued(certify({NameOID.COMMON_NAME: "Developer Relations"}, ELSEWHERE), datetime(2049, 1, 1, tzinfo=UTC))
    other = certify({NameOID.COMMON_NAME: "Developer Relations"}, ELSEWHERE).certificate
    assert verified(sign(MANIFEST, leaf, [other]), roots=[]).team == "TEAM123456"
    assert rejected(sign(MANIFEST, leaf, [other])) == "the intermediate does not chain to a trusted root"


def test_the_order_of_the_certificates_does_not_matter():
    envelope = asn1.decode_der(ContentInfo, good())
    for certificates in ([LEAF.certificate, WWDR.certificate], [WWDR.certificate, LEAF.certificate]):
        envelope.content.certificates = certificates
        assert verified(asn1.encode_der(envelope)).pass_type == "pass.example.burger"


def test_the_signer_may_be_named_by_its_key_identifier():
    key_id = x509.SubjectKeyIdentifier.from_public_key(LEAF.key.public_key()).digest
    assert verified(resigned({}, version=3, signer=key_id)).pass_type == "pass.example.burger"
    assert (
        rejected(resigned({}, version=3, signer=b"nobody")) == "the certificate of the signer is not in the signature"
    )


def test_a_certificate_without_a_key_identifier_is_not_named_by_one():
    envelope = asn1.decode_der(ContentInfo, resigned({}, version=3, signer=b"nobody"))
    name = x509.Name([])
    bare = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(LEAF.key.public_key())
    bare = bare.serial_number(1).not_valid_before(LONG_AGO).not_valid_after(NOW)
    envelope.content.certificates = [bare.sign(LEAF.key, SHA256())]
    assert rejected(asn1.encode_der(envelope)) == "the certificate of the signer is not in the signature"


def test_openssl_s_signature_is_taken_too(tmp_path: Path):
    """An independent signer, so that reader and test do not share one idea of CMS."""
    for name, papers in (("leaf", LEAF), ("wwdr", WWDR)):
        (tmp_path / f"{name}.pem").write_bytes(papers.certificate.public_bytes(Encoding.PEM))
    (tmp_path / "key.pem").write_bytes(private(LEAF))
    (tmp_path / "manifest.json").write_bytes(MANIFEST)
    arguments = (
        "cms -sign -binary -outform DER -md sha256 -signer leaf.pem -inkey key.pem -certfile wwdr.pem -nosmimecap"
    )
    command = ["openssl", *arguments.split(), "-in", "manifest.json", "-out", "signature"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    assert verified((tmp_path / "signature").read_bytes()).team == "TEAM123456"


def private(papers: Papers) -> bytes:
    return papers.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def test_a_signing_time_after_2049_is_read():
    late = asn1.GeneralizedTime(datetime(2049, 6, 1, tzinfo=UTC))
    assert "lies in the future" in rejected(resigned({SIGNING_TIME: late}))
    assert verified(resigned({SIGNING_TIME: late}), now=datetime(2050, 1, 1, tzinfo=UTC)).pass_type


def test_a_signer_s_clock_may_be_a_minute_ahead():
    signed_at = asn1.UTCTime(datetime(2040, 1, 1, 0, 1, tzinfo=UTC))
    assert verified(resigned({SIGNING_TIME: signed_at})).pass_type
    late = asn1.UTCTime(datetime(2040, 1, 1, 0, 1, 1, tzinfo=UTC))
    assert "lies in the future" in rejected(resigned({SIGNING_TIME: late}))


def test_what_was_signed_in_time_stays_good_after_the_certificate_expired():
    in_time = resigned({SIGNING_TIME: asn1.UTCTime(datetime(2039, 1, 1, tzinfo=UTC))})
    assert verified(in_time, now=datetime(2060, 1, 1, tzinfo=UTC)).pass_type


@pytest.mark.parametrize(
    ("attribute", "value", "reason"),
    [
        (CONTENT_TYPE, None, "does not sign its content type"),
        (CONTENT_TYPE, SIGNED_DATA, "the signed content is not plain data"),
        (MESSAGE_DIGEST, None, "does not sign its digest"),
        (MESSAGE_DIGEST, b"0" * 32, "over other bytes than this manifest"),
        (SIGNING_TIME, None, "does not sign its signing time"),
        (SIGNING_TIME, b"noon", "cannot be read"),
    ],
)
def test_a_signed_attribute_that_lacks_or_is_wrong_is_refused(
    attribute: x509.ObjectIdentifier, value: object, reason: str
):
    assert reason in rejected(resigned({attribute: value}))


def test_a_signature_without_signed_attributes_is_refused():
    assert "does not sign its content type" in rejected(resigned({}, attributes=None))


def test_a_signature_over_the_manifest_with_other_line_ends_is_refused():
    builder = PKCS7SignatureBuilder().set_data(MANIFEST).add_signer(LEAF.certificate, LEAF.key, SHA256())
    text = builder.add_certificate(WWDR.certificate).sign(Encoding.DER, [PKCS7Options.DetachedSignature])
    assert rejected(text) == "the signature is over other bytes than this manifest"


def test_a_signature_that_carries_the_manifest_is_refused():
    builder = PKCS7SignatureBuilder().set_data(MANIFEST).add_signer(LEAF.certificate, LEAF.key, SHA256())
    assert rejected(builder.sign(Encoding.DER, [PKCS7Options.Binary])) == "the signature is not detached"


def test_another_digest_than_sha_256_is_refused():
    builder = PKCS7SignatureBuilder().set_data(MANIFEST).add_signer(LEAF.certificate, LEAF.key, SHA384())
    signature = builder.sign(Encoding.DER, [PKCS7Options.DetachedSignature, PKCS7Options.Binary])
    assert rejected(signature) == "the digest of the signature is not SHA-256"


def test_two_signers_are_refused():
    builder = PKCS7SignatureBuilder().set_data(MANIFEST)
    for papers in (LEAF, WWDR):
        builder = builder.add_signer(papers.certificate, papers.key, SHA256())
    assert "has 2 signers" in rejected(builder.sign(Encoding.DER, [PKCS7Options.DetachedSignature]))


def test_a_key_that_is_not_rsa_is_refused():
    key = ec.generate_private_key(ec.SECP256R1())
    draft = x509.CertificateBuilder().subject_name(x509.Name([])).issuer_name(WWDR.certificate.subject)
    draft = draft.public_key(key.public_key()).serial_number(1).not_valid_before(LONG_AGO).not_valid_after(NOW)
    builder = PKCS7SignatureBuilder().set_data(MANIFEST).add_signer(draft.sign(WWDR.key, SHA256()), key, SHA256())
    options = [PKCS7Options.DetachedSignature, PKCS7Options.Binary, PKCS7Options.NoCapabilities]
    assert rejected(builder.sign(Encoding.DER, options)) == "the signature is not RSA PKCS#1 v1.5"


def test_a_signature_that_does_not_fit_its_certificate_is_refused():
    assert rejected(resigned({}, signature=bytes(256))) == "the signature does not match its certificate"


@pytest.mark.parametrize("signature", [b"", b"-----BEGIN PKCS7-----", good()[:-1], good() + b"\n"])
def test_what_is_not_der_is_refused(signature: bytes):
    assert "cannot be read" in rejected(signature)


def test_an_envelope_that_is_not_signed_data_is_refused():
    envelope = asn1.decode_der(ContentInfo, good())
    envelope.type = DATA
    assert rejected(asn1.encode_der(envelope)) == "the signature is not a CMS SignedData"


@pytest.mark.parametrize(
    "others",
    [
        [],
        [ROOT.certificate],
        [ELSEWHERE.certificate],
        [certify({NameOID.COMMON_NAME: "Developer Relations"}, ROOT, key_name="old").certificate],
        [certify({NameOID.COMMON_NAME: "Developer Relations"}, ROOT, authority=False).certificate],
        [certify({NameOID.COMMON_NAME: "Developer Relations"}, ROOT, authority=None).certificate],
    ],
    ids=["none", "root only", "a stranger", "another generation", "no authority", "does not say"],
)
def test_a_signature_without_the_intermediate_of_its_certificate_is_refused(others: list[x509.Certificate]):
    assert rejected(sign(MANIFEST, LEAF, others)) == "no intermediate in the signature issued the pass certificate"


def test_a_certificate_that_had_expired_when_it_signed_is_refused():
    leaf = issued(WWDR, EXPIRED)
    assert "was not valid at the signing time" in rejected(sign(MANIFEST, leaf, [WWDR.certificate]))


def test_an_intermediate_that_had_expired_at_the_signing_is_refused():
    old = certify({NameOID.COMMON_NAME: "Developer Relations"}, ROOT, until=EXPIRED)
    reason = rejected(sign(MANIFEST, LEAF, [old.certificate]))
    assert reason.startswith("CN=Developer Relations was not valid")
