"""Getting a pass certificate: a request for Apple's portal, and the installation of what the portal answers.

A request makes its key beside the live one (`pending.key`), so nothing changes until the answer is installed; an
installation that could not sign, or that phones would refuse, is refused before anything is switched.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from wallet_service.errors import Invalid
from wallet_service.private_files import OWNER_ONLY, make_private_folder, put
from wallet_service.wallets.apple.answer import Answer, read_answer
from wallet_service.wallets.apple.certificate_folder import switch
from wallet_service.wallets.apple.certificates import (
    KEY,
    CertificateExists,
    PassCertificate,
    fits_key,
    issued_by,
    read_keys,
    said,
)
from wallet_service.wallets.apple.checkup import Level, check, issuer_of
from wallet_service.wallets.apple.pem import Unreadable, certificates_in, key_pem, keys_in, new_key

PENDING_KEY, REQUEST = "pending.key", "request.certSigningRequest"
PASS_TYPE_FORM = re.compile(r"pass(\.[A-Za-z0-9-]+)+")
Found = TypeVar("Found")


class CertificateRefused(Invalid):
    """What was brought for installation does not fit; nothing was changed."""

    slug = "certificate-refused"
    title = "This certificate cannot be installed"


@dataclass(frozen=True, slots=True)
class Brought:
    """A file as the operator named it, and its content."""

    name: str
    content: bytes

    def read(self, passphrase: bytes | None = None) -> Answer:
        """Its certificates and keys. Raises `CertificateRefused`."""
        try:
            return read_answer(self.content, passphrase)
        except Unreadable as trouble:
            raise CertificateRefused(f"{self.name} {trouble}.") from None


def request_certificate(certs_dir: Path, pass_type: str, *, renew: bool = False) -> Path:
    """Make a key and a certificate signing request for Apple's portal; returns the request's file.

    Asked again before the answer is installed, it writes the request of the same pending key, so that an answer on
    its way still fits. Raises `CertificateExists` when there is a certificate and `renew` was not asked for.
    """
    folder = certs_dir / require_pass_type(pass_type)
    if (folder / KEY).exists() and not renew:
        raise CertificateExists(
            f"{pass_type} has a key and a certificate in {folder}.", remedy="To renew it, add --renew."
        )
    make_private_folder(folder)
    request = _signing_request(_pending_key(folder), pass_type)
    put(folder / REQUEST, request.public_bytes(Encoding.PEM))
    return folder / REQUEST


def install_certificate(
    certs_dir: Path, answer: Brought, now: datetime, *, wwdr: Brought | None = None, passphrase: bytes | None = None
) -> PassCertificate:
    """Check what Apple answered and switch to it, in the folder of the pass type the certificate names.

    The intermediate is looked for in the answer, in `wwdr`, and among `certs_dir/wwdr*.pem`; the key in the answer,
    then the pending and the live one. Raises `CertificateRefused`, with nothing changed, if anything does not fit.
    """
    brought = answer.read(passphrase)
    leaf = _only_leaf(brought, answer.name)
    folder = certs_dir / require_pass_type(said(leaf.subject, NameOID.USER_ID))
    intermediates = (*brought.certificates, *(wwdr.read().certificates if wwdr else ()), *_bundled(certs_dir, folder))
    intermediate = next((each for each in intermediates if issued_by(leaf, each)), None)
    if intermediate is None:
        raise _unknown_issuer(leaf)
    key = next((each for each in (*brought.keys, *_own_keys(folder)) if fits_key(leaf, each)), None)
    if key is None:
        raise _missing_key(leaf, folder)
    _refuse_faults(PassCertificate.of(folder, leaf, key, intermediate, OWNER_ONLY), now)
    installed = switch(folder, leaf, key, intermediate, now)
    for done in (PENDING_KEY, REQUEST):
        (folder / done).unlink(missing_ok=True)
    return installed


def require_pass_type(text: str) -> str:
    """The text, if it is a pass type identifier (`pass.com.example.card`). Raises `CertificateRefused`."""
    if PASS_TYPE_FORM.fullmatch(text) is None:
        raise CertificateRefused(
            f"{text!r} is not a pass type identifier.", remedy="It looks like pass.com.example.card."
        )
    return text


def _pending_key(folder: Path) -> RSAPrivateKey:
    file = folder / PENDING_KEY
    if not file.exists():
        put(file, key_pem(new_key()))
    return read_keys(file)[0]


def _signing_request(key: RSAPrivateKey, pass_type: str) -> x509.CertificateSigningRequest:
    """Of the request Apple takes the public key only; the name is for whoever finds the file."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, pass_type)])
    return x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, SHA256())


def _only_leaf(answer: Answer, name: str) -> x509.Certificate:
    leaves = answer.leaves()
    if len(leaves) != 1:
        raise CertificateRefused(
            f"{name} holds {len(leaves)} pass certificates; exactly one is needed.",
            remedy="Bring the file that the portal offers after you upload the request.",
        )
    return leaves[0]


def _bundled(certs_dir: Path, folder: Path) -> Iterator[x509.Certificate]:
    for file in (*sorted(certs_dir.glob("wwdr*.pem")), *folder.glob("wwdr*.pem")):
        yield from _readable(file, certificates_in)


def _own_keys(folder: Path) -> Iterator[RSAPrivateKey]:
    for name in (PENDING_KEY, KEY):
        yield from _readable(folder / name, keys_in)


def _readable(file: Path, parse: Callable[[bytes], list[Found]]) -> list[Found]:
    """What the file holds; nothing if it is absent or damaged, for a candidate less is no fault here."""
    try:
        return parse(file.read_bytes())
    except (OSError, Unreadable):
        return []


def _unknown_issuer(leaf: x509.Certificate) -> CertificateRefused:
    return CertificateRefused(
        f"The certificate was issued by {issuer_of(leaf)}, and that intermediate is not at hand.",
        remedy="Download it from https://www.apple.com/certificateauthority/ and add --wwdr FILE.",
    )


def _missing_key(leaf: x509.Certificate, folder: Path) -> CertificateRefused:
    return CertificateRefused(
        f"No key in {folder} or in the file belongs to this certificate of {said(leaf.subject, NameOID.USER_ID)}.",
        remedy="Upload the request that `wallet-service certs request` made here, or bring a .p12 with the key.",
    )


def _refuse_faults(certificate: PassCertificate, now: datetime) -> None:
    faults = [finding for finding in check(certificate, now) if finding.level is Level.ERROR]
    if faults:
        raise CertificateRefused(" ".join(fault.text for fault in faults), remedy=faults[0].remedy or None)
