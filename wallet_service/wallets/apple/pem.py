"""Certificates and keys to and from bytes. What cannot be read is refused without repeating a byte of it."""

import re
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

BEGIN = b"-----BEGIN "
KEY_BLOCK = re.compile(rb"-----BEGIN (?P<kind>[A-Z ]*PRIVATE KEY)-----.+?-----END (?P=kind)-----", re.DOTALL)


class Unreadable(ValueError):
    """These bytes hold no certificate or key that we can use; the text says why, to go after "<file> "."""


def certificates_in(content: bytes) -> list[x509.Certificate]:
    """All certificates of a PEM text, at least one. Raises `Unreadable`."""
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError:
        raise Unreadable("holds no certificate in PEM form") from None


def keys_in(content: bytes, passphrase: bytes | None = None) -> list[RSAPrivateKey]:
    """All private keys of a PEM text, at least one. Raises `Unreadable`."""
    keys = [_key(block[0], passphrase) for block in KEY_BLOCK.finditer(content)]
    if not keys:
        raise Unreadable("holds no private key in PEM form")
    return keys


def as_rsa(key: Any) -> RSAPrivateKey:
    """The key, if it is RSA, the only kind Apple certifies. Raises `Unreadable`."""
    if not isinstance(key, RSAPrivateKey):
        raise Unreadable("holds a key that is not RSA; Apple certifies RSA-2048 only")
    return key


def new_key() -> RSAPrivateKey:
    """A fresh RSA-2048 key."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def certificate_pem(certificate: x509.Certificate) -> bytes:
    """The certificate as it lies in a folder."""
    return certificate.public_bytes(Encoding.PEM)


def key_pem(key: RSAPrivateKey) -> bytes:
    """The key as it lies in a folder: PKCS#8 without a passphrase, for the file's mode protects it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _key(block: bytes, passphrase: bytes | None) -> RSAPrivateKey:
    protected = b"ENCRYPTED" in block
    try:
        return as_rsa(load_pem_private_key(block, passphrase if protected else None))
    except TypeError:
        raise Unreadable("holds a private key behind a passphrase, and none was given") from None
    except UnsupportedAlgorithm:
        raise Unreadable("holds a private key of a kind that is not supported") from None
    except Unreadable:
        raise
    except ValueError:
        wrong = "is damaged, or the passphrase is wrong" if protected else "is damaged"
        raise Unreadable(f"holds a private key that {wrong}") from None
