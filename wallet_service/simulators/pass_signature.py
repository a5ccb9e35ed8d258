"""The signature of a pass, checked as a phone checks it: a detached CMS signature over the exact manifest."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import NameOID, ObjectIdentifier

from wallet_service.simulators.cms import ContentInfo, IssuerAndSerialNumber, SignedData, SignerInfo
from wallet_service.simulators.installed_pass import PassRejected, require

DATA = ObjectIdentifier("1.2.840.113549.1.7.1")
SIGNED_DATA = ObjectIdentifier("1.2.840.113549.1.7.2")
CONTENT_TYPE = ObjectIdentifier("1.2.840.113549.1.9.3")
MESSAGE_DIGEST = ObjectIdentifier("1.2.840.113549.1.9.4")
SIGNING_TIME = ObjectIdentifier("1.2.840.113549.1.9.5")
SHA_256 = ObjectIdentifier("2.16.840.1.101.3.4.2.1")
RSA = {ObjectIdentifier("1.2.840.113549.1.1.1"), ObjectIdentifier("1.2.840.113549.1.1.11")}
"""rsaEncryption and sha256WithRSAEncryption: either may stand for RSA PKCS#1 v1.5 (RFC 3370, 3.2)."""
UTC_TIME = b"\x17"
CLOCK_SKEW = timedelta(seconds=60)
"""How far ahead of the phone's clock the signer's may be."""

Attributes = Mapping[ObjectIdentifier, asn1.TLV]


@dataclass(frozen=True, slots=True)
class Certified:
    """For whom the signature speaks, by the certificate of its signer."""

    pass_type: str | None
    """Subject UID."""
    team: str | None
    """Subject OU."""


def verify_signature(
    signature: bytes, manifest: bytes, *, roots: Sequence[x509.Certificate], now: datetime
) -> Certified:
    """Check the signature over these bytes and say whose it is. Raises `PassRejected`.

    Validity counts at the signing time: what was signed in time stays good (Apple: Wallet passes, certificates).
    Without roots the chain may end at any intermediate.
    """
    try:
        return _verify(signature, manifest, roots, now)
    except ValueError as error:
        raise PassRejected(f"the signature cannot be read: {error}") from error


def _verify(signature: bytes, manifest: bytes, roots: Sequence[x509.Certificate], now: datetime) -> Certified:
    signed = asn1.decode_der(ContentInfo, signature)
    require(signed.type == SIGNED_DATA, "the signature is not a CMS SignedData")
    signer, certificates = _sole_signer(signed.content), signed.content.certificates or []
    leaf = _signer_certificate(signer, certificates)
    _check_attributes(_attributes(signer), manifest)
    _check_rsa(leaf, signer)
    signed_at = _signing_time(_attributes(signer))
    require(signed_at <= now + CLOCK_SKEW, f"the signing time {signed_at} lies in the future")
    for certificate in _chain(leaf, certificates, roots):
        _check_validity(certificate, signed_at)
    return Certified(_subject(leaf, NameOID.USER_ID), _subject(leaf, NameOID.ORGANIZATIONAL_UNIT_NAME))


def _sole_signer(signed: SignedData) -> SignerInfo:
    signers = signed.signers.as_list()
    require(signed.content.content is None, "the signature is not detached")
    require(len(signers) == 1, f"the signature has {len(signers)} signers instead of one")
    require(signers[0].digest_algorithm.algorithm == SHA_256, "the digest of the signature is not SHA-256")
    return signers[0]


def _signer_certificate(signer: SignerInfo, certificates: Iterable[x509.Certificate]) -> x509.Certificate:
    for certificate in certificates:
        if _names(signer.signer, certificate):
            return certificate
    raise PassRejected("the certificate of the signer is not in the signature")


def _names(signer: IssuerAndSerialNumber | bytes, certificate: x509.Certificate) -> bool:
    if isinstance(signer, bytes):
        return signer == _subject_key(certificate)
    same_issuer = asn1.encode_der(signer.issuer) == certificate.issuer.public_bytes()
    return same_issuer and signer.serial == certificate.serial_number


def _subject_key(certificate: x509.Certificate) -> bytes | None:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return None


def _attributes(signer: SignerInfo) -> Attributes:
    attributes = signer.attributes.as_list() if signer.attributes else []
    return {attribute.type: value for attribute in attributes for value in attribute.values.as_list()}


def _check_attributes(attributes: Attributes, manifest: bytes) -> None:
    for name, type_ in (("content type", CONTENT_TYPE), ("digest", MESSAGE_DIGEST), ("signing time", SIGNING_TIME)):
        require(type_ in attributes, f"the signature does not sign its {name}")
    require(_value(attributes[CONTENT_TYPE], ObjectIdentifier) == DATA, "the signed content is not plain data")
    digest = _value(attributes[MESSAGE_DIGEST], bytes)
    require(digest == hashlib.sha256(manifest).digest(), "the signature is over other bytes than this manifest")


def _value(attribute: asn1.TLV, form: type) -> Any:
    return attribute.parse(form)


def _check_rsa(leaf: x509.Certificate, signer: SignerInfo) -> None:
    key = leaf.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or signer.signature_algorithm.algorithm not in RSA:
        raise PassRejected("the signature is not RSA PKCS#1 v1.5")
    try:
        key.verify(signer.signature, asn1.encode_der(signer.attributes), padding.PKCS1v15(), SHA256())
    except InvalidSignature as error:
        raise PassRejected("the signature does not match its certificate") from error


def _signing_time(attributes: Attributes) -> datetime:
    attribute = attributes[SIGNING_TIME]
    form = asn1.UTCTime if attribute.tag_bytes == UTC_TIME else asn1.GeneralizedTime
    moment: datetime = _value(attribute, form).as_datetime()
    return moment


def _chain(
    leaf: x509.Certificate, certificates: Iterable[x509.Certificate], roots: Sequence[x509.Certificate]
) -> list[x509.Certificate]:
    others = [certificate for certificate in certificates if certificate != leaf]
    intermediate = _issuer(leaf, others, "no intermediate in the signature issued the pass certificate")
    if not roots:
        return [leaf, intermediate]
    return [leaf, intermediate, _issuer(intermediate, roots, "the intermediate does not chain to a trusted root")]


def _issuer(certificate: x509.Certificate, candidates: Iterable[x509.Certificate], otherwise: str) -> x509.Certificate:
    for candidate in candidates:
        if _is_authority(candidate) and _issued(candidate, certificate):
            return candidate
    raise PassRejected(otherwise)


def _issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _is_authority(certificate: x509.Certificate) -> bool:
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _check_validity(certificate: x509.Certificate, moment: datetime) -> None:
    valid = certificate.not_valid_before_utc <= moment <= certificate.not_valid_after_utc
    require(valid, f"{certificate.subject.rfc4514_string()} was not valid at the signing time {moment}")


def _subject(certificate: x509.Certificate, name: ObjectIdentifier) -> str | None:
    values = [str(attribute.value) for attribute in certificate.subject.get_attributes_for_oid(name)]
    return values[0] if len(values) == 1 else None
