"""A browser that is told things: its subscription, its keys (RFC 8291), and the notices on its screen."""

import base64
import json
import secrets
import struct
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SALT, HEADER, POINT = 16, 21, 65
"""Bytes: of the salt; of salt, record size and length of the key's id; of the sender's public key, which is that id."""


class Unreadable(Exception):
    """A body that this browser's keys do not open."""


@dataclass
class Browser:
    """One browser that has subscribed; a push service gives it its endpoint."""

    endpoint: str = ""
    online: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False)
    auth: bytes = field(default_factory=lambda: secrets.token_bytes(16), repr=False)
    told: list[dict[str, Any]] = field(default_factory=list)
    """Every message its service worker was given, oldest first."""

    @property
    def subscription(self) -> dict[str, Any]:
        """What `PushSubscription.toJSON()` says."""
        keys = {"p256dh": encoded(self._point), "auth": encoded(self.auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    @property
    def screen(self) -> list[dict[str, Any]]:
        """The notices it shows; one of the same tag takes the place of the first."""
        return list({said.get("tag", id(said)): said for said in self.told}.values())

    def take(self, body: bytes) -> None:
        """Read a message and show it. Raises `Unreadable`."""
        self.told.append(json.loads(self.open(body)))

    def open(self, body: bytes) -> bytes:
        """The text in a body of encoding aes128gcm (RFC 8188): one record, sealed for us (RFC 8291). Raises `Unreadable`."""
        salt, size, length = struct.unpack_from("!16sLB", body.ljust(HEADER, b"\0"))
        record = body[HEADER + POINT :]
        if length != POINT or not 17 < len(record) <= size:
            raise Unreadable("a push message is one record, sealed with a P-256 key")
        try:
            padded = self._cipher(salt, body[HEADER : HEADER + POINT], record)
        except (InvalidTag, ValueError) as error:
            raise Unreadable("it was not sealed for this browser") from error
        text, delimiter, padding = padded.rpartition(b"\x02")
        if not delimiter or padding.strip(b"\0"):
            raise Unreadable("the last record ends with 2 and zeros")
        return text

    def _cipher(self, salt: bytes, sender: bytes, record: bytes) -> bytes:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender)
        shared = self.key.exchange(ec.ECDH(), point)
        material = _derived(shared, self.auth, b"WebPush: info\0" + self._point + sender, 32)
        key = _derived(material, salt, b"Content-Encoding: aes128gcm\0", 16)
        nonce = _derived(material, salt, b"Content-Encoding: nonce\0", 12)
        return AESGCM(key).decrypt(nonce, record, None)

    @property
    def _point(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encoded(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    """The bytes of base64url without padding. Raises ValueError."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _derived(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)
