"""Writes the folder of a pass certificate: private from the first byte, and switched at one instant.

The order of the renames is the whole point. The certificate decides which key is taken, so the folder first offers
both keys, then changes the certificate (the switch), then drops the old key; whenever it stops, a pair fits.
"""

from datetime import UTC, datetime
from pathlib import Path
from shutil import copy2

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from wallet_service.private_files import make_private_folder, put
from wallet_service.wallets.apple.certificates import (
    CERTIFICATE,
    INTERMEDIATE,
    KEY,
    PassCertificate,
    load_certificate,
)
from wallet_service.wallets.apple.pem import certificate_pem, key_pem

PREVIOUS = "previous"


def switch(
    folder: Path, leaf: x509.Certificate, key: RSAPrivateKey, intermediate: x509.Certificate, now: datetime
) -> PassCertificate:
    """Make this the certificate of the folder; what it replaces is kept under `previous/`, named by date and time."""
    make_private_folder(folder)
    new_key = key_pem(key)
    old_key = _set_aside(folder, now)
    put(folder / KEY, new_key + old_key)
    put(folder / CERTIFICATE, certificate_pem(leaf) + certificate_pem(intermediate))
    put(folder / INTERMEDIATE, certificate_pem(intermediate))
    put(folder / KEY, new_key)
    return load_certificate(folder)


def _set_aside(folder: Path, now: datetime) -> bytes:
    """Copy what is there to `previous/<date>T<time>Z/`; returns its key file, empty if there was none."""
    present = [file for name in (CERTIFICATE, KEY, INTERMEDIATE) if (file := folder / name).exists()]
    if not present:
        return b""
    kept = folder / PREVIOUS / f"{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"
    make_private_folder(kept)
    for file in present:
        copy2(file, kept)
    return (folder / KEY).read_bytes() if (folder / KEY) in present else b""
