"""The signature of a pass: its form, what it covers, when and with what it was made (rules 3 to 8)."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from wallet_service.wallets.apple.checks.certificates import Certificate, read_certificate
from wallet_service.wallets.apple.checks.cms import SignedData, Signer, read_signed_data
from wallet_service.wallets.apple.checks.der import NotDer
from wallet_service.wallets.apple.checks.finding import Finding, error, quoted
from wallet_service.wallets.apple.checks.manifest import SIGNATURE

APPLE_INTERMEDIATES = frozenset({"ea4757885538dd8cb59ff4556f676087d83c85e70902c122e42c0808b5bce14c"})
"""SHA-256 fingerprints of Apple's Worldwide Developer Relations authorities that issue pass certificates: G4."""

MOST_BYTES = 100_000
"""A signature with its two certificates has about 3,000."""

CLOCK_TOLERANCE = timedelta(seconds=60)

DIGESTS: dict[bytes, hashes.HashAlgorithm] = {
    bytes.fromhex("2b0e03021a"): hashes.SHA1(),  # noqa: S303 - old signers used it, and Wallet installs their passes
    bytes.fromhex("608648016503040201"): hashes.SHA256(),
    bytes.fromhex("608648016503040202"): hashes.SHA384(),
    bytes.fromhex("608648016503040203"): hashes.SHA512(),
}
"""By the content of the algorithm's OID."""

RENEW = "Sign with a valid certificate of this pass type."
BUNDLE = "Put the WWDR certificate that issued the pass certificate (today G4) into the signature."
ARMOUR = (b"-----BEGIN", b"MIME-Version", b"Content-Type")


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that could be read."""

    data: SignedData
    leaf: Certificate | None
    """The pass certificate: the one that the signer names."""
    others: Sequence[Certificate]

    @property
    def signer(self) -> Signer:
        """Who signed."""
        return self.data.signer


def read_signature(signature: bytes | None) -> tuple[Signed | None, list[Finding]]:
    """Rule 8: the signature taken apart, or None and the reason."""
    if signature is None:
        return None, [_malformed("There is no signature.")]
    if len(signature) > MOST_BYTES:
        return None, [_malformed(f"It is larger than {MOST_BYTES} bytes.")]
    try:
        data = read_signed_data(signature)
    except NotDer as problem:
        is_text = signature.lstrip().startswith(ARMOUR)
        return None, [_malformed("It is PEM or S/MIME text." if is_text else f"It is not CMS in DER: {problem}.")]
    attached = [] if data.detached else [_malformed("It carries the manifest inside instead of standing beside it.")]
    return _signed(data), attached


def check_signature(
    signed: Signed,
    manifest: bytes,
    *,
    now: datetime,
    trusted: frozenset[str] | None,
    expected: x509.Certificate | None = None,
) -> Iterator[Finding]:
    """Rules 3 to 7. `trusted`: fingerprints of intermediates to accept (None: any); `expected`: who should have signed."""
    yield from _covers(signed.signer, manifest)
    yield from _dated(signed, now)
    if signed.leaf is None:
        yield error(5, SIGNATURE, "The certificate that signed is not in the signature.", "Put it into the signature.")
        return
    yield from _made_with(signed.leaf, signed.signer, manifest)
    yield from _valid(signed.leaf, now, expected)
    yield from _chained(signed.leaf, signed.others, now, trusted)


def _signed(data: SignedData) -> Signed:
    certificates = [found for found in map(read_certificate, data.certificates) if found is not None]
    leaf = next((found for found in certificates if found.made(data.signer)), None)
    return Signed(data, leaf, [found for found in certificates if found is not leaf])


def _malformed(message: str) -> Finding:
    return error(8, SIGNATURE, message, "Write a detached signature in DER (openssl cms -sign -binary -outform DER).")


def _covers(signer: Signer, manifest: bytes) -> Iterator[Finding]:
    digest = DIGESTS.get(signer.digest_algorithm)
    if digest is None:
        yield error(7, SIGNATURE, "Its digest algorithm is not of the SHA family.", "Sign with SHA-256.")
    elif signer.attributes is not None and signer.message_digest != hashlib.new(digest.name, manifest).digest():
        yield error(
            7,
            SIGNATURE,
            "It was made over other bytes than those of manifest.json.",
            "Sign the very bytes you pack, in binary mode (no newline conversion).",
        )


def _dated(signed: Signed, now: datetime) -> Iterator[Finding]:
    moment, leaf = signed.signer.signing_time, signed.leaf
    if moment is None:
        yield error(6, SIGNATURE, "It does not say when it was made.", "Sign with the attribute signingTime.")
    elif moment > now + CLOCK_TOLERANCE:
        yield error(
            6, SIGNATURE, f"It was made in the future, at {moment:%Y-%m-%d %H:%M:%S} UTC.", "Set the server's clock."
        )
    elif leaf is not None and not leaf.not_before <= moment <= leaf.not_after:
        yield error(6, SIGNATURE, "It was made when the certificate was not valid.", RENEW)


def _made_with(leaf: Certificate, signer: Signer, manifest: bytes) -> Iterator[Finding]:
    digest = DIGESTS.get(signer.digest_algorithm)
    covered = manifest if signer.attributes is None else signer.attributes
    if digest is not None and not leaf.verifies(signer.signature, covered, digest):
        yield error(
            5, SIGNATURE, "It was not made with the key of its certificate.", "Pair the certificate with its own key."
        )


def _valid(leaf: Certificate, now: datetime, expected: x509.Certificate | None) -> Iterator[Finding]:
    if now > leaf.not_after:
        yield error(5, SIGNATURE, f"The pass certificate expired on {leaf.not_after:%Y-%m-%d}.", RENEW)
    if now < leaf.not_before:
        yield error(5, SIGNATURE, f"The pass certificate is not valid before {leaf.not_before:%Y-%m-%d}.", RENEW)
    if expected is not None and expected != leaf.x509:
        yield error(
            5, SIGNATURE, f"Another certificate signed: {quoted(leaf.common_name)}.", "Sign with the expected one."
        )


def _chained(
    leaf: Certificate, others: Sequence[Certificate], now: datetime, trusted: frozenset[str] | None
) -> Iterator[Finding]:
    issuer = next((other for other in others if leaf.issued_by(other)), None)
    if not others:
        yield error(3, SIGNATURE, "It does not carry the intermediate certificate.", BUNDLE)
    elif issuer is None:
        yield error(4, SIGNATURE, "The intermediate it carries did not issue the pass certificate.", BUNDLE)
    elif now > issuer.not_after:
        yield error(4, SIGNATURE, f"The intermediate expired on {issuer.not_after:%Y-%m-%d}.", BUNDLE)
    elif trusted is not None and issuer.fingerprint not in trusted:
        yield error(
            4, SIGNATURE, "The intermediate is not one of Apple's.", "Use a certificate from Apple's developer portal."
        )
