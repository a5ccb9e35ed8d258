"""A pass that nothing is wrong with, as a recipe that a test can spoil before it is cooked."""

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import pkcs7

from tests.wallets.apple.checks.throwaway_pki import PASS_TYPE, TEAM, Holder, a_leaf, an_authority
from wallet_service.clock import SystemClock
from wallet_service.wallets.apple.checks import Finding, check_pass

DETACHED = (pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.NoCapabilities)

POINTS = {"icon": (38, 38), "logo": (160, 50), "strip": (375, 144), "primaryLogo": (126, 30), "artwork": (358, 448)}

ENGLISH = {"BALANCE": "Balance", "BALANCE_NOW": "Your balance is now %@", "RULES": 'Say "bonus"\nat the till'}
RUSSIAN = {"BALANCE": "Баланс", "BALANCE_NOW": "Ваш баланс: %@", "RULES": "Скажите «бонус»"}


def good_document() -> dict[str, Any]:
    """A pass.json with most of what a loyalty card may have."""
    balance = {"key": "balance", "label": "BALANCE", "value": 1250, "changeMessage": "BALANCE_NOW"}
    rules = {"key": "rules", "label": "RULES", "value": "https://example.com", "dataDetectorTypes": []}
    until = {"key": "until", "value": "2027-01-31T23:59:00+03:00", "dateStyle": "PKDateStyleShort"}
    worth = {"key": "worth", "value": 12.5, "currencyCode": "EUR", "textAlignment": "PKTextAlignmentRight"}
    return {
        "formatVersion": 1,
        "passTypeIdentifier": PASS_TYPE,
        "teamIdentifier": TEAM,
        "serialNumber": "card_01k00000000000000000000000",
        "organizationName": "Burger Heroes",
        "description": "Burger Heroes loyalty card",
        "webServiceURL": "https://cards.example.com/apple",
        "authenticationToken": "0123456789abcdef",
        "storeCard": {
            "headerFields": [balance],
            "primaryFields": [{"key": "name", "value": "Anna"}],
            "secondaryFields": [until],
            "auxiliaryFields": [worth],
            "backFields": [rules],
        },
        "posterGeneric": {"headerFields": [balance], "primaryFields": [{"key": "name", "value": "Anna"}]},
        "barcodes": [
            {"format": "PKBarcodeFormatEAN13", "message": "4006381333931", "messageEncoding": "iso-8859-1"},
            {"format": "PKBarcodeFormatQR", "message": "4006381333931", "messageEncoding": "iso-8859-1"},
        ],
        "locations": [{"latitude": 55.75, "longitude": 37.62, "relevantText": "Hungry?"}],
        "maxDistance": 100,
        "beacons": [{"proximityUUID": "E2C56DB5-DFFB-48D2-B060-D0F5A71096E0", "major": 1}],
        "expirationDate": "2030-01-01T00:00Z",
        "backgroundColor": "rgb(255, 255, 255)",
        "foregroundColor": "rgb(20, 20, 20)",
        "labelColor": "rgb(90, 90, 90)",
        "logoText": "Burger Heroes",
        "associatedStoreIdentifiers": [1234567890],
        "appLaunchURL": "burgers://card",
        "featuredActions": [{"identifier": "menu", "type": "order", "url": "https://example.com/menu"}],
        "userInfo": {"anything": [None, {"at": "all"}]},
    }


def png(width: int, height: int, shade: int = 0) -> bytes:
    """A real PNG: grey, one shade."""
    rows = b"".join(b"\0" + bytes([shade]) * width for _row in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def strings(pairs: dict[str, str], encoding: str = "utf-16-be", mark: str = "\ufeff") -> bytes:
    """A pass.strings file."""
    escaped = {key: value.replace('"', '\\"').replace("\n", "\\n") for key, value in pairs.items()}
    lines = "".join(f'"{key}" = "{value}";\n' for key, value in escaped.items())
    return f"{mark}/* texts */\n// of the card\n{lines}".encode(encoding)


def good_files() -> dict[str, bytes]:
    """Images at three scales, and two languages."""
    images = {
        f"{name}{'' if scale == 1 else f'@{scale}x'}.png": png(width * scale, height * scale)
        for name, (width, height) in POINTS.items()
        for scale in (1, 2, 3)
    }
    return images | {"en.lproj/pass.strings": strings(ENGLISH), "ru.lproj/pass.strings": strings(RUSSIAN)}


def zipped(files: dict[str, bytes]) -> bytes:
    """A plain zip, deflated."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


@dataclass
class Recipe:
    """How a pass is made; every step may be spoilt."""

    document: dict[str, Any] = field(default_factory=good_document)
    files: dict[str, bytes] = field(default_factory=good_files)
    signer: Holder = field(default_factory=a_leaf)
    carried: list[x509.Certificate] = field(default_factory=lambda: [an_authority().certificate])
    options: tuple[pkcs7.PKCS7Options, ...] = DETACHED
    now: datetime | None = None
    """When it is looked at; else at once after it was signed, which other libraries do by the machine's clock."""
    expected: x509.Certificate | None = None
    pass_json: bytes | None = None
    """Instead of the document."""
    after_sealing: Callable[[dict[str, bytes]], object] = len
    """Changes the files, manifest and signature among them, before they are packed."""
    pack: Callable[[dict[str, bytes]], bytes] = zipped

    def sealed(self) -> dict[str, bytes]:
        """The files with their manifest and signature."""
        pass_json = json.dumps(self.document).encode() if self.pass_json is None else self.pass_json
        files = {"pass.json": pass_json, **self.files}
        hashes_ = {name: hashlib.sha1(content).hexdigest() for name, content in files.items()}  # noqa: S324 - Apple's format
        manifest = json.dumps(hashes_, indent=2).encode()
        return {**files, "manifest.json": manifest, "signature": self.sign(manifest)}

    def sign(self, manifest: bytes) -> bytes:
        """The signature over these bytes."""
        assert not isinstance(self.signer.key, Ed25519PrivateKey)
        builder = pkcs7.PKCS7SignatureBuilder().set_data(manifest)
        builder = builder.add_signer(self.signer.certificate, self.signer.key, hashes.SHA256())
        for certificate in self.carried:
            builder = builder.add_certificate(certificate)
        return builder.sign(serialization.Encoding.DER, list(self.options))

    def cooked(self) -> bytes:
        """The .pkpass."""
        files = self.sealed()
        self.after_sealing(files)
        return self.pack(files)

    def findings(self, *, development: bool = True) -> list[Finding]:
        """What the validator says about it."""
        cooked = self.cooked()
        now = self.now or SystemClock().now()
        return check_pass(cooked, now=now, development=development, certificate=self.expected)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
