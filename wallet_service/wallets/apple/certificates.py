"""A pass certificate: what Apple gave a brand to sign its passes with, read from a folder.

    certs/<pass type>/certificate.pem   the leaf, followed by its intermediate (the chain a TLS client presents)
                      key.pem           its private key, mode 0600
                      wwdr.pem          the intermediate of Apple's Worldwide Developer Relations that issued it
                      previous/         what a renewal replaced, by date

`certificate.pem` alone decides: of the keys and intermediates that lie beside it, the ones that fit it are taken.
So a renewal puts both keys in place, then switches with one rename, and no moment or crash leaves a pair that does
not match.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import NameOID

from wallet_service.errors import Conflict, Unavailable
from wallet_service.private_files import mode_of
from wallet_service.wallets.apple.pem import Unreadable, certificates_in, keys_in

CERTIFICATE, KEY, INTERMEDIATE = "certificate.pem", "key.pem", "wwdr.pem"
APPLE_PASS_TYPE = x509.ObjectIdentifier("1.2.840.113635.100.6.1.16")
"""Apple's extension of a leaf that repeats the pass type as a UTF8String."""
Found = TypeVar("Found")


class CertificateUnusable(Unavailable):
    """No pass of this type can be signed at present: its certificate is missing, damaged, out of date or does not fit.

    Cards stay as they are and nothing is lost; the operator mends it with `wallet-service certs`.
    """

    slug = "certificate-unusable"
    title = "The pass certificate cannot be used"


class CertificateExists(Conflict):
    """This pass type has a certificate already, and it was not said that it may be replaced."""

    slug = "certificate-exists"
    title = "This pass type has a certificate already"


@dataclass(frozen=True, slots=True)
class PassCertificate:
    """A leaf, the key and the intermediate beside it; `checkup.check` tells whether they are any good.

    What the leaf says is read once, in `of`: decoding a subject costs microseconds that every pass would pay again.
    """

    folder: Path
    leaf: x509.Certificate
    key: RSAPrivateKey = field(repr=False)
    intermediate: x509.Certificate
    key_mode: int
    """Permission bits of the key file; anything beyond the owner's is a fault."""
    pass_type: str
    """The pass type the leaf is for: its UID, which must equal `passTypeIdentifier`."""
    team: str
    """The team the leaf belongs to: its OU, which must equal `teamIdentifier`."""
    nfc: bool
    """Whether Apple allowed NFC: the common name says so ("Pass Type ID with NFC: …")."""
    fingerprint: str
    """SHA-256 of the leaf, lower-case hex: names this certificate in logs and caches."""
    starts_at: datetime
    """The first instant at which it may sign."""
    ends_at: datetime
    """The last instant at which it may sign."""

    @classmethod
    def of(
        cls, folder: Path, leaf: x509.Certificate, key: RSAPrivateKey, intermediate: x509.Certificate, key_mode: int
    ) -> Self:
        """The three together, with what the leaf says."""
        return cls(
            folder=folder,
            leaf=leaf,
            key=key,
            intermediate=intermediate,
            key_mode=key_mode,
            pass_type=said(leaf.subject, NameOID.USER_ID),
            team=said(leaf.subject, NameOID.ORGANIZATIONAL_UNIT_NAME),
            nfc="with NFC" in said(leaf.subject, NameOID.COMMON_NAME),
            fingerprint=leaf.fingerprint(SHA256()).hex(),
            starts_at=leaf.not_valid_before_utc,
            ends_at=leaf.not_valid_after_utc,
        )

    def days_left(self, now: datetime) -> int:
        """Whole days until it expires; negative once it has."""
        return (self.ends_at - now) // timedelta(days=1)


def said(name: x509.Name, attribute: x509.ObjectIdentifier) -> str:
    """What a name says under this attribute, or an empty text."""
    found = name.get_attributes_for_oid(attribute)
    return str(found[0].value) if found else ""


def load_certificate(folder: Path) -> PassCertificate:
    """Read the folder of one pass type. Raises `CertificateUnusable` naming the file that is missing or damaged.

    A key or intermediate that does not fit is read all the same, so that a check can say what is wrong.
    """
    leaf, *chain = read_certificates(folder / CERTIFICATE)
    key = read_key(folder / KEY, leaf)
    intermediate = _issuer_of(leaf, [*read_certificates(folder / INTERMEDIATE), *chain])
    return PassCertificate.of(folder, leaf, key, intermediate, mode_of(folder / KEY))


def read_certificates(file: Path) -> list[x509.Certificate]:
    """All certificates of a PEM file, at least one. Raises `CertificateUnusable`."""
    return _parsed(file, certificates_in)


def read_key(file: Path, leaf: x509.Certificate) -> RSAPrivateKey:
    """The key of a PEM file that fits the leaf, else its first. Raises `CertificateUnusable`."""
    first, *others = read_keys(file)
    return next((key for key in (first, *others) if fits_key(leaf, key)), first)


def read_keys(file: Path) -> list[RSAPrivateKey]:
    """All private keys of a PEM file, at least one. Raises `CertificateUnusable`."""
    return _parsed(file, keys_in)


def fits_key(leaf: x509.Certificate, key: RSAPrivateKey) -> bool:
    """Whether the key is the leaf's: their public numbers are equal."""
    return leaf.public_key() == key.public_key()


def issued_by(leaf: x509.Certificate, intermediate: x509.Certificate) -> bool:
    """Whether the intermediate issued the leaf: names, key identifiers (if given) and signature all agree."""
    try:
        leaf.verify_directly_issued_by(intermediate)
    except (ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm):
        return False
    return key_identifiers_agree(leaf, intermediate)


def key_identifiers_agree(leaf: x509.Certificate, intermediate: x509.Certificate) -> bool:
    """Whether the leaf's authority key identifier names the intermediate's key; a missing one contradicts nothing."""
    try:
        authority = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value.key_identifier
        subject = intermediate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return True
    return authority is None or authority == subject


def refuse_misfit(certificate: PassCertificate) -> None:
    """Raises `CertificateUnusable` when the leaf's key or issuer is not the one beside it."""
    if not fits_key(certificate.leaf, certificate.key):
        raise CertificateUnusable(
            f"{certificate.folder / KEY} is not the key of the certificate beside it.", remedy=_REINSTALL
        )
    if not issued_by(certificate.leaf, certificate.intermediate):
        raise CertificateUnusable(
            f"{certificate.folder / INTERMEDIATE} did not issue the certificate beside it.", remedy=_REINSTALL
        )


def _issuer_of(leaf: x509.Certificate, candidates: Iterable[x509.Certificate]) -> x509.Certificate:
    first, *others = candidates
    return next((each for each in (first, *others) if issued_by(leaf, each)), first)


def _parsed(file: Path, parse: Callable[[bytes], list[Found]]) -> list[Found]:
    try:
        return parse(file.read_bytes())
    except OSError as trouble:
        raise CertificateUnusable(f"{file} cannot be read: {trouble.strerror}.", remedy=_REINSTALL) from None
    except Unreadable as trouble:
        raise CertificateUnusable(f"{file} {trouble}.", remedy=_REINSTALL) from None


_REINSTALL = "Run `wallet-service certs install` with the certificate from Apple, or `certs dev` to try things out."
