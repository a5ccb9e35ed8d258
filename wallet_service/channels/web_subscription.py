"""How a browser is reached: a PushSubscription (W3C Push API, 8), read with suspicion."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric import ec

from wallet_service.errors import Invalid

LONGEST_ENDPOINT = 2_048

POINT_BYTES, SECRET_BYTES = 65, 16
"""An uncompressed point of P-256, and the authentication secret (RFC 8291, 3.1 and 3.2)."""

ENDPOINT = re.compile(r"(https://[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*(?::[1-9][0-9]{0,4})?)/[!-~]*")
"""As browsers write it: lower case, punycode, no user. So plain that no two readers can see two hosts in it."""


class SubscriptionUnreadable(Invalid):
    """A PushSubscription has an https `endpoint`, and `keys` with `p256dh` (a P-256 point) and `auth` (16 bytes)."""

    slug = "subscription-unreadable"
    title = "This is no push subscription"


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a browser is reached, and how its messages are sealed; both keys are base64url without padding."""

    endpoint: str
    """https, chosen by whoever sent it: a sender must not follow it into its own network."""
    p256dh: str
    auth: str

    @property
    def origin(self) -> str:
        """The push service: scheme, host, and the port if one is named."""
        return _origin(self.endpoint)

    def as_json(self) -> str:
        """The subscription as browsers write it, without what we do not need: the value of an address of kind `web`."""
        return orjson.dumps({"endpoint": self.endpoint, "keys": {"p256dh": self.p256dh, "auth": self.auth}}).decode()


def read_subscription(body: bytes | str) -> Subscription:
    """The subscription in this JSON. Raises `SubscriptionUnreadable`."""
    given = _object(body)
    keys = given.get("keys")
    if not isinstance(keys, dict):
        raise SubscriptionUnreadable("It has no keys.")
    point, secret = _bytes(keys, "p256dh", POINT_BYTES), _bytes(keys, "auth", SECRET_BYTES)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError as error:
        raise SubscriptionUnreadable("keys.p256dh is no point of P-256.") from error
    return Subscription(_endpoint(given), _written(point), _written(secret))


def read_endpoint(body: bytes | str) -> str:
    """The endpoint of a subscription that is given up. Raises `SubscriptionUnreadable`."""
    return _endpoint(_object(body))


def _object(body: bytes | str) -> Mapping[str, Any]:
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise SubscriptionUnreadable("It is not JSON.") from error
    if not isinstance(given, dict):
        raise SubscriptionUnreadable("It is no JSON object.")
    return given


def _endpoint(given: Mapping[str, Any]) -> str:
    endpoint = given.get("endpoint")
    if not isinstance(endpoint, str) or len(endpoint) > LONGEST_ENDPOINT:
        raise SubscriptionUnreadable(f"endpoint is no text of at most {LONGEST_ENDPOINT} characters.")
    _origin(endpoint)
    return endpoint


def _origin(endpoint: str) -> str:
    plain = ENDPOINT.fullmatch(endpoint)
    if plain is None:
        raise SubscriptionUnreadable("endpoint is no https address.")
    return plain[1]


def _bytes(keys: Mapping[str, Any], name: str, size: int) -> bytes:
    letters = str(keys.get(name)).rstrip("=")
    try:
        key = base64.b64decode(letters + "=" * (-len(letters) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):  # the latter for letters beyond ASCII
        key = b""
    if len(key) != size:
        raise SubscriptionUnreadable(f"keys.{name} is not {size} bytes in base64url.")
    return key


def _written(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).rstrip(b"=").decode()
