"""A throw-away PKI for the world outside: the authority a client must trust, its server certificate, pass certificates."""

import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
FAR_AHEAD = datetime(2049, 12, 31, tzinfo=UTC)

_SERVER_NAMES = (
    x509.DNSName("localhost"),
    x509.IPAddress(ip_address("127.0.0.1")),
    x509.IPAddress(ip_address("::1")),
)


@dataclass(frozen=True, slots=True)
class SimulatedPki:
    """A certificate authority in a folder, with what both ends of a TLS connection to the simulators need, as PEM."""

    folder: Path
    roots: Path
    """The authority's certificate: what a client must trust."""
    server: Path
    """Certificate and key for 127.0.0.1, ::1 and localhost."""
    authority: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @classmethod
    def make(cls, folder: Path) -> "SimulatedPki":
        """Make a new authority and its server certificate in `folder`, which is created if need be."""
        folder.mkdir(parents=True, exist_ok=True)
        key = _new_key()
        authority = _authority(key)
        pki = cls(folder, folder / "roots.pem", folder / "server.pem", authority, key)
        pki.roots.write_bytes(authority.public_bytes(Encoding.PEM))
        pki._issue(pki.server, _name("localhost"), ExtendedKeyUsageOID.SERVER_AUTH, names=_SERVER_NAMES)
        return pki

    def pass_certificate(
        self, pass_type_id: str | None, *, not_before: datetime = LONG_AGO, not_after: datetime = FAR_AHEAD
    ) -> Path:
        """A client certificate like Apple's Pass Type ID certificate: UID = `pass_type_id` (None: without a UID).

        Returns one PEM with certificate and key; the file is named after the pass type and its first and last year.
        """
        label = re.sub(r"[^\w.-]", "_", pass_type_id or "without-uid")
        path = self.folder / f"{label}-{not_before.year}-{not_after.year}.pem"
        subject = _name(f"Pass Type ID: {pass_type_id}", uid=pass_type_id)
        return self._issue(path, subject, ExtendedKeyUsageOID.CLIENT_AUTH, not_before=not_before, not_after=not_after)

    def server_context(self, client_roots: Path | None, alpn: Sequence[str]) -> ssl.SSLContext:
        """The server's side of TLS >= 1.2, demanding a client certificate that chains to `client_roots` (None: to us)."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(client_roots or self.roots))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(self.server)
        context.set_alpn_protocols(list(alpn))
        return context

    def _issue(
        self,
        path: Path,
        subject: x509.Name,
        purpose: x509.ObjectIdentifier,
        *,
        names: Sequence[x509.GeneralName] = (),
        not_before: datetime = LONG_AGO,
        not_after: datetime = FAR_AHEAD,
    ) -> Path:
        key = _new_key()
        draft = _draft(subject, self.authority.subject, key.public_key(), not_before, not_after)
        draft = draft.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        draft = draft.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
        draft = draft.add_extension(_issued_by(self.key), critical=False)
        if names:
            draft = draft.add_extension(x509.SubjectAlternativeName(names), critical=False)
        certificate = draft.sign(self.key, hashes.SHA256())
        path.write_bytes(certificate.public_bytes(Encoding.PEM) + _pem(key))
        return path


def _authority(key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    """A self-signed authority, strict enough for OpenSSL's X509_V_FLAG_X509_STRICT (RFC 5280)."""
    name = _name("Simulated World Root")
    draft = _draft(name, name, key.public_key(), LONG_AGO, FAR_AHEAD)
    draft = draft.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    draft = draft.add_extension(_MAY_SIGN_CERTIFICATES, critical=True)
    return draft.sign(key, hashes.SHA256())


def _draft(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, not_before: datetime, not_after: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_after)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


_MAY_SIGN_CERTIFICATES = x509.KeyUsage(
    key_cert_sign=True,
    crl_sign=True,
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    encipher_only=False,
    decipher_only=False,
)


def _name(common_name: str, *, uid: str | None = None) -> x509.Name:
    attributes = [x509.NameAttribute(NameOID.USER_ID, uid)] if uid else []
    return x509.Name([*attributes, x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _issued_by(key: ec.EllipticCurvePrivateKey) -> x509.AuthorityKeyIdentifier:
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key())


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
