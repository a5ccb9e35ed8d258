"""What is wrong, or soon will be, with a pass certificate: a table of rules over what was read from its folder."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from wallet_service.private_files import OTHERS
from wallet_service.wallets.apple import der
from wallet_service.wallets.apple.certificates import (
    APPLE_PASS_TYPE,
    KEY,
    PassCertificate,
    fits_key,
    issued_by,
    key_identifiers_agree,
    said,
)
from wallet_service.wallets.apple.signing import Signer

WARN_DAYS = (3, 14, 30, 60)
"""A warning names the narrowest of these that has begun, so that a watcher can tell each step just once."""


class Level(StrEnum):
    """How bad a finding is."""

    NOTE = "note"
    """Good to know."""
    WARNING = "warning"
    """Passes are still signed and accepted, but not for ever or not by everybody."""
    ERROR = "error"
    """Passes cannot be signed, or phones or APNs refuse them, or the key is exposed."""


WORST_FIRST = (Level.ERROR, Level.WARNING, Level.NOTE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to know about a certificate."""

    level: Level
    code: str
    """Stable name of the rule, for machines."""
    text: str
    remedy: str = ""


Rule = Callable[[PassCertificate, datetime], Iterator[Finding]]


def check(certificate: PassCertificate, now: datetime, *, team: str | None = None) -> list[Finding]:
    """Everything there is to say about this certificate at `now`, the worst first; nothing means all is well.

    With `team`, the certificate must belong to that team. Does one RSA operation, as a trial; reads no file.
    """
    findings = [finding for rule in RULES for finding in rule(certificate, now)]
    if team is not None and team != certificate.team:
        findings.append(_error("other-team", f"It belongs to team {certificate.team or 'unknown'}, not to {team}."))
    return sorted(findings, key=lambda finding: WORST_FIRST.index(finding.level))


def _key(certificate: PassCertificate, _: datetime) -> Iterator[Finding]:
    if not fits_key(certificate.leaf, certificate.key):
        yield _error("other-key", "The private key is not the one this certificate was issued for.", INSTALL)
    if certificate.key.key_size != 2048:
        yield _warning("key-size", f"The key has {certificate.key.key_size} bits; Apple certifies RSA-2048.")


def _key_file(certificate: PassCertificate, _: datetime) -> Iterator[Finding]:
    if certificate.key_mode & OTHERS:
        text = f"Others on this machine may open the key file (mode {certificate.key_mode:04o})."
        yield _error("key-exposed", text, f"chmod 600 {certificate.folder / KEY}")


def _validity(certificate: PassCertificate, now: datetime) -> Iterator[Finding]:
    days = certificate.days_left(now)
    if now < certificate.starts_at:
        yield _error("not-yet-valid", f"It is valid from {certificate.starts_at:%Y-%m-%d %H:%M} UTC.", CLOCK)
    elif now > certificate.ends_at:
        yield _error("expired", f"It expired on {certificate.ends_at:%Y-%m-%d %H:%M} UTC.", _renew(certificate))
    elif within := next((step for step in WARN_DAYS if days < step), None):
        text = f"It expires on {certificate.ends_at:%Y-%m-%d}, in {days} days."
        yield _warning(f"expires-within-{within}-days", text, _renew(certificate))


def _identity(certificate: PassCertificate, _: datetime) -> Iterator[Finding]:
    expected = certificate.folder.name
    if certificate.pass_type != expected:
        text = f"It is for {certificate.pass_type or 'no pass type at all'}, not for {expected}."
        yield _error("other-pass-type", text, f"Put it into a folder of that name, or request one for {expected}.")
    if not certificate.team:
        yield _error("no-team", "Its subject names no team (OU), so no pass can match it.")
    if not _names_pass_type(certificate.leaf, certificate.pass_type):
        yield _warning("no-apple-extension", "It lacks Apple's extension that repeats the pass type.")
    if certificate.nfc:
        yield Finding(Level.NOTE, "nfc", "It allows NFC.")


def _purpose(certificate: PassCertificate, _: datetime) -> Iterator[Finding]:
    try:
        usages = certificate.leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        usages = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])
    if ExtendedKeyUsageOID.CLIENT_AUTH not in usages:
        yield _error("no-push", "It may not be used as a TLS client, so APNs would refuse it.")


def _issuer(certificate: PassCertificate, now: datetime) -> Iterator[Finding]:
    leaf, intermediate = certificate.leaf, certificate.intermediate
    if not issued_by(leaf, intermediate):
        why = "the issuer's name or signature differs"
        if leaf.issuer == intermediate.subject and not key_identifiers_agree(leaf, intermediate):
            why = "the issuer's key identifier differs"
        text = f"It was issued by {issuer_of(leaf)}, but wwdr.pem is another certificate: {why}."
        yield _error("other-intermediate", text, "Install it again with the right intermediate: --wwdr FILE.")
    if now > intermediate.not_valid_after_utc:
        yield _error(
            "intermediate-expired", f"Its intermediate expired on {intermediate.not_valid_after_utc:%Y-%m-%d}."
        )
    elif intermediate.not_valid_after_utc - now < timedelta(days=max(WARN_DAYS)):
        text = f"Its intermediate expires on {intermediate.not_valid_after_utc:%Y-%m-%d}."
        yield _warning("intermediate-expires", text, "Ask Apple's portal for a new certificate.")
    if "Apple" not in said(leaf.issuer, NameOID.ORGANIZATION_NAME):
        text = f"It was not issued by Apple but by {issuer_of(leaf)}: real phones refuse its passes."
        yield _warning("not-apple", text)


def _trial(certificate: PassCertificate, now: datetime) -> Iterator[Finding]:
    if not (fits_key(certificate.leaf, certificate.key) and issued_by(certificate.leaf, certificate.intermediate)):
        return  # told already, and no signer would take it
    signer, manifest = Signer(certificate), b"{}"
    signed_at = min(max(now, certificate.starts_at), certificate.ends_at)
    if not signer.verifies(signer.sign(manifest, signed_at), manifest, signed_at):
        yield _error("trial-failed", "A trial signature does not verify with the certificate's public key.", INSTALL)


RULES: tuple[Rule, ...] = (_key, _key_file, _validity, _identity, _purpose, _issuer, _trial)

CLOCK = "Check the clock of this server."
INSTALL = "Install the certificate again: `wallet-service certs install FILE`."


def issuer_of(leaf: x509.Certificate) -> str:
    """Who issued it, as people say it: "… Certification Authority, G4"."""
    kinds = (NameOID.COMMON_NAME, NameOID.ORGANIZATIONAL_UNIT_NAME)
    return ", ".join(filter(None, (said(leaf.issuer, kind) for kind in kinds))) or "nobody"


def _names_pass_type(leaf: x509.Certificate, pass_type: str) -> bool:
    try:
        extension = leaf.extensions.get_extension_for_oid(APPLE_PASS_TYPE).value
    except x509.ExtensionNotFound:
        return False
    return extension.public_bytes() == der.element(der.UTF8_STRING, pass_type.encode())


def _renew(certificate: PassCertificate) -> str:
    return f"Renew it, beginning with `wallet-service certs request {certificate.folder.name} --renew`."


def _error(code: str, text: str, remedy: str = "") -> Finding:
    return Finding(Level.ERROR, code, text, remedy)


def _warning(code: str, text: str, remedy: str = "") -> Finding:
    return Finding(Level.WARNING, code, text, remedy)
