"""What the certificates in a signature say, read once so that nothing later can fail."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import NameOID

from wallet_service.wallets.apple.checks import der
from wallet_service.wallets.apple.checks.cms import Signer

APPLE_PASS_TYPE = x509.ObjectIdentifier("1.2.840.113635.100.6.1.16")
"""Apple's extension that repeats the pass type identifier, a UTF8String."""
UTF8_STRING = 0x0C
NFC_MARK = "with NFC"

REFUSED = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    InvalidSignature,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
    CryptographyDeprecationWarning,
)
"""What cryptography raises about hostile certificates and signatures; the warning, where warnings are errors."""

Kind = TypeVar("Kind", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate of a signature."""

    x509: x509.Certificate
    subject: bytes
    """The name in DER, as is `issuer`."""
    issuer: bytes
    not_before: datetime
    not_after: datetime
    key_identifier: bytes | None
    issuer_key_identifier: bytes | None
    fingerprint: str
    """SHA-256 of its DER, lower-case hex."""
    pass_types: tuple[str, ...]
    """The subject's UID and Apple's extension: what it was issued for, said twice."""
    team: str | None
    common_name: str

    @property
    def for_nfc(self) -> bool:
        """Whether Apple issued it for passes with NFC."""
        return NFC_MARK in self.common_name

    def made(self, signer: Signer) -> bool:
        """Whether the signer names this certificate."""
        if signer.key_identifier is not None:
            return signer.key_identifier == self.key_identifier
        return (signer.issuer, signer.serial) == (self.issuer, self.x509.serial_number)

    def issued_by(self, other: "Certificate") -> bool:
        """Whether `other` issued it: by name, by key identifier, and by a signature that verifies (RFC 5280, 6.1)."""
        named = self.issuer == other.subject and self.issuer_key_identifier == other.key_identifier
        return named and self._signed_by(other)

    def verifies(self, signature: bytes, data: bytes, digest: hashes.HashAlgorithm) -> bool:
        """Whether the signature over `data` was made with the key of this certificate: RSA PKCS#1 v1.5 or ECDSA."""
        try:
            match self.x509.public_key():
                case RSAPublicKey() as key:
                    key.verify(signature, data, PKCS1v15(), digest)
                case EllipticCurvePublicKey() as key:
                    key.verify(signature, data, ECDSA(digest))
                case _:
                    return False
        except REFUSED:
            return False
        return True

    def _signed_by(self, other: "Certificate") -> bool:
        try:
            self.x509.verify_directly_issued_by(other.x509)
        except REFUSED:
            return False
        return True


def read_certificate(encoded: bytes) -> Certificate | None:
    """A certificate from its DER, or None if it cannot be read."""
    try:
        return _describe(x509.load_der_x509_certificate(encoded))
    except REFUSED:
        return None


def _describe(certificate: x509.Certificate) -> Certificate:
    subject_key = _extension(certificate, x509.SubjectKeyIdentifier)
    authority_key = _extension(certificate, x509.AuthorityKeyIdentifier)
    user_id = _named(certificate, NameOID.USER_ID)
    pass_types = (user_id, _apple_pass_type(certificate))
    return Certificate(
        x509=certificate,
        subject=certificate.subject.public_bytes(),
        issuer=certificate.issuer.public_bytes(),
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        key_identifier=subject_key.digest if subject_key else None,
        issuer_key_identifier=authority_key.key_identifier if authority_key else None,
        fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
        pass_types=tuple(name for name in pass_types if name is not None),
        team=_named(certificate, NameOID.ORGANIZATIONAL_UNIT_NAME),
        common_name=_named(certificate, NameOID.COMMON_NAME) or "",
    )


def _extension(certificate: x509.Certificate, kind: type[Kind]) -> Kind | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _apple_pass_type(certificate: x509.Certificate) -> str | None:
    for extension in certificate.extensions:
        if extension.oid == APPLE_PASS_TYPE:
            return der.read(extension.value.public_bytes()).content_if(UTF8_STRING).decode()
    return None


def _named(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> str | None:
    values = [attribute.value for attribute in certificate.subject.get_attributes_for_oid(oid)]
    return values[0] if values and isinstance(values[0], str) else None
