"""Presses passes for the simulated phone to read: with a throw-away authority, Apple's own recipe, no code of ours."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import orjson
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7Options, PKCS7SignatureBuilder
from cryptography.x509 import NameOID

PASS_TYPE = "pass.example.burger"
TEAM = "TEAM123456"
TOKEN = "0123456789abcdef0123456789abcdef"
PNG = b"\x89PNG\r\n\x1a\nnot much of an image"
NOW = datetime(2040, 1, 1, tzinfo=UTC)
"""Later than any signing time, which the signature builder takes from the machine's clock."""
LONG_AGO, LATER = datetime(2020, 1, 1, tzinfo=UTC), datetime(2049, 12, 31, tzinfo=UTC)
DETACHED = (PKCS7Options.DetachedSignature, PKCS7Options.Binary, PKCS7Options.NoCapabilities)


@dataclass(frozen=True, slots=True)
class Papers:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey


@dataclass(frozen=True, slots=True)
class Authority:
    """A root, an intermediate it issued, and a pass certificate that one issued."""

    root: Papers
    intermediate: Papers
    leaf: Papers

    @property
    def pem(self) -> bytes:
        """The root, as a phone is given it."""
        return self.root.certificate.public_bytes(Encoding.PEM)


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """One key for each name; made once, since RSA is slow to make."""
    return rsa.generate_private_key(65537, 2048)


def certify(
    subject: Mapping[x509.ObjectIdentifier, str],
    issuer: Papers | None,
    *,
    authority: bool | None = True,
    until: datetime = LATER,
    key_name: str | None = None,
) -> Papers:
    """A certificate for this subject, issued by `issuer` (None: by itself); `authority` None: it does not say."""
    own = key(key_name or subject[NameOID.COMMON_NAME])
    name = x509.Name([x509.NameAttribute(oid, text) for oid, text in subject.items()])
    draft = x509.CertificateBuilder().subject_name(name).public_key(own.public_key()).serial_number(4711)
    draft = draft.issuer_name(issuer.certificate.subject if issuer else name)
    draft = draft.not_valid_before(LONG_AGO).not_valid_after(until)
    if authority is not None:
        draft = draft.add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    draft = draft.add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
    return Papers(draft.sign(issuer.key if issuer else own, SHA256()), own)


def pass_subject(pass_type: str = PASS_TYPE, team: str = TEAM) -> dict[x509.ObjectIdentifier, str]:
    """The subject of a pass certificate."""
    return {
        NameOID.USER_ID: pass_type,
        NameOID.COMMON_NAME: f"Pass Type ID: {pass_type}",
        NameOID.ORGANIZATIONAL_UNIT_NAME: team,
    }


@cache
def authority(pass_type: str = PASS_TYPE) -> Authority:
    """The authority that everybody in these tests trusts."""
    root = certify({NameOID.COMMON_NAME: "Root"}, None)
    intermediate = certify({NameOID.COMMON_NAME: "Developer Relations"}, root)
    return Authority(
        root, intermediate, certify(pass_subject(pass_type), intermediate, authority=False, key_name="leaf")
    )


def sign(manifest: bytes, leaf: Papers, others: Sequence[x509.Certificate]) -> bytes:
    """A detached CMS signature over the manifest, carrying the other certificates too."""
    builder = PKCS7SignatureBuilder().set_data(manifest).add_signer(leaf.certificate, leaf.key, SHA256())
    for certificate in others:
        builder = builder.add_certificate(certificate)
    return builder.sign(Encoding.DER, list(DETACHED))


def document(serial: str = "card_1", **changes: Any) -> dict[str, Any]:
    """The pass.json of Anna's card; a change of None leaves the key out."""
    fields = {
        "formatVersion": 1,
        "passTypeIdentifier": PASS_TYPE,
        "teamIdentifier": TEAM,
        "serialNumber": serial,
        "organizationName": "Burger Heroes",
        "description": "Loyalty card",
        "storeCard": store_card(),
        "barcodes": [
            {"format": "PKBarcodeFormatQR", "message": "M1", "messageEncoding": "iso-8859-1", "altText": "M-1"}
        ],
    }
    return {key: value for key, value in (fields | changes).items() if value is not None}


def store_card(points: int = 300) -> dict[str, Any]:
    """A front with a balance that announces itself, a name and a tier."""
    balance = {"key": "balance", "label": "Points", "value": points, "changeMessage": "Now %@ points"}
    return {
        "headerFields": [balance],
        "primaryFields": [{"key": "name", "value": "Anna"}],
        "secondaryFields": [{"key": "tier", "label": "Tier", "value": "Gold"}],
    }


def manifest_of(files: Mapping[str, bytes]) -> bytes:
    """The manifest of these files."""
    return orjson.dumps({name: hashlib.sha1(body, usedforsecurity=False).hexdigest() for name, body in files.items()})


def seal(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with their manifest and its signature."""
    manifest, papers = manifest_of(files), authority()
    signature = sign(manifest, papers.leaf, [papers.intermediate.certificate])
    return {**files, "manifest.json": manifest, "signature": signature}


def pack(files: Mapping[str, bytes]) -> bytes:
    """The files as a zip."""
    target = BytesIO()
    with ZipFile(target, "w", ZIP_DEFLATED) as package:
        for name, body in files.items():
            package.writestr(name, body)
    return target.getvalue()


def press(serial: str = "card_1", **changes: Any) -> bytes:
    """A good .pkpass of Anna's card with these changes to pass.json."""
    return pack(seal({"pass.json": orjson.dumps(document(serial, **changes)), "icon.png": PNG}))
