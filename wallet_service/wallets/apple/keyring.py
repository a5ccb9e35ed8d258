"""All pass certificates of this service, loaded once each and followed when they are renewed."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic

import structlog

from wallet_service.wallets.apple.certificates import (
    CERTIFICATE,
    INTERMEDIATE,
    KEY,
    CertificateUnusable,
    PassCertificate,
    load_certificate,
)
from wallet_service.wallets.apple.signing import Signer

log = structlog.get_logger(__name__)

Trace = tuple[tuple[int, int, int] | None, ...]
"""What tells one state of a folder's files from another: inode, size and time of change of each."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A signer, the files it came from, and when they were last looked at (monotonic seconds)."""

    signer: Signer
    trace: Trace
    looked_at: float


class Certificates:
    """Gives the signer of a pass type. Any thread may call it.

    Reading a key takes some 40 ms (OpenSSL checks its primes), so it happens once, and again only after its files
    changed. A renewal is noticed within `patience` seconds; one that cannot be used leaves the old signer in place.
    """

    def __init__(self, certs_dir: Path, patience: float = 5.0, seconds: Callable[[], float] = monotonic) -> None:
        """`certs_dir` has a folder for each pass type; `seconds` is the clock that `patience` is measured by."""
        self._certs_dir = certs_dir
        self._patience = patience
        self._seconds = seconds
        self._loaded: dict[str, Loaded] = {}
        self._lock = Lock()

    def signer(self, pass_type: str) -> Signer:
        """The signer of this pass type, as of the last few seconds. Raises `CertificateUnusable` if there is none."""
        signer = self.at_hand(pass_type)
        if signer is not None:
            return signer
        with self._lock:
            return self._look(pass_type)

    def at_hand(self, pass_type: str) -> Signer | None:
        """The signer, if it is known without looking at any file: for callers that must not wait for a disk."""
        loaded = self._loaded.get(pass_type)
        return loaded.signer if loaded is not None and self._is_recent(loaded) else None

    def certificate(self, pass_type: str) -> PassCertificate:
        """The certificate the signer signs with, which is also the one for APNs. Raises `CertificateUnusable`."""
        return self.signer(pass_type).certificate

    def pass_types(self) -> list[str]:
        """The pass types that have a certificate, sorted."""
        return sorted(file.parent.name for file in self._certs_dir.glob(f"*/{CERTIFICATE}"))

    def _is_recent(self, loaded: Loaded) -> bool:
        return self._seconds() - loaded.looked_at < self._patience

    def _look(self, pass_type: str) -> Signer:
        folder, looked_at = self._certs_dir / pass_type, self._seconds()
        before = self._loaded.get(pass_type)
        trace = _trace(folder)
        signer = before.signer if before and before.trace == trace else _load(folder, before)
        self._loaded[pass_type] = Loaded(signer, trace, looked_at)
        return signer


def _load(folder: Path, before: Loaded | None) -> Signer:
    try:
        return Signer(load_certificate(folder))
    except CertificateUnusable as refusal:
        if before is None:
            raise
        log.warning("certificate_change_ignored", pass_type=folder.name, reason=refusal.detail)
        return before.signer


def _trace(folder: Path) -> Trace:
    return tuple(_trace_of(folder / name) for name in (CERTIFICATE, KEY, INTERMEDIATE))


def _trace_of(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns
