"""Files that only their owner may read: written whole or not at all, whatever happens meanwhile."""

import os
from pathlib import Path

OWNER_ONLY = 0o600
OWNER_ONLY_FOLDER = 0o700


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
