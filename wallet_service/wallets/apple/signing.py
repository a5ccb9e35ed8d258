"""Signs the manifest of a pass with a brand's certificate: one RSA operation, or none if it was signed before."""

from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from wallet_service.wallets.apple import der
from wallet_service.wallets.apple.certificates import CertificateUnusable, PassCertificate, refuse_misfit
from wallet_service.wallets.apple.cms import make_mould
from wallet_service.wallets.apple.signature_memo import Entry, SignatureMemo

PADDING, HASH = PKCS1v15(), SHA256()
PREHASHED = Prehashed(HASH)


class Draft(NamedTuple):
    """All of a signature but the RSA operation."""

    stamp: bytes
    """The signing time as it stands in the document."""
    manifest: bytes
    """SHA-256 of the manifest."""
    digest: bytes
    """SHA-256 of what RSA signs."""


class Signer:
    """Signs with one pass certificate and remembers what it signed. Any thread may call it."""

    def __init__(self, certificate: PassCertificate, memo: SignatureMemo | None = None) -> None:
        """Raises `CertificateUnusable` when leaf, key and intermediate do not belong together."""
        refuse_misfit(certificate)
        self.certificate = certificate
        self._memo = SignatureMemo() if memo is None else memo
        self._signature_size = certificate.key.key_size // 8
        self._validity = certificate.starts_at, certificate.ends_at
        self._second = certificate.starts_at, der.time(certificate.starts_at)[1]
        self._moulds = {
            length: make_mould(certificate.leaf, certificate.intermediate, tag, self._signature_size)
            for tag, length in der.TIME_SIZES.items()
        }

    def __repr__(self) -> str:
        return f"Signer({self.certificate.pass_type!r}, until {self.certificate.ends_at:%Y-%m-%d})"

    def known(self, manifest: bytes) -> bytes | None:
        """The signature this very manifest was given before, without RSA; None if it has to be signed."""
        digest = sha256(manifest).digest()
        entry = self._memo.get(digest)
        return None if entry is None else self._cast(entry, digest)

    def sign(self, manifest: bytes, now: datetime) -> bytes:
        """The file `signature` (DER) for these exact manifest bytes, signed at `now`, kept to the second.

        Costs one RSA operation, about 0.3 ms during which other threads run. Raises `CertificateUnusable` when
        `now` lies outside the certificate's validity, since phones refuse a pass so signed.
        """
        draft = self.draft(manifest, now)
        return self.finish(draft, self.certificate.key.sign(draft.digest, PADDING, PREHASHED))

    def draft(self, manifest: bytes, now: datetime) -> Draft:
        """What is to be signed, for whoever has the key. Raises as `sign` does."""
        self._refuse_outside_validity(now)
        stamp, digest = self._stamp(now), sha256(manifest).digest()
        signed = self._moulds[len(stamp)].to_be_signed(stamp, digest)
        return Draft(stamp, digest, sha256(signed).digest())

    def finish(self, draft: Draft, signature: bytes) -> bytes:
        """The file `signature` of a draft, given its RSA signature, which is remembered."""
        entry = Entry(draft.stamp, signature)
        self._memo.keep(draft.manifest, entry)
        return self._cast(entry, draft.manifest)

    def private_key(self) -> bytes:
        """The key itself (PKCS#8, DER, not encrypted), for a process that signs drafts."""
        return self.certificate.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    def verifies(self, signature: bytes, manifest: bytes, signed_at: datetime) -> bool:
        """Whether `signature` is what this certificate's public key accepts for the manifest and the time."""
        stamp, digest = der.time(signed_at)[1], sha256(manifest).digest()
        entry = Entry(stamp, signature[-self._signature_size :])
        signed = self._moulds[len(stamp)].to_be_signed(stamp, digest)
        try:
            self.certificate.key.public_key().verify(entry.signature, signed, PADDING, HASH)
        except InvalidSignature:
            return False
        return signature == self._cast(entry, digest)

    def _stamp(self, now: datetime) -> bytes:
        """The time as it stands in the document: the same bytes for all that is signed within a second."""
        second = now.replace(microsecond=0)
        if second != self._second[0]:
            self._second = second, der.time(second)[1]
        return self._second[1]

    def _cast(self, entry: Entry, digest: bytes) -> bytes:
        return self._moulds[len(entry.stamp)].cast(entry.stamp, digest, entry.signature)

    def _refuse_outside_validity(self, now: datetime) -> None:
        starts_at, ends_at = self._validity
        if now < starts_at:
            raise CertificateUnusable(
                f"The certificate of {self.certificate.pass_type} is valid from {starts_at:%Y-%m-%d %H:%M} UTC only.",
                remedy="Check the clock of this server.",
            )
        if now > ends_at:
            raise CertificateUnusable(
                f"The certificate of {self.certificate.pass_type} expired on {ends_at:%Y-%m-%d %H:%M} UTC.",
                remedy=f"Renew it, beginning with `wallet-service certs request {self.certificate.pass_type} --renew`.",
            )
