"""A simulated Google with one issuer, its service account, and a caller that speaks plain REST."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import httpx2
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from wallet_service.simulators.google import GoogleSimulator
from wallet_service.simulators.google_accounts import GRANT, SCOPE, ServiceAccount

ISSUER = "3388000000012345678"
STRANGER = "3388000000087654321"
CLASS_ID = f"{ISSUER}.burger-heroes-1"
OBJECT_ID = f"{ISSUER}.01anna"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
EMAIL = "wallet@loyalty-project.iam.gserviceaccount.com"


@cache
def service_key() -> rsa.RSAPrivateKey:
    """One key for the whole run: to make one takes a while."""
    return rsa.generate_private_key(65537, 2048)


def loyalty_class(**more: Any) -> dict[str, Any]:
    return {
        "id": CLASS_ID,
        "issuerName": "Burger Heroes",
        "programName": "Heroes club",
        "programLogo": {"sourceUri": {"uri": "https://cards.example/logo.png"}},
        "reviewStatus": "UNDER_REVIEW",
        **more,
    }


def loyalty_object(**more: Any) -> dict[str, Any]:
    return {
        "id": OBJECT_ID,
        "classId": CLASS_ID,
        "state": "ACTIVE",
        "loyaltyPoints": {"label": "Баллы", "balance": {"int": 300}},
        **more,
    }


@dataclass(frozen=True, slots=True)
class Issuer:
    """Somebody with a service account who calls the REST interface."""

    google: GoogleSimulator
    account: ServiceAccount
    client: httpx2.AsyncClient
    token: str

    async def call(self, method: str, path: str, body: Any = None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        url = f"{self.google.root}/walletobjects/v1/{path}"
        return await self.client.request(method, url, json=body, headers=headers)

    async def issue(self, **more: Any) -> None:
        """The class, and Anna's object."""
        assert (await self.call("POST", "loyaltyClass", loyalty_class(**more))).status_code == 200
        assert (await self.call("POST", "loyaltyObject", loyalty_object())).status_code == 200

    def save_link(self, *objects: dict[str, Any], **claims: Any) -> str:
        payload = {"loyaltyObjects": objects or [{"id": OBJECT_ID, "classId": CLASS_ID}]}
        said = {"iss": self.account.email, "aud": "google", "typ": "savetowallet", "iat": 1, "payload": payload}
        return f"{self.google.save_root}/{jwt.encode({**said, **claims}, self.account.key, 'RS256')}"


def assertion(account: ServiceAccount, now: datetime, **claims: Any) -> dict[str, str]:
    """The form that asks the token endpoint for an access token."""
    issued = int(now.timestamp())
    said = {"iss": account.email, "aud": account.token_uri, "scope": SCOPE, "iat": issued, "exp": issued + 3600}
    return {"grant_type": GRANT, "assertion": jwt.encode({**said, **claims}, account.key, "RS256")}


@asynccontextmanager
async def google_world(now: Callable[[], datetime] | None = None, rate: float = 1000) -> AsyncIterator[Issuer]:
    """A Google and its issuer; `rate` is high, so that only tests of the quota meet it."""
    told = now or (lambda: NOON)
    async with GoogleSimulator(now=told, rate=rate) as google, httpx2.AsyncClient(timeout=10) as client:
        account = google.open_account(EMAIL, key=service_key())
        google.open_issuer(ISSUER, account)
        answer = await client.post(google.token_uri, data=assertion(account, told()))
        yield Issuer(google, account, client, answer.json()["access_token"])
