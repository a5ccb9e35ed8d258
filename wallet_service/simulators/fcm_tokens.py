"""Google's token endpoint for one service account: RFC 7523 assertions in, access tokens out."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

AUDIENCE = "https://oauth2.googleapis.com/token"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPES = {"https://www.googleapis.com/auth/firebase.messaging", "https://www.googleapis.com/auth/cloud-platform"}
LIFE = 3600


def make_key() -> rsa.RSAPrivateKey:
    """A key pair for a service account; takes its time."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class TokenDesk:
    """Knows one service account, and the access tokens it has been given."""

    def __init__(self, project: str, key: rsa.RSAPrivateKey) -> None:
        """`key` signs for the account of `project`."""
        self._project = project
        self._key = key
        self._email = f"push@{project}.iam.gserviceaccount.com"
        self._tokens: set[str] = set()
        self.granted = 0
        """Access tokens given out so far."""
        self.answer: tuple[int, Any] | None = None
        """Status and JSON for whoever asks, in the place of a token."""

    def account(self, token_uri: str) -> dict[str, Any]:
        """The service account's JSON key file, as the console gives it out."""
        pem = self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return {
            "type": "service_account",
            "project_id": self._project,
            "private_key_id": "1",
            "private_key": pem,
            "client_email": self._email,
            "client_id": "1",
            "token_uri": token_uri,
        }

    def grant(self, form: Mapping[str, str], token_uri: str) -> tuple[int, Any]:
        """Status and JSON for a request of a token."""
        if self.answer is not None:
            return self.answer
        if form.get("grant_type") != GRANT:
            return 400, {"error": "unsupported_grant_type"}
        try:
            claims = self._read(form.get("assertion", ""), token_uri)
        except jwt.InvalidTokenError as error:
            return 400, {"error": "invalid_grant", "error_description": f"Invalid JWT: {error}"}
        if not SCOPES & set(claims["scope"].split()):
            return 400, {"error": "invalid_scope"}
        token = f"ya29.{uuid4().hex}"
        self._tokens.add(token)
        self.granted += 1
        return 200, {"access_token": token, "expires_in": LIFE, "token_type": "Bearer"}

    def knows(self, authorization: str) -> bool:
        """Whether this is the Authorization header of someone with a living token."""
        return authorization.removeprefix("Bearer ") in self._tokens

    def revoke(self) -> None:
        """Let every token given so far be void."""
        self._tokens.clear()

    def _read(self, assertion: str, token_uri: str) -> Mapping[str, Any]:
        return jwt.decode(
            assertion,
            self._key.public_key(),
            algorithms=["RS256"],
            audience=[AUDIENCE, token_uri],
            issuer=self._email,
            options={"require": ["iss", "aud", "iat", "exp", "scope"]},
        )
