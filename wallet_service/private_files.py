"""Files that only their owner may read: written whole or not at all, whatever happens meanwhile."""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

OWNER_ONLY = 0o600
OWNER_ONLY_FOLDER = 0o700
OTHERS = 0o077
"""Permission bits that nobody but the owner may have."""


def mode_of(file: Path) -> int:
    """The file's permission bits; Windows has access lists in their place, which we leave to the operator."""
    return OWNER_ONLY if os.name == "nt" else stat.S_IMODE(file.stat().st_mode)


def put(file: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all, surviving a power cut."""
    draft = file.with_name(f".{file.name}.new")
    draft.unlink(missing_ok=True)
    _write(draft, content)
    draft.replace(file)
    _settle(file.parent)


def put_first(file: Path, content: bytes) -> None:
    """Write such a file unless it is there already: of many that try at the same time, one is the first.

    Its folder is made if need be, with the rights that folders have.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}.new")
    try:
        _write(draft, content)
        with suppress(FileExistsError):
            os.link(draft, file)  # atomic, and never over a file that somebody else has just written
    finally:
        draft.unlink(missing_ok=True)
    _settle(file.parent)


def create(file: Path) -> BinaryIO:
    """A new file that only its owner may read, open for what is to be written. Raises FileExistsError."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb")


def make_private_folder(folder: Path) -> None:
    """Create the folder, if it is not there, for its owner only."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    folder.mkdir(mode=OWNER_ONLY_FOLDER, exist_ok=True)


def _write(draft: Path, content: bytes) -> None:
    with create(draft) as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())


def _settle(folder: Path) -> None:
    """Make a rename durable before the next one, so that a power cut cannot reorder them."""
    if os.name == "nt":  # pragma: no cover - Windows cannot open a folder, and journals renames in order
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
