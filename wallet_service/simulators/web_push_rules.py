"""What a push service asks of a request: pure rules of RFC 8030 (headers), RFC 8291 (size) and RFC 8292 (who sends)."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from wallet_service.simulators.web_push_browser import decoded

LARGEST = 4_096
"""Bytes that every push service takes (RFC 8030, 7.2)."""

LONGEST_LIFE = timedelta(hours=24)
URGENCIES = {"very-low", "low", "normal", "high"}
TOPIC = re.compile(r"[A-Za-z0-9_-]{1,32}")
VAPID = re.compile(r"vapid\s+t=(?P<token>[\w.-]+),\s*k=(?P<key>[\w-]+)", re.ASCII | re.IGNORECASE)
CONTACT = re.compile(r"mailto:.+@.+|https://.+")


class Refusal(Exception):
    """A push service says no: a status, and why."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status, self.reason = status, reason


def check_headers(headers: Mapping[str, str], size: int) -> None:
    """Raise `Refusal` for a message that no push service would take; `size` is its body's, in bytes."""
    rules = (
        (size <= LARGEST, 413, "the body is longer than 4096 bytes"),
        (headers.get("TTL", "").isdigit(), 400, "TTL is missing"),
        (headers.get("Content-Encoding") == "aes128gcm", 415, "the encoding is not aes128gcm"),
        (headers.get("Urgency", "normal") in URGENCIES, 400, "there is no such Urgency"),
        (TOPIC.fullmatch(headers.get("Topic", "none")), 400, "the Topic is not 1 to 32 of base64url"),
    )
    for kept, status, reason in rules:
        if not kept:
            raise Refusal(status, reason)


def check_sender(authorization: str, origin: str, subscribed_to: str, now: datetime) -> None:
    """Raise `Refusal` unless it comes from whoever holds the key that the browser subscribed to."""
    said = VAPID.fullmatch(authorization)
    if said is None:
        raise Refusal(401, "there is no VAPID authorization")
    if said["key"] != subscribed_to:
        raise Refusal(403, "the browser subscribed to another key")
    claims = read_claims(said["token"], said["key"])
    expires = datetime.fromtimestamp(claims["exp"], now.tzinfo)
    rules = (
        (claims["aud"] == origin, f"aud is {claims['aud']}, not {origin}"),
        (now < expires, "the token has expired"),
        (expires <= now + LONGEST_LIFE, "the token lives for more than 24 hours"),
        (CONTACT.fullmatch(claims["sub"]), "sub is no contact"),
    )
    for kept, reason in rules:
        if not kept:
            raise Refusal(403, reason)


def read_claims(token: str, key: str) -> Mapping[str, Any]:
    """The claims that were signed with this key. Raises `Refusal`."""
    try:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decoded(key))
        options: jwt.types.Options = {"require": ["aud", "exp", "sub"], "verify_aud": False, "verify_exp": False}
        return jwt.decode(token, point, algorithms=["ES256"], options=options)
    except (ValueError, jwt.InvalidTokenError) as error:
        raise Refusal(403, f"the token is not signed with its key: {error}") from error
