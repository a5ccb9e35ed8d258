"""The manifest against the files it lists (rules 9 and 10)."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from wallet_service.wallets.apple.checks.finding import Finding, error

MANIFEST = "manifest.json"
SIGNATURE = "signature"
MOST_NAMED = 20
"""Absent files named; a hostile manifest may list sixty thousand."""
UNLISTED = frozenset({MANIFEST, SIGNATURE})


def check_manifest(files: Mapping[str, bytes], manifest: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether the manifest names every file but itself and the signature, each with its SHA-1 in lower-case hex."""
    listed, present = manifest.keys(), files.keys() - UNLISTED
    for name in sorted(present - listed):
        yield error(10, name, "The manifest does not list this file.", "Write the manifest after the last file.")
    for name in sorted(listed - present)[:MOST_NAMED]:
        message = "The manifest lists this, but it is not there."
        yield error(10, name, message, "Write the manifest from the very files you pack.")
    for name in sorted(listed & present):
        if manifest[name] != _hash(files[name]):
            message = "The SHA-1 of this file is not the one in the manifest."
            yield error(9, name, message, "Hash the very bytes you pack, then sign.")


def _hash(content: bytes) -> str:
    return hashlib.sha1(content, usedforsecurity=False).hexdigest()
