"""A throw-away authority that issues pass certificates like Apple's, so that everything runs without an Apple account.

No real phone trusts it; simulated ones are given `dev-root.pem`. The certificates have the shape of real ones:
subject, key usages, Apple's extension with the pass type, 395 days.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wallet_service.private_files import put
from wallet_service.wallets.apple import der
from wallet_service.wallets.apple.certificate_folder import switch
from wallet_service.wallets.apple.certificates import (
    APPLE_PASS_TYPE,
    CERTIFICATE,
    CertificateExists,
    PassCertificate,
    issued_by,
    read_certificates,
    read_key,
)
from wallet_service.wallets.apple.pem import certificate_pem, key_pem, new_key

ROOT, WWDR, WWDR_KEY = "dev-root.pem", "dev-wwdr.pem", "dev-wwdr-key.pem"
LIFETIME = timedelta(days=395)
AUTHORITY_LIFETIME = timedelta(days=3653)
PASS_SIGNING = x509.ObjectIdentifier("1.2.840.113635.100.4.14")


@dataclass(frozen=True, slots=True)
class Authority:
    """Somebody who issues certificates."""

    certificate: x509.Certificate
    key: RSAPrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Period:
    """From when until when a certificate is valid."""

    starts_at: datetime
    ends_at: datetime


def make_dev_certificates(
    certs_dir: Path, pass_type: str, team: str, organization: str, now: datetime, *, days: int = 395
) -> PassCertificate:
    """Issue a throw-away certificate into `certs_dir/<pass_type>/`, chained to `certs_dir/dev-root.pem`.

    It expires `days` after `now`; a negative number makes one that has expired already. All pass types of one
    `certs_dir` chain to the same root, which is made on first use. A throw-away certificate that is there already is
    set aside; any other is left alone and `CertificateExists` raised.
    """
    wwdr = _dev_wwdr(certs_dir, now)
    _refuse_to_replace_a_real_one(certs_dir / pass_type, wwdr)
    key = new_key()
    ends_at = now + timedelta(days=days)
    period = Period(min(now, ends_at - LIFETIME), ends_at)
    leaf = issue_pass_certificate(wwdr, key.public_key(), pass_type, team, organization, period)
    return switch(certs_dir / pass_type, leaf, key, wwdr.certificate, now)


def make_authority(now: datetime) -> tuple[Authority, Authority]:
    """A self-signed root and below it a look-alike of Apple's G4 intermediate; both valid ten years back and ahead."""
    period = Period(now - AUTHORITY_LIFETIME, now + AUTHORITY_LIFETIME)
    root_key, wwdr_key = new_key(), new_key()
    root_name = _name(COMMON_NAME="Throw-away Root CA", ORGANIZATION_NAME="wallet_service development")
    wwdr_name = _name(
        COMMON_NAME="Throw-away Developer Relations Certification Authority",
        ORGANIZATIONAL_UNIT_NAME="G4",
        ORGANIZATION_NAME="wallet_service development",
        COUNTRY_NAME="US",
    )
    draft = _draft(root_name, root_name, root_key.public_key(), period)
    root = Authority(_for_authority(draft, path_length=1).sign(root_key, SHA256()), root_key)
    draft = _draft(root_name, wwdr_name, wwdr_key.public_key(), period)
    draft = _for_authority(_issued_by(draft, root), path_length=0)
    return root, Authority(draft.sign(root_key, SHA256()), wwdr_key)


def issue_pass_certificate(
    wwdr: Authority, public_key: RSAPublicKey, pass_type: str, team: str, organization: str, period: Period
) -> x509.Certificate:
    """What Apple's portal answers to a request for this pass type and public key."""
    subject = _name(
        USER_ID=pass_type,
        COMMON_NAME=f"Pass Type ID: {pass_type}",
        ORGANIZATIONAL_UNIT_NAME=team,
        ORGANIZATION_NAME=organization,
        COUNTRY_NAME="US",
    )
    purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH, PASS_SIGNING])
    named = x509.UnrecognizedExtension(APPLE_PASS_TYPE, der.element(der.UTF8_STRING, pass_type.encode()))
    draft = _draft(wwdr.certificate.subject, subject, public_key, period)
    return (
        _issued_by(draft, wwdr)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(purposes, critical=True)
        .add_extension(named, critical=False)
        .sign(wwdr.key, SHA256())
    )


def _refuse_to_replace_a_real_one(folder: Path, wwdr: Authority) -> None:
    if (folder / CERTIFICATE).exists() and not issued_by(read_certificates(folder / CERTIFICATE)[0], wwdr.certificate):
        raise CertificateExists(
            f"{folder} holds a certificate that is not a throw-away one.", remedy="Choose another pass type."
        )


def _dev_wwdr(certs_dir: Path, now: datetime) -> Authority:
    """The intermediate of this folder, made together with its root on first use; the root's key is never kept."""
    if not (certs_dir / WWDR).exists():
        root, wwdr = make_authority(now)
        certs_dir.mkdir(parents=True, exist_ok=True)
        put(certs_dir / WWDR_KEY, key_pem(wwdr.key))
        put(certs_dir / ROOT, certificate_pem(root.certificate))
        put(certs_dir / WWDR, certificate_pem(wwdr.certificate))
    certificate = read_certificates(certs_dir / WWDR)[0]
    return Authority(certificate, read_key(certs_dir / WWDR_KEY, certificate))


def _draft(issuer: x509.Name, subject: x509.Name, public_key: RSAPublicKey, period: Period) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .subject_name(subject)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(period.starts_at)
        .not_valid_after(period.ends_at)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
    )


def _issued_by(draft: x509.CertificateBuilder, issuer: Authority) -> x509.CertificateBuilder:
    key_identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    return draft.add_extension(key_identifier, critical=False)


def _for_authority(draft: x509.CertificateBuilder, path_length: int) -> x509.CertificateBuilder:
    constraints = x509.BasicConstraints(ca=True, path_length=path_length)
    return draft.add_extension(constraints, critical=True).add_extension(
        _key_usage(signs_certificates=True), critical=True
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(**attributes: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(getattr(NameOID, kind), value) for kind, value in attributes.items()])
