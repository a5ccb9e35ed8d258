"""The check of a whole .pkpass: archive, manifest, signature, pass.json, images and translations together."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from cryptography import x509

from wallet_service.wallets.apple.checks.archive import open_bundle
from wallet_service.wallets.apple.checks.document import check_document, fitted, in_order
from wallet_service.wallets.apple.checks.finding import Finding
from wallet_service.wallets.apple.checks.identity import check_identity
from wallet_service.wallets.apple.checks.images import check_images, check_poster
from wallet_service.wallets.apple.checks.localisation import check_translations, read_translations
from wallet_service.wallets.apple.checks.manifest import MANIFEST, SIGNATURE, check_manifest
from wallet_service.wallets.apple.checks.signature import APPLE_INTERMEDIATES, check_signature, read_signature
from wallet_service.wallets.apple.checks.strict_json import read_object

PASS_JSON = "pass.json"  # noqa: S105 - a file name


def check_pass(
    file: bytes,
    *,
    now: datetime,
    development: bool = False,
    certificate: x509.Certificate | None = None,
    trusted: frozenset[str] = APPLE_INTERMEDIATES,
) -> list[Finding]:
    """What is wrong with a .pkpass, by number. Never raises, whatever the bytes.

    `development` accepts any intermediate authority and a web service over http; otherwise the intermediate's SHA-256
    fingerprint must be among `trusted`. `certificate`: the one that should have signed.
    """
    bundle = open_bundle(file)
    found = list(bundle.findings)
    if not bundle.opened:
        return found
    document, broken = read_object(bundle.files, PASS_JSON)
    found += broken
    found += _sealed(bundle.files, document, now=now, trusted=None if development else trusted, certificate=certificate)
    found += check_images(bundle.files)
    translations, unreadable = read_translations(bundle.files)
    found += unreadable
    found += check_translations(translations, document)
    if document is not None:
        found += check_document(document, development=development, translations=tuple(translations.values()))
        found += check_poster(document, bundle.files)
    return in_order(found)


def _sealed(
    files: Mapping[str, bytes],
    document: Mapping[str, Any] | None,
    *,
    now: datetime,
    trusted: frozenset[str] | None,
    certificate: x509.Certificate | None,
) -> Iterator[Finding]:
    """Manifest and signature, and what the certificate says against what the pass says."""
    manifest, broken = read_object(files, MANIFEST)
    yield from broken
    if manifest is not None:
        yield from check_manifest(files, manifest)
    signed, malformed = read_signature(files.get(SIGNATURE))
    yield from malformed
    if signed is None:
        return
    yield from check_signature(signed, files.get(MANIFEST, b""), now=now, trusted=trusted, expected=certificate)
    if signed.leaf is not None and document is not None:
        yield from check_identity(fitted(document), signed.leaf)
