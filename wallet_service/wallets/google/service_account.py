"""A Google service account: the key file with which a brand's Google project speaks for its issuer.

certs/google/<issuer id>/service-account.json   as the Google Cloud console gives it, mode 0600

The issuer id, not the account, names the folder: brands ask for their issuer, and an account may serve several.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from wallet_service.errors import Unavailable, WalletServiceError
from wallet_service.followed_files import PATIENCE, FollowedFolders
from wallet_service.private_files import OWNER_ONLY, make_private_folder, mode_of, put

LOG = structlog.get_logger(__name__)
FOLDER, FILE = "google", "service-account.json"
NEEDED = ("project_id", "client_email", "private_key_id", "private_key", "token_uri")
SMALLEST_KEY = 2048
"""Bits; RFC 7518, 3.3 asks for at least so many under RS256."""


class ServiceAccountUnusable(Unavailable):
    """Nothing can be said to Google for this issuer at present: its key file is missing, damaged or of another kind.

    Cards stay as they are and nothing is lost; the operator mends it with `wallet-service brand google set`.
    """

    slug = "service-account-unusable"
    title = "The Google service account cannot be used"


class ServiceAccountMissing(ServiceAccountUnusable):
    """Nothing can be said to Google for this issuer yet: it has no key file.

    Give it one with `wallet-service brand google set`; on several machines, copy the `certs` folder to each.
    """

    slug = "service-account-missing"
    title = "The issuer has no Google service account"


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """Who we are to Google: an e-mail address that is a user of the issuer, and the key that proves it."""

    file: Path
    project: str
    """The Google Cloud project, to which Google's 20 requests a second are counted."""
    email: str
    key: RSAPrivateKey = field(repr=False)
    """Parsed once: that takes some 40 ms, a signature under it less than one."""
    key_id: str
    """Names the key, in the `kid` of what it signs and in Google's console."""
    token_uri: str
    """Where an assertion is exchanged for an access token."""
    file_mode: int
    """Permission bits of the key file; anything beyond the owner's is a fault."""


def load_service_account(file: Path) -> ServiceAccount:
    """Read a key file, which takes some 40 ms. Raises `ServiceAccountUnusable` naming the file and what to do."""
    try:
        content = file.read_bytes()
        mode = mode_of(file)
    except FileNotFoundError as trouble:
        raise _unusable(file, f"cannot be read: {trouble.strerror}", ServiceAccountMissing) from None
    except OSError as trouble:
        raise _unusable(file, f"cannot be read: {trouble.strerror}") from None
    return parse_service_account(content, file, mode)


def parse_service_account(content: bytes, file: Path, file_mode: int = OWNER_ONLY) -> ServiceAccount:
    """The account of a key file's content; `file` is named in refusals. Raises `ServiceAccountUnusable`.

    Source: Google Cloud, "Create and delete service account keys". No refusal repeats a byte of the key.
    """
    said = _members(content, file)
    return ServiceAccount(
        file=file,
        project=said["project_id"],
        email=said["client_email"],
        key=_key(said["private_key"], file),
        key_id=said["private_key_id"],
        token_uri=said["token_uri"],
        file_mode=file_mode,
    )


def install_service_account(key: Path, file: Path) -> ServiceAccount:
    """Keep a copy of a key that is good, in the place of an older one. Raises `ServiceAccountUnusable`; then nothing is written."""
    account = load_service_account(key)
    make_private_folder(file.parent)
    put(file, key.read_bytes())
    return account


def _members(content: bytes, file: Path) -> Mapping[str, str]:
    said = _json_object(content, file)
    if said.get("type") != "service_account":
        raise _unusable(file, 'is not the key of a service account (its "type" says otherwise)')
    lacking = [name for name in NEEDED if not isinstance(said.get(name), str) or not said[name].strip()]
    if lacking:
        raise _unusable(file, f"lacks {', '.join(lacking)}")
    if not _is_web_address(said["token_uri"]):
        raise _unusable(file, "has a token_uri that is no web address")
    return said


def _is_web_address(text: str) -> bool:
    try:
        address = urlsplit(text)
    except ValueError:
        return False
    return address.scheme in {"https", "http"} and bool(address.hostname)


def _json_object(content: bytes, file: Path) -> Mapping[str, Any]:
    try:
        said = orjson.loads(content)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict):
        raise _unusable(file, "is not a JSON object")
    return said


def _key(pem: str, file: Path) -> RSAPrivateKey:
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise _unusable(file, "holds a private key that is damaged or behind a passphrase") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < SMALLEST_KEY:
        raise _unusable(file, f"holds a key that is not RSA of at least {SMALLEST_KEY} bits")
    return key


def _unusable(
    file: Path, flaw: str, kind: type[ServiceAccountUnusable] = ServiceAccountUnusable
) -> ServiceAccountUnusable:
    return kind(
        f"{file} {flaw}.",
        remedy="Make a JSON key of the service account in the Google Cloud console, then run "
        "`wallet-service brand google set` with it.",
    )


class ServiceAccounts:
    """Gives the service account of an issuer, loaded once and followed when it is replaced. Any thread may call it.

    A new key file is noticed within `patience` seconds; one that cannot be used leaves the old account in place.
    """

    def __init__(self, certs_dir: Path, patience: float = PATIENCE, seconds: Callable[[], float] = monotonic) -> None:
        """`certs_dir` has the folder `google`; `seconds` is the clock that `patience` is measured by."""
        self._folder = certs_dir / FOLDER
        self._accounts = FollowedFolders(self._folder, (FILE,), _load, _note_ignored, patience, seconds)

    def account(self, issuer: str) -> ServiceAccount:
        """The account of this issuer, as of the last few seconds. Raises `ServiceAccountUnusable` if there is none."""
        return self._accounts.of(issuer)

    def at_hand(self, issuer: str) -> ServiceAccount | None:
        """The account, if it is known without looking at any file: for callers that must not wait for a disk."""
        return self._accounts.at_hand(issuer)

    def issuers(self) -> list[str]:
        """The issuer ids that have a key file, sorted."""
        return self._accounts.names()

    def file(self, issuer: str) -> Path:
        """Where the key file of this issuer lies."""
        return self._folder / issuer / FILE


def _load(folder: Path) -> ServiceAccount:
    return load_service_account(folder / FILE)


def _note_ignored(issuer: str, refusal: WalletServiceError) -> None:
    LOG.warning("service_account_change_ignored", issuer=issuer, reason=refusal.detail)
