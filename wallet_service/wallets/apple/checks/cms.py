"""The CMS SignedData of a pass (RFC 5652, section 5), taken apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from wallet_service.wallets.apple.checks.der import SEQUENCE, SET, Element, NotDer, read

SIGNED_DATA = bytes.fromhex("2a864886f70d010702")  # 1.2.840.113549.1.7.2
MESSAGE_DIGEST = bytes.fromhex("2a864886f70d010904")  # 1.2.840.113549.1.9.4
SIGNING_TIME = bytes.fromhex("2a864886f70d010905")  # 1.2.840.113549.1.9.5

INTEGER = 0x02
OCTET_STRING = 0x04
OID = 0x06
UTC_TIME = 0x17
GENERALIZED_TIME = 0x18
CONTEXT_0 = 0xA0
KEY_IDENTIFIER = 0x80
UTC_TIME_PIVOT = b"50"


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signed, over what, when."""

    issuer: bytes | None
    """The issuer's name in DER, if the certificate is named by issuer and serial number (version 1)."""
    serial: int | None
    key_identifier: bytes | None
    """The subject key identifier, if the certificate is named by it (version 3)."""
    digest_algorithm: bytes
    """Content of the algorithm's OID."""
    attributes: bytes | None
    """The signed attributes as they were signed: DER of a SET."""
    message_digest: bytes | None
    signing_time: datetime | None
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedData:
    """A signature file."""

    detached: bool
    certificates: Sequence[bytes]
    """DER of each certificate it carries."""
    signer: Signer


def read_signed_data(data: bytes) -> SignedData:
    """Take a signature apart. Raises `NotDer` when it is not SignedData in DER with exactly one signer."""
    try:
        return _signed_data(read(data))
    except NotDer:
        raise
    except ValueError as problem:  # another number of parts than the structure has
        raise NotDer("this is not SignedData with one signer") from problem


def _signed_data(content_info: Element) -> SignedData:
    content_type, content = content_info.children()
    if content_type.content_if(OID) != SIGNED_DATA:
        raise NotDer("this is not SignedData")
    _version, _digests, encapsulated, *optional, signers = read(content.content_if(CONTEXT_0)).children()
    (signer,) = _members(signers)
    return SignedData(
        detached=len(encapsulated.children()) == 1,
        certificates=[found.encoded for part in optional if part.tag == CONTEXT_0 for found in part.children()],
        signer=_signer(signer),
    )


def _members(a_set: Element) -> list[Element]:
    a_set.content_if(SET)
    return a_set.children()


def _signer(element: Element) -> Signer:
    _version, identity, digest, *rest = element.children()
    attributes = rest.pop(0) if rest and rest[0].tag == CONTEXT_0 else None
    _algorithm, signature, *_unsigned = rest
    known = _attributes(attributes)
    digest_algorithm, *_parameters = digest.children()
    issuer, serial, key_identifier = _identity(identity)
    return Signer(
        issuer=issuer,
        serial=serial,
        key_identifier=key_identifier,
        digest_algorithm=digest_algorithm.content_if(OID),
        attributes=None if attributes is None else bytes([SET]) + attributes.encoded[1:],
        message_digest=known[MESSAGE_DIGEST].content_if(OCTET_STRING) if MESSAGE_DIGEST in known else None,
        signing_time=read_time(known[SIGNING_TIME]) if SIGNING_TIME in known else None,
        signature=signature.content_if(OCTET_STRING),
    )


def _identity(element: Element) -> tuple[bytes | None, int | None, bytes | None]:
    if element.tag == KEY_IDENTIFIER:
        return None, None, element.content
    element.content_if(SEQUENCE)
    issuer, serial = element.children()
    return issuer.encoded, int.from_bytes(serial.content_if(INTEGER), signed=True), None


def _attributes(element: Element | None) -> dict[bytes, Element]:
    """The first value of each signed attribute, by the content of its OID."""
    found = {}
    for attribute in element.children() if element else ():
        kind, values = attribute.children()
        found[kind.content_if(OID)], *_others = _members(values)
    return found


def read_time(element: Element) -> datetime:
    """A UTCTime or GeneralizedTime (RFC 5652, 11.3). Raises `NotDer`, or `ValueError` for what is no moment."""
    text = element.content
    if element.tag == UTC_TIME:  # two digits of the year; RFC 5280, 4.1.2.5.1
        text = (b"20" if text[:2] < UTC_TIME_PIVOT else b"19") + text
    elif element.tag != GENERALIZED_TIME:
        raise NotDer("the signing time is not a time")
    return datetime.strptime(text.decode("ascii"), "%Y%m%d%H%M%S%z")
