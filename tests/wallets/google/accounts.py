"""Service accounts of the tests, as key files and as values."""

from functools import cache
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from wallet_service.wallets.google.service_account import ServiceAccount, parse_service_account

ISSUER = "3388000000022141777"
TOKEN_URI = "https://oauth2.googleapis.com/token"
EMAIL = "cards@burger-heroes.iam.gserviceaccount.com"


@cache
def rsa_key(size: int = 2048) -> RSAPrivateKey:
    """One key for all tests: making it takes a while."""
    return generate_private_key(public_exponent=65537, key_size=size)


def pem(key: RSAPrivateKey) -> str:
    """The key as it stands in a key file."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def key_file(token_uri: str = TOKEN_URI, **other: object) -> bytes:
    """The content of a key file; `other` members replace the usual ones."""
    usual = {
        "type": "service_account",
        "project_id": "burger-heroes",
        "private_key_id": "5d1f",
        "private_key": pem(rsa_key()),
        "client_email": EMAIL,
        "token_uri": token_uri,
    }
    return orjson.dumps(usual | other)


def account(token_uri: str) -> ServiceAccount:
    """An account whose tokens come from there."""
    return parse_service_account(key_file(token_uri), Path("key.json"))


def install(certs_dir: Path, content: bytes, issuer: str = ISSUER) -> Path:
    """Put a key file where it belongs."""
    file = certs_dir / "google" / issuer / "service-account.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    file.chmod(0o600)
    return file
