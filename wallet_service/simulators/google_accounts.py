"""Service accounts, the issuers they may act for, and the token endpoint (RFC 7523, JWT bearer grant)."""

import secrets
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from wallet_service.simulators.google_limits import Bucket
from wallet_service.simulators.google_wire import GoogleRefusal, Reply

SCOPE = "https://www.googleapis.com/auth/wallet_object.issuer"
AUDIENCE = "https://oauth2.googleapis.com/token"
"""What Google's own libraries always name, whatever endpoint they call."""
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
TOKEN_LIFE = timedelta(seconds=3600)
SKEW = timedelta(minutes=5)
"""How far the caller's clock may be off."""

Role = Literal["OWNER", "WRITER", "READER"]


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """A service account of a Google Cloud project, with its only key."""

    email: str
    project: str
    key_id: str
    key: rsa.RSAPrivateKey
    token_uri: str

    @property
    def key_file(self) -> dict[str, str]:
        """The JSON that the Cloud console gives out, once, for a new key."""
        pem = self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return {
            "type": "service_account",
            "project_id": self.project,
            "private_key_id": self.key_id,
            "private_key": pem.decode(),
            "client_email": self.email,
            "client_id": "100000000000000000001",
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": self.token_uri,
        }

    def claims(self, token: str, *audiences: str) -> dict[str, Any]:
        """The claims of a JWT signed with this account's key for one of these; times are not looked at.

        Raises `jwt.InvalidTokenError`.
        """
        untimed: Any = {"verify_exp": False, "verify_iat": False, "require": ["iss", "aud", "iat"]}
        return jwt.decode(
            token, self.key.public_key(), algorithms=["RS256"], audience=audiences, issuer=self.email, options=untimed
        )


@dataclass(slots=True)
class Accounts:
    """Everybody whom Google knows."""

    rate: float
    """Requests a second that one project may make."""
    by_email: dict[str, ServiceAccount] = field(default_factory=dict)
    issuers: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The Issuer resource, by issuer id."""
    roles: defaultdict[str, dict[str, Role]] = field(default_factory=lambda: defaultdict(dict))
    """By issuer id: what each account (by e-mail) may do."""
    exchanges: int = 0
    """Access tokens ever given out."""
    tokens: dict[str, tuple[ServiceAccount, datetime]] = field(default_factory=dict)
    """Living access tokens: whose, and until when."""
    buckets: dict[str, Bucket] = field(default_factory=dict)

    def exchange(self, form: Mapping[str, str], now: datetime) -> Reply:
        """The token endpoint: an assertion for an access token of an hour."""
        if form.get("grant_type") != GRANT:
            return _no_token("unsupported_grant_type", f"Invalid grant_type: {form.get('grant_type')}")
        try:
            account = self.signer(form.get("assertion", ""))
            claims = account.claims(form.get("assertion", ""), account.token_uri, AUDIENCE)
        except jwt.InvalidTokenError as trouble:
            return _no_token("invalid_grant", f"Invalid JWT Signature. {trouble}")
        complaint = _complaint(claims, now)
        if complaint:
            return _no_token(*complaint)
        self.exchanges += 1
        token = f"ya29.{secrets.token_urlsafe(32)}"
        self.tokens[token] = account, now + TOKEN_LIFE
        seconds = int(TOKEN_LIFE.total_seconds())
        return Reply(200, {"access_token": token, "expires_in": seconds, "token_type": "Bearer"})

    def revoke_tokens(self) -> None:
        """Every access token given out so far is worth nothing from now on."""
        self.tokens.clear()

    def signer(self, token: str) -> ServiceAccount:
        """The account that a JWT says it is from. Raises `jwt.InvalidTokenError`."""
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss", "")
        if issuer not in self.by_email:
            raise jwt.InvalidIssuerError(f"unknown account {issuer}")
        return self.by_email[issuer]

    def caller(self, token: str, now: datetime) -> ServiceAccount:
        """Whose access token this is. Raises `GoogleRefusal` (401)."""
        account, until = self.tokens.get(token, (None, now))
        if account is None or until <= now:
            raise GoogleRefusal(401, "authError", "Request had invalid authentication credentials.")
        return account

    def project_of(self, token: str) -> str | None:
        """The project of the account with this access token, living or expired; None: an unknown token."""
        known = self.tokens.get(token)
        return known[0].project if known else None

    def charge(self, account: ServiceAccount, now: datetime) -> None:
        """Count one request of the account's project. Raises `GoogleRefusal` (429, `rateLimitExceeded`)."""
        self.buckets.setdefault(account.project, Bucket(self.rate)).take(now)

    def require_role(self, account: ServiceAccount, issuer_id: str, *, write: bool) -> None:
        """Whether the account may read (or write) what is that issuer's. Raises `GoogleRefusal` (403)."""
        role = self.roles[issuer_id].get(account.email) if issuer_id in self.roles else None
        if role is None or (write and role == "READER"):
            raise GoogleRefusal(403, "permissionDenied", f"Permission denied: {account.email} on issuer {issuer_id}.")


def _complaint(claims: Mapping[str, Any], now: datetime) -> tuple[str, str] | None:
    """What is wrong with the claims of an assertion: OAuth's error and a text."""
    issued, expires = claims["iat"], claims.get("exp")
    if SCOPE not in claims.get("scope", "").split():
        return "invalid_scope", "Invalid OAuth scope or ID token audience provided."
    if not isinstance(expires, int | float) or not 0 < expires - issued <= TOKEN_LIFE.total_seconds():
        return "invalid_grant", "Invalid JWT: exp must be at most 60 minutes after iat."
    if not issued - SKEW.total_seconds() <= now.timestamp() <= expires + SKEW.total_seconds():
        return "invalid_grant", "Invalid JWT: Token must be a short-lived token and in a reasonable timeframe."
    return None


def _no_token(error: str, description: str) -> Reply:
    return Reply(400, {"error": error, "error_description": description})
