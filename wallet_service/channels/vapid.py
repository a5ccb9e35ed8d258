"""Our name towards push services: one key pair for the whole service, and short-lived tokens it signs (RFC 8292, VAPID).

A browser subscribes to exactly this key; a service that loses it loses every subscription.
"""

import base64
import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from wallet_service.errors import Unavailable
from wallet_service.private_files import OTHERS, mode_of, put_first

HOUR = 3600

LIFE = 12 * HOUR
"""Seconds for which a token is good at least; push services take no more than 24 hours (RFC 8292, 2)."""

CONTACT = re.compile(r"mailto:[^@\s]+@[^@\s]+|https://[^\s/]\S*")


class VapidKeyUnusable(Unavailable):
    """The key of web push is missing, unreadable, open to others or no P-256 key; or our contact is no address."""

    slug = "vapid-key-unusable"
    title = "Web push has no usable key"


@dataclass(frozen=True, slots=True)
class Vapid:
    """The key pair, and whom the people of a push service may write to; from `read_vapid` or `make_vapid`."""

    key: ec.EllipticCurvePrivateKey = field(repr=False)
    contact: str
    """`mailto:` or `https:`; some push services refuse messages without a real one."""

    @property
    def public_key(self) -> str:
        """What browsers subscribe to: the uncompressed point in base64url (RFC 8292, 3.2)."""
        point = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return base64.urlsafe_b64encode(point).rstrip(b"=").decode()

    def authorization(self, origin: str, now: datetime) -> str:
        """The Authorization header for the push service at `origin`, the same for an hour: it may remember the token."""
        return _authorization(self, origin, int(now.timestamp()) // HOUR)


@lru_cache(maxsize=256)  # origins come from browsers: anybody can make up more
def _authorization(vapid: Vapid, origin: str, hour: int) -> str:
    claims = {"aud": origin, "exp": (hour + 1) * HOUR + LIFE, "sub": vapid.contact}
    return f"vapid t={jwt.encode(claims, vapid.key, 'ES256')}, k={vapid.public_key}"


def read_vapid(path: Path, contact: str) -> Vapid:
    """The key pair in a PEM file. Raises `VapidKeyUnusable`."""
    if not CONTACT.fullmatch(contact):
        raise VapidKeyUnusable(f"{contact!r} is no contact.", remedy="Give mailto:you@your.domain or an https address.")
    try:
        if mode_of(path) & OTHERS:
            raise VapidKeyUnusable(f"{path} can be read by others.", remedy=f"chmod 600 {path}")
        key = load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise VapidKeyUnusable(f"{path} cannot be read as a key ({type(error).__name__}).", remedy=REMEDY) from error
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise VapidKeyUnusable(f"{path} holds no P-256 key.", remedy=REMEDY)
    return Vapid(key, contact)


def make_vapid(path: Path, contact: str) -> Vapid:
    """Write a new key pair to `path` (mode 0600), unless the file is there already; read it."""
    key = ec.generate_private_key(ec.SECP256R1())
    put_first(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return read_vapid(path, contact)


REMEDY = "Copy the file of another machine of this service; with a new key every browser has to subscribe again."
