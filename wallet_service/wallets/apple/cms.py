"""The document around a pass signature: CMS SignedData, detached, RSA with SHA-256 (RFC 5652, RFC 5754).

Everything but the time, the digest and the RSA signature is constant for a certificate, so the document is encoded
once with holes in their places, and signing fills the holes. Apple asks for the signing time among the signed
attributes and for the intermediate among the certificates ("Building a Pass"; PassKit Programming Guide).
"""

from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from wallet_service.wallets.apple import der

DATA, SIGNED_DATA = der.oid("1.2.840.113549.1.7.1"), der.oid("1.2.840.113549.1.7.2")
CONTENT_TYPE, MESSAGE_DIGEST, SIGNING_TIME = (der.oid(f"1.2.840.113549.1.9.{last}") for last in (3, 4, 5))
SHA256_ID = der.element(der.SEQUENCE, der.oid("2.16.840.1.101.3.4.2.1"), der.NULL)
RSA_ID = der.element(der.SEQUENCE, der.oid("1.2.840.113549.1.1.1"), der.NULL)
VERSION_1 = der.integer(1)
DIGEST_SIZE = 32

HOLE = b"\xff"
"""Marks a hole while moulding: a byte no name in a certificate can hold, for UTF-8 has no use for it."""


@dataclass(frozen=True, slots=True)
class Mould:
    """A SignedData without its three holes: time, digest, signature."""

    attributes: bytes
    """What is signed, up to the time."""
    document: bytes
    """What is sent, up to the time."""
    between: bytes
    """From the time to the digest, in both."""
    after: bytes
    """From the digest to the signature."""

    def to_be_signed(self, stamp: bytes, digest: bytes) -> bytes:
        """The signed attributes as a SET, which is what RSA signs (RFC 5652, 5.4)."""
        return b"".join((self.attributes, stamp, self.between, digest))

    def cast(self, stamp: bytes, digest: bytes, signature: bytes) -> bytes:
        """The whole SignedData, DER."""
        return b"".join((self.document, stamp, self.between, digest, self.after, signature))


def make_mould(leaf: x509.Certificate, intermediate: x509.Certificate, time_tag: int, signature_size: int) -> Mould:
    """The mould for one certificate and one way to write the time; `signature_size` is the key's, in bytes."""
    stamp, digest, signature = (HOLE * size for size in (der.TIME_SIZES[time_tag], DIGEST_SIZE, signature_size))
    attributes = _attributes(der.element(time_tag, stamp), digest)
    document = _signed_data(leaf, intermediate, der.set_of(*attributes, tag=der.CONTEXT_0), signature)
    before, rest = document.split(stamp, 1)
    between, rest = rest.split(digest, 1)
    return Mould(
        attributes=der.set_of(*attributes).split(stamp, 1)[0],
        document=before,
        between=between,
        after=rest.removesuffix(signature),
    )


def _attributes(time: bytes, digest: bytes) -> tuple[bytes, ...]:
    return (
        _attribute(CONTENT_TYPE, DATA),
        _attribute(SIGNING_TIME, time),
        _attribute(MESSAGE_DIGEST, der.element(der.OCTET_STRING, digest)),
    )


def _attribute(kind: bytes, value: bytes) -> bytes:
    return der.element(der.SEQUENCE, kind, der.set_of(value))


def _signed_data(leaf: x509.Certificate, intermediate: x509.Certificate, attributes: bytes, signature: bytes) -> bytes:
    chain = (each.public_bytes(Encoding.DER) for each in (leaf, intermediate))
    signed_data = der.element(
        der.SEQUENCE,
        VERSION_1,
        der.set_of(SHA256_ID),
        der.element(der.SEQUENCE, DATA),  # no content beside its type: that is what "detached" means
        der.set_of(*chain, tag=der.CONTEXT_0),
        der.set_of(_signer_info(leaf, attributes, signature)),
    )
    return der.element(der.SEQUENCE, SIGNED_DATA, der.element(der.CONTEXT_0, signed_data))


def _signer_info(leaf: x509.Certificate, attributes: bytes, signature: bytes) -> bytes:
    issuer_and_serial = der.element(der.SEQUENCE, leaf.issuer.public_bytes(), der.integer(leaf.serial_number))
    return der.element(
        der.SEQUENCE,
        VERSION_1,
        issuer_and_serial,
        SHA256_ID,
        attributes,
        RSA_ID,
        der.element(der.OCTET_STRING, signature),
    )
