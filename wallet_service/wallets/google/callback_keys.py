"""The keys behind Google's callbacks: P-256 with SHA-256 over framed texts, and the root keys as Google publishes them. PURE."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

PROTOCOL = "ECv2SigningOnly"
HASH = ec.ECDSA(SHA256())
MILLISECONDS = re.compile(r"[0-9]{1,14}")
"""Unix time up to the year 5138."""


@dataclass(frozen=True, slots=True)
class RootKey:
    """A key by which Google vouches for the keys that sign callbacks."""

    key: ec.EllipticCurvePublicKey
    expires_ms: int
    """Unix milliseconds."""


def read_root_keys(document: bytes) -> tuple[RootKey, ...]:
    """The usable keys of `{"keys": [{keyValue, protocolVersion, keyExpiration}]}`; empty when it is no such document.

    They are of our protocol, readable, and expire: Tink refuses those that do not, as only the oldest protocol had them.
    """
    try:
        listed = orjson.loads(document)["keys"]
        return tuple(_usable(listed))
    except (ValueError, KeyError, TypeError, AttributeError):
        return ()


def _usable(listed: list[dict[str, Any]]) -> Iterator[RootKey]:
    for entry in listed:
        key, expires_ms = public_key(entry.get("keyValue")), milliseconds(entry.get("keyExpiration"))
        if entry.get("protocolVersion") == PROTOCOL and key and expires_ms is not None:
            yield RootKey(key, expires_ms)


def public_key(text: object) -> ec.EllipticCurvePublicKey | None:
    """The P-256 key in base64 of its DER SubjectPublicKeyInfo (RFC 5480); None when it is anything else."""
    try:
        key = load_der_public_key(binary(text) or b"")
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1) else None


def binary(text: object) -> bytes | None:
    """What this text says in base64 (RFC 4648, 4), in its one spelling; None when it is no such text.

    Python would pass over the last bits of an unfinished byte: four texts would be the same signature (RFC 4648, 3.5).
    """
    try:
        said = b64decode(text, validate=True) if isinstance(text, str) else None
    except ValueError:
        return None
    return said if said is not None and b64encode(said).decode() == text else None


def milliseconds(value: object) -> int | None:
    """Unix milliseconds, which Google writes as a number in one place and as a string of digits in another."""
    written = str(value) if type(value) is int else value
    return int(written) if isinstance(written, str) and MILLISECONDS.fullmatch(written) else None


def framed(*texts: str) -> bytes:
    """What is signed: each text behind its length, four bytes, little-endian, counted in bytes of UTF-8."""
    return b"".join(len(raw).to_bytes(4, "little") + raw for raw in map(str.encode, texts))


def signed_by(key: ec.EllipticCurvePublicKey, signature: bytes, *texts: str) -> bool:
    """Whether this key signed these texts."""
    try:
        key.verify(signature, framed(*texts), HASH)
    except InvalidSignature:
        return False
    return True
