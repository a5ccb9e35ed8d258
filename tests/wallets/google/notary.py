"""A Google of the tests that signs callbacks, by the book or with one thing wrong, and two that the real one signed."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ISSUER, OTHER_ISSUER = "3388000000012345678", "3388000000087654321"
NOW = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
PROTOCOL, SENDER = "ECv2SigningOnly", "GooglePayPasses"


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def written(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> str:
    """The public half, as Google writes it."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return b64encode(public).decode()


def in_ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def sign(key: ec.EllipticCurvePrivateKey, *texts: str) -> str:
    """The signature over these texts, framed by the book and written in base64."""
    framed = b"".join(len(text.encode()).to_bytes(4, "little") + text.encode() for text in texts)
    return b64encode(key.sign(framed, ec.ECDSA(SHA256()))).decode()


@dataclass(slots=True)
class Notary:
    """Signs callbacks for whatever issuer; each thing about them can be made wrong."""

    root: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    intermediate: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    sender: str = SENDER
    protocol: str = PROTOCOL

    def keys(self, expires: datetime | None = NOW + timedelta(days=365), **more: Any) -> bytes:
        """The document of root keys."""
        entry = {"keyValue": written(self.root), "protocolVersion": PROTOCOL} | more
        return orjson.dumps({"keys": [entry | ({"keyExpiration": str(in_ms(expires))} if expires else {})]})

    def signed_key(self, expires: datetime = NOW + timedelta(days=7), **more: Any) -> str:
        """The intermediate key, as root keys sign it."""
        key = {"keyValue": written(self.intermediate), "keyExpiration": str(in_ms(expires))} | more
        return orjson.dumps(key).decode().replace("=", "\\u003d")

    def callback(
        self,
        said: Mapping[str, Any] | str,
        *,
        issuer: str = ISSUER,
        signed_key: str | None = None,
        signatures: list[str] | None = None,
        **more: Any,
    ) -> bytes:
        """A callback with this message."""
        message = said if isinstance(said, str) else orjson.dumps(said).decode()
        key = self.signed_key() if signed_key is None else signed_key
        vouchers = [sign(self.root, self.sender, self.protocol, key)] if signatures is None else signatures
        whole = {
            "signature": sign(self.intermediate, self.sender, issuer, self.protocol, message),
            "intermediateSigningKey": {"signedKey": key, "signatures": vouchers},
            "protocolVersion": self.protocol,
            "signedMessage": message,
        }
        return orjson.dumps(whole | more)


def saved(card: str = "card_1", *, issuer: str = ISSUER, **more: Any) -> dict[str, Any]:
    """The message that this card was saved."""
    return {
        "classId": f"{issuer}.burger-heroes",
        "objectId": f"{issuer}.{card}",
        "eventType": "save",
        "expTimeMillis": in_ms(NOW + timedelta(minutes=1)),
        "count": 1,
        "nonce": f"nonce-of-{card}",
    } | more


GENUINE_ROOT = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEs/J7ghdwu4/b6NvqzQebS+Z80FEP8ZlGdAdWDUjfPeBKaV+YOWW0l6U/4IGXnfY9NrsND1fwxAqRq0unR/LCIg=="
"""The key that vouched for the two below; nobody publishes when it expires. To be tested with, never to be trusted."""


@dataclass(frozen=True, slots=True)
class Genuine:
    """A callback that Google sent to somebody."""

    now: datetime
    issuer: str
    body: bytes


def _genuine(now_ms: int, issuer: str, signature: str, signed_key: str, voucher: str, message: str) -> Genuine:
    whole = {
        "signature": signature,
        "intermediateSigningKey": {"signedKey": signed_key, "signatures": [voucher]},
        "protocolVersion": PROTOCOL,
        "signedMessage": message,
    }
    return Genuine(datetime.fromtimestamp(now_ms / 1000, UTC), issuer, orjson.dumps(whole))


REMOVED = _genuine(
    1759331288143,
    "3388000000022141777",
    "MEUCIQC+xKva1ydmNwJJiP2HJJWsteUe02ztTDKExzcWIpmlywIgJwD4HUYvZJg/cr1OL21vVKr0b2ZXt79NblCQ1V18zsc=",
    r'{"keyValue":"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEKb256ssDdmf7DokZ7jsMtAvjiTX2HF1ay8QR1sSA+gFpC/ChhRwVdMEVJTaoAP1MIH38QWtqShiQ63zROaKtgQ\u003d\u003d","keyExpiration":"1759996807000"}',
    "MEUCIDd7rXh7qgJZ7YSlQiXG2zOdZUT5XlMSUPu3RfyV3p2CAiEApxrIwTmRVig93FVJUC6bSWdQXMqata5sHenKsVYreUk=",
    '{"classId":"3388000000022141777.lib.edutap.eu","objectId":"3388000000022141777.6b4cbd15-0de7-4fe8-95f6-995a51b4595e.object","eventType":"del","expTimeMillis":1759331348143,"count":1,"nonce":"1a9e3df0-ec10-4a17-8b39-89d2d7f48e3b"}',
)
ACTIVATED = _genuine(
    1723181773549,
    "3388000000022335801",
    "MEUCIQCpYXep9bIFAT/PMe2kekpGdsWBPSIXZRFe2//QICWOFAIgCGPUJ6BnLDxvuJnMFz7IFkIV8jnIK0FQnKbNJw1i7oQ=",
    r'{"keyValue":"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAElMAF/BuFhKQzFwpbZDWmpFRGsW8Ow4QZE31CbT4Y0O15xQ8AAMD8y698okEifN6UQlEh4et3hth9BDH81/Rkaw\u003d\u003d","keyExpiration":"1723850860000"}',
    "MEUCIGU5NAJcFcg03FWUq04gC0hYzVmRLHbwvlSCz6BTqTHGAiEAsRG9gdW5r5Gds4vk+Dj3V8X3iwF1aeflCiSCTi5qkgQ=",
    '{"classId":"3388000000022335801.eth-motics-with-link","objectIds":["3388000000022335801.efd427a7-05a4-439d-b314-e4b999c8509b"],"eventType":"activate","expTimeMillis":1723181833549,"count":1,"nonce":"0cfe3927-7ce2-4471-bc27-c819c2910901","deviceContext":"49776974-bcf3-4445-9c01-2c9467ef87ff"}',
)
