"""Google's signed word that a card was saved or deleted: keys, framing and signatures of `ECv2SigningOnly`.

Source: Google Wallet, "Use callbacks for saves and deletions"; Google Pay, "Payment data cryptography" for the framing.
"""

import base64
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

PROTOCOL = "ECv2SigningOnly"
SENDER = "GooglePayPasses"
ROOT_LIFE = timedelta(days=365)
INTERMEDIATE_LIFE = timedelta(days=7, hours=17)
MESSAGE_LIFE = timedelta(seconds=60)

Event = Literal["save", "del"]


@dataclass(frozen=True, slots=True)
class RootKey:
    """A key that Google publishes, and until when it is good."""

    key: ec.EllipticCurvePrivateKey
    expires: datetime

    @property
    def published(self) -> dict[str, str]:
        """Its entry in the list of keys."""
        return {"keyValue": _spki(self.key), "protocolVersion": PROTOCOL, "keyExpiration": _ms(self.expires)}


@dataclass(slots=True)
class CallbackSigner:
    """Google's signing keys: roots that it publishes, the last of which signs; an intermediate key for each callback."""

    sender: str = SENDER
    roots: list[RootKey] = field(default_factory=list)
    _intermediate: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def rotate(self, now: datetime) -> None:
        """Publish a further root key, and sign with it from now on."""
        self.roots.append(RootKey(ec.generate_private_key(ec.SECP256R1()), now + ROOT_LIFE))

    def published(self) -> dict[str, Any]:
        """The body of the list of root keys."""
        return {"keys": [root.published for root in self.roots]}

    def sign(self, issuer_id: str, message: Mapping[str, Any], now: datetime) -> bytes:
        """The callback with this message, for that issuer: four members, the message as it was signed."""
        signed_key = _genuine({"keyValue": _spki(self._intermediate), "keyExpiration": _ms(now + INTERMEDIATE_LIFE)})
        signed_message = json.dumps(message, separators=(",", ":"), ensure_ascii=False)
        by_root = _signature(self.roots[-1].key, self.sender, PROTOCOL, signed_key)
        by_key = _signature(self._intermediate, self.sender, issuer_id, PROTOCOL, signed_message)
        callback = {
            "signature": by_key,
            "intermediateSigningKey": {"signedKey": signed_key, "signatures": [by_root]},
            "protocolVersion": PROTOCOL,
            "signedMessage": signed_message,
        }
        return json.dumps(callback).encode()


def message_about(event: Event, class_id: str, object_id: str, now: datetime) -> dict[str, Any]:
    """What a callback says: the event, its objects, when it ceases to be good (60 s on), and a nonce of its own."""
    return {
        "classId": class_id,
        "objectId": object_id,
        "eventType": event,
        "expTimeMillis": int((now + MESSAGE_LIFE).timestamp() * 1000),
        "count": 1,
        "nonce": str(uuid.uuid4()),
    }


def framed(*texts: str) -> bytes:
    """What is signed: each text as UTF-8 after its length in bytes, four of them, little-endian."""
    parts = [text.encode() for text in texts]
    return b"".join(len(part).to_bytes(4, "little") + part for part in parts)


def _signature(key: ec.EllipticCurvePrivateKey, *texts: str) -> str:
    return base64.b64encode(key.sign(framed(*texts), ec.ECDSA(hashes.SHA256()))).decode()


def _spki(key: ec.EllipticCurvePrivateKey) -> str:
    return base64.b64encode(key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def _ms(instant: datetime) -> str:
    return str(int(instant.timestamp() * 1000))


def _genuine(value: Mapping[str, str]) -> str:
    """JSON as Google writes it: with `=` escaped, so that whoever writes it anew before verifying fails."""
    return json.dumps(value, separators=(",", ":")).replace("=", r"\u003d")
