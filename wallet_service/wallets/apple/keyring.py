"""All pass certificates of this service, loaded once each and followed when they are renewed."""

from collections.abc import Callable
from pathlib import Path
from time import monotonic

import structlog

from wallet_service.errors import WalletServiceError
from wallet_service.followed_files import PATIENCE, FollowedFolders
from wallet_service.wallets.apple.certificates import CERTIFICATE, INTERMEDIATE, KEY, PassCertificate, load_certificate
from wallet_service.wallets.apple.signing import Signer

LOG = structlog.get_logger(__name__)


class Certificates:
    """Gives the signer of a pass type. Any thread may call it.

    Reading a key takes some 40 ms (OpenSSL checks its primes), so it happens once, and again only after its files
    changed. A renewal is noticed within `patience` seconds; one that cannot be used leaves the old signer in place.
    """

    def __init__(self, certs_dir: Path, patience: float = PATIENCE, seconds: Callable[[], float] = monotonic) -> None:
        """`certs_dir` has a folder for each pass type; `seconds` is the clock that `patience` is measured by."""
        files = (CERTIFICATE, KEY, INTERMEDIATE)
        self._signers = FollowedFolders(certs_dir, files, _load, _note_ignored, patience, seconds)

    def signer(self, pass_type: str) -> Signer:
        """The signer of this pass type, as of the last few seconds. Raises `CertificateUnusable` if there is none."""
        return self._signers.of(pass_type)

    def at_hand(self, pass_type: str) -> Signer | None:
        """The signer, if it is known without looking at any file: for callers that must not wait for a disk."""
        return self._signers.at_hand(pass_type)

    def certificate(self, pass_type: str) -> PassCertificate:
        """The certificate the signer signs with, which is also the one for APNs. Raises `CertificateUnusable`."""
        return self.signer(pass_type).certificate

    def pass_types(self) -> list[str]:
        """The pass types that have a certificate, sorted."""
        return self._signers.names()


def _load(folder: Path) -> Signer:
    return Signer(load_certificate(folder))


def _note_ignored(pass_type: str, refusal: WalletServiceError) -> None:
    LOG.warning("certificate_change_ignored", pass_type=pass_type, reason=refusal.detail)
