"""A throw-away PKI in the shape of Apple's: root, Developer Relations intermediate, pass certificate."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wallet_service.clock import SystemClock

NOW = SystemClock().now()
"""cryptography signs with the machine's clock, so the tests live in the present."""

PASS_TYPE = "pass.com.example.burger-heroes"
TEAM = "A1B2C3D4E5"
UTF8_STRING = b"\x0c"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True)
class Holder:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: PrivateKey


@cache
def a_key(owner: str) -> rsa.RSAPrivateKey:
    """The same key for the same owner throughout the run: making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def an_authority(generation: str = "G4", *, expired: bool = False, owner: str | None = None) -> Holder:
    """An intermediate authority; each generation has a key of its own, unless another owner poses as it."""
    root = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example Root CA")])
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "Example Worldwide Developer Relations Certification Authority"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, generation),
        ]
    )
    end = NOW - timedelta(days=1) if expired else NOW + timedelta(days=3000)
    key, posed = a_key(owner or generation), a_key(generation)
    builder = (
        _builder(subject, root, key, NOW - timedelta(days=1000), end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(posed.public_key()), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    )
    return Holder(builder.sign(a_key("root"), hashes.SHA256()), key)


@cache
def a_leaf(
    *,
    pass_type: str = PASS_TYPE,
    extension: str = PASS_TYPE,
    team: str = TEAM,
    prefix: str = "Pass Type ID",
    days: tuple[int, int] = (-30, 365),
    authority: Holder | None = None,
    key: PrivateKey | None = None,
) -> Holder:
    """A pass certificate, valid on these days counted from today."""
    issuer, key = authority or an_authority(), key or a_key("leaf")
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.USER_ID, pass_type),
            x509.NameAttribute(NameOID.COMMON_NAME, f"{prefix}: {pass_type}"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, team),
        ]
    )
    start, end = (NOW + timedelta(days=count) for count in days)
    usages = [ExtendedKeyUsageOID.CLIENT_AUTH, x509.ObjectIdentifier("1.2.840.113635.100.4.14")]
    said_again = UTF8_STRING + bytes([len(extension)]) + extension.encode()
    builder = (
        _builder(subject, issuer.certificate.subject, key, start, end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
        .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        .add_extension(
            x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.840.113635.100.6.1.16"), said_again), critical=False
        )
    )
    return Holder(builder.sign(issuer.key, hashes.SHA256()), key)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: PrivateKey, start: datetime, end: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
    )
