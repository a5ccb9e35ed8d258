"""What a pass is tied to: its web service, its app, its NFC reader (rules 25, 27 and 28)."""

import base64
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from wallet_service.wallets.apple.checks.finding import Finding, error, quoted

SHORTEST_TOKEN = 16
LONGEST_NFC_MESSAGE = 64
"""Bytes; a reader gets no more."""


def check_links(document: Mapping[str, Any], *, development: bool) -> Iterator[Finding]:
    """Whether the web service, the app and the NFC reader can be reached. `development` allows plain http."""
    if "webServiceURL" in document:
        yield from _service(document["webServiceURL"], {"https", "http"} if development else {"https"})
        yield from _token(document.get("authenticationToken"))
    if "appLaunchURL" in document and not document.get("associatedStoreIdentifiers"):
        mend = "Add associatedStoreIdentifiers, or drop appLaunchURL."
        yield error(28, "appLaunchURL", "Without associatedStoreIdentifiers there is no app to launch.", mend)
    if "nfc" in document:
        yield from _nfc(document["nfc"])


def _service(url: str, schemes: set[str]) -> Iterator[Finding]:
    scheme, host, path = _split(url)
    if scheme not in schemes or not host:
        yield error(27, "webServiceURL", f"Wallet cannot call {quoted(url)}.", "Write an https:// address with a host.")
    if path.rstrip("/").endswith("/v1"):
        yield error(27, "webServiceURL", "The phone adds /v1 by itself.", "Drop the /v1 at the end.")


def _split(url: str) -> tuple[str, str, str]:
    try:
        parts = urlsplit(url)
    except ValueError:  # an unbalanced bracket
        return "", "", ""
    return parts.scheme, parts.netloc, parts.path


def _token(token: str | None) -> Iterator[Finding]:
    if token is None:
        yield error(27, "authenticationToken", "There is a webServiceURL and no token.", "Add the token of this card.")
    elif len(token) < SHORTEST_TOKEN:
        mend = "Use a longer, unguessable token."
        yield error(27, "authenticationToken", f"The token is shorter than {SHORTEST_TOKEN} characters.", mend)


def _nfc(nfc: Mapping[str, Any]) -> Iterator[Finding]:
    if len(nfc["message"].encode(errors="replace")) > LONGEST_NFC_MESSAGE:
        mend = "Shorten it; the rest would be cut off."
        yield error(25, "nfc.message", f"The message is longer than {LONGEST_NFC_MESSAGE} bytes.", mend)
    if not _is_p256(nfc["encryptionPublicKey"]):
        mend = "Write the base64 of an X.509 SubjectPublicKeyInfo of a P-256 key."
        yield error(25, "nfc.encryptionPublicKey", "This is not the public key of a P-256 pair.", mend)


def _is_p256(text: str) -> bool:
    try:
        key = load_der_public_key(base64.b64decode(text, validate=True))
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1)
