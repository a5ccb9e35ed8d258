"""Whether a callback is Google's, ours, and fresh (Google: Use callbacks; Payment method token cryptography). PURE.

A root key of Google's vouches for an intermediate key, and that one for the message. What is signed are the texts as
they came: to parse one and write it again would spell the same otherwise. Nothing is parsed before its signature holds.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from wallet_service.wallets.callback import MOST_BYTES, Callback, Reason, Refusal
from wallet_service.wallets.google.callback_keys import (
    PROTOCOL,
    RootKey,
    binary,
    milliseconds,
    public_key,
    signed_by,
)

SENDER = "GooglePayPasses"
MOST_SIGNATURES = 5
MEMBERS = {"signature", "intermediateSigningKey", "protocolVersion", "signedMessage"}
KEY_MEMBERS = {"signedKey", "signatures"}
ID = re.compile(r"[0-9]{1,30}\.[A-Za-z0-9._-]{1,200}")
"""An issuer's id, and what it chose."""
WORD = re.compile(r"[!-~]{1,100}")


class _Unbelievable(Exception):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Envelope:
    """A callback taken apart, and nothing of it verified."""

    signature: bytes
    signed_key: str
    vouchers: Sequence[bytes]
    """Signatures of root keys over the intermediate key; one of them has to hold."""
    message: str


def verify(
    body: bytes, roots: Sequence[RootKey], issuers: Collection[str], now: datetime, *, sender: str = SENDER
) -> Callback | Refusal:
    """What the callback says, if it can be believed at `now` with these root keys, for one of these issuers of ours."""
    try:
        envelope = _open(body)
        key = _intermediate(envelope, roots, now, sender)
        return _read(envelope.message, _addressee(envelope, key, issuers, sender), now)
    except _Unbelievable as refused:
        return Refusal(refused.reason)


def _open(body: bytes) -> _Envelope:
    _require(len(body) <= MOST_BYTES, Reason.MALFORMED)
    whole = _object(body)
    _require(whole.keys() == MEMBERS, Reason.MALFORMED)
    _require(whole["protocolVersion"] == PROTOCOL, Reason.PROTOCOL)
    key, signature, message = whole["intermediateSigningKey"], binary(whole["signature"]), whole["signedMessage"]
    _require(isinstance(key, dict) and key.keys() == KEY_MEMBERS, Reason.MALFORMED)
    vouchers, signed_key = _vouchers(key["signatures"]), key["signedKey"]
    if signature is None or not isinstance(signed_key, str) or not isinstance(message, str):
        raise _Unbelievable(Reason.MALFORMED)
    return _Envelope(signature, signed_key, vouchers, message)


def _vouchers(listed: object) -> list[bytes]:
    if not isinstance(listed, list) or len(listed) > MOST_SIGNATURES:
        raise _Unbelievable(Reason.MALFORMED)
    return [voucher for text in listed if (voucher := binary(text)) is not None]


def _intermediate(envelope: _Envelope, roots: Sequence[RootKey], now: datetime, sender: str) -> EllipticCurvePublicKey:
    """The key that signs messages, as far as a root key that has not expired vouches for it."""
    vouched = any(
        signed_by(root.key, voucher, sender, PROTOCOL, envelope.signed_key)
        for root in roots
        if _ahead(root.expires_ms, now)
        for voucher in envelope.vouchers
    )
    _require(vouched, Reason.UNKNOWN_ROOT)
    said = _object(envelope.signed_key)
    key, expires_ms = public_key(said.get("keyValue")), milliseconds(said.get("keyExpiration"))
    if key is None or expires_ms is None:
        raise _Unbelievable(Reason.MALFORMED)
    _require(_ahead(expires_ms, now), Reason.KEY_EXPIRED)
    return key


def _addressee(envelope: _Envelope, key: EllipticCurvePublicKey, issuers: Collection[str], sender: str) -> str:
    """The issuer of ours that the message was signed for. Those it mentions are tried: a genuine one mentions its own."""
    mentioned = list(islice((issuer for issuer in issuers if f"{issuer}." in envelope.message), MOST_SIGNATURES))
    _require(bool(mentioned), Reason.FOREIGN_ISSUER)
    for issuer in mentioned:
        if signed_by(key, envelope.signature, sender, issuer, PROTOCOL, envelope.message):
            return issuer
    raise _Unbelievable(Reason.SIGNATURE)


def _read(message: str, issuer: str, now: datetime) -> Callback:
    said = _object(message)
    expires_ms = milliseconds(said.get("expTimeMillis"))
    class_id, *object_ids = [_worded(ID, each) for each in (said.get("classId"), *_object_ids(said))]
    event, nonce = _worded(WORD, said.get("eventType")), _worded(WORD, said.get("nonce"))
    if expires_ms is None or not object_ids:
        raise _Unbelievable(Reason.MALFORMED)
    _require(all(each.startswith(f"{issuer}.") for each in (class_id, *object_ids)), Reason.FOREIGN_ID)
    _require(_ahead(expires_ms, now), Reason.EXPIRED)
    return Callback(issuer, class_id, tuple(object_ids), event, nonce, datetime.fromtimestamp(expires_ms / 1000, UTC))


def _object_ids(said: Mapping[str, Any]) -> Sequence[object]:
    """`objectId`, or in newer events `objectIds`."""
    many = said.get("objectIds", [said.get("objectId")])
    return many if isinstance(many, list) else ()


def _object(text: str | bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise _Unbelievable(Reason.MALFORMED)
    return found


def _worded(form: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not form.fullmatch(value):
        raise _Unbelievable(Reason.MALFORMED)
    return value


def _ahead(moment_ms: int, now: datetime) -> bool:
    return moment_ms > now.timestamp() * 1000


def _require(holds: bool, otherwise: Reason) -> None:
    if not holds:
        raise _Unbelievable(otherwise)
