"""The certificate and key a brand pushes with, and our own check of them: with TLS 1.3 APNs only drops the connection."""

import ssl
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509

from wallet_service.wallets.apple.push.trouble import CannotConnectError


@dataclass(frozen=True, slots=True)
class PushCredential:
    """A pass type certificate with its key, as PEM files. To change it, make a new pool and close the old one."""

    certificate: Path
    """The certificate first, then its chain if any."""
    key: Path | None = None
    """Without a password; None if it stands in the certificate's file."""


@dataclass(frozen=True, slots=True)
class LoadedCredential:
    """A credential that has been read, ready for connections."""

    context: ssl.SSLContext
    not_before: datetime
    not_after: datetime

    def check(self, now: datetime) -> None:
        """Raise `CannotConnectError` (lasting) outside the certificate's validity (RFC 5280, 4.1.2.5)."""
        if now < self.not_before:
            raise CannotConnectError(f"certificate not valid before {self.not_before.date()}", lasting=True)
        if now > self.not_after:
            raise CannotConnectError(f"certificate expired {self.not_after.date()}", lasting=True)


def load(credential: PushCredential, trust_roots: Path | None) -> LoadedCredential:
    """Read the files (blocking). Raises `CannotConnectError` (lasting) if they are missing, unreadable or no pair."""
    try:
        certificate = x509.load_pem_x509_certificate(credential.certificate.read_bytes())
        context = _context(credential, trust_roots)
    except ssl.SSLError as error:
        raise CannotConnectError(_what_is_wrong(error), lasting=True) from error
    except OSError as error:
        raise CannotConnectError(f"cannot read {error.filename}: {error.strerror}", lasting=True) from error
    except ValueError as error:
        reason = f"{credential.certificate.name} holds no PEM certificate"
        raise CannotConnectError(reason, lasting=True) from error
    return LoadedCredential(context, certificate.not_valid_before_utc, certificate.not_valid_after_utc)


def _context(credential: PushCredential, trust_roots: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=trust_roots)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["h2"])
    # An empty password makes an encrypted key an error; without one OpenSSL would ask on the terminal and wait.
    context.load_cert_chain(credential.certificate, credential.key, password="")
    return context


def _what_is_wrong(error: ssl.SSLError) -> str:
    if error.reason == "KEY_VALUES_MISMATCH":
        return "the key does not match the certificate"
    return f"the certificate, its key or the trust roots cannot be loaded ({error.reason or error})"
