"""Tokens are derived, never stored: HMAC-SHA256 under versioned master keys, compared in constant time.

A token names the version of its key first (`1-…`), so a wrong one is refused without asking the database.
"""

import base64
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from wallet_service.errors import WalletServiceError
from wallet_service.private_files import OTHERS, mode_of, put_first

LENGTH = 32
"""Characters of a token after its key version: 192 bits."""


class MasterKeysUnusable(WalletServiceError):
    """The file of master keys is missing, unreadable or open to others."""

    slug = "master-keys-unusable"
    title = "The master keys cannot be used"


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """Secrets by version; the newest makes new tokens, all recognise theirs."""

    secrets: Mapping[int, bytes] = field(repr=False)

    @property
    def newest(self) -> int:
        """The version new cards use."""
        return max(self.secrets)

    def token(self, version: int, *purpose: str) -> str:
        """The token for this purpose (its parts are joined by NUL, which occurs in none of them)."""
        mac = hmac.digest(self.secrets[version], "\0".join(purpose).encode(), "sha256")
        return f"{version}-{base64.urlsafe_b64encode(mac)[:LENGTH].decode()}"

    def recognises(self, token: str, *purpose: str) -> bool:
        """Whether the token was derived for this purpose under any of the keys, in constant time."""
        version, _, _ = token.partition("-")
        known = int(version) if version.isascii() and version.isdigit() and len(version) < 5 else 0
        right = self.token(known if known in self.secrets else self.newest, *purpose)
        return hmac.compare_digest(right.encode(), token.encode())


def read_master_keys(path: Path) -> MasterKeys:
    """Read `{"1": "<base64>", …}`. Raises `MasterKeysUnusable`."""
    try:
        if mode_of(path) & OTHERS:
            raise MasterKeysUnusable(f"{path} can be read by others.", remedy=f"chmod 600 {path}")
        kept = json.loads(path.read_text())
        keys = {int(version): base64.b64decode(secret, validate=True) for version, secret in kept.items()}
    except (OSError, ValueError, AttributeError, TypeError) as error:
        raise MasterKeysUnusable(
            f"{path} cannot be read as master keys ({type(error).__name__}).",
            remedy="Copy the file of another machine of this service, or make one: wallet-service key master.",
        ) from error
    if not keys or min(map(len, keys.values())) < 32:
        raise MasterKeysUnusable(f"{path} holds no key of at least 32 bytes.", remedy="wallet-service key master")
    return MasterKeys(keys)


def make_master_keys(path: Path) -> MasterKeys:
    """Write a first key to `path` (mode 0600), unless the file is there already; read it."""
    put_first(path, json.dumps({"1": base64.b64encode(secrets.token_bytes(32)).decode()}).encode())
    return read_master_keys(path)
