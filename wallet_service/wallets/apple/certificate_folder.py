"""Writes the folder of a pass certificate: private from the first byte, and switched at one instant.

The order of the renames is the whole point. The certificate decides which key is taken, so the folder first offers
both keys, then changes the certificate (the switch), then drops the old key; whenever it stops, a pair fits.
"""

import os
from datetime import UTC, datetime
from pathlib import Path
from shutil import copy2

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from wallet_service.wallets.apple.certificates import (
    CERTIFICATE,
    INTERMEDIATE,
    KEY,
    OWNER_ONLY,
    PassCertificate,
    load_certificate,
)
from wallet_service.wallets.apple.pem import certificate_pem, key_pem

PREVIOUS = "previous"
OWNER_ONLY_FOLDER = 0o700


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


def put(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all, surviving a power cut."""
    draft = file.with_name(f".{file.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(descriptor)
    draft.replace(file)
    _settle(file.parent)


def make_private_folder(folder: Path) -> None:
    """Create the folder, if it is not there, for its owner only."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=OWNER_ONLY_FOLDER, exist_ok=True)


def _settle(folder: Path) -> None:
    """Make a rename durable before the next one, so that a power cut cannot reorder them."""
    if os.name == "nt":  # pragma: no cover - Windows cannot open a folder, and journals renames in order
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
