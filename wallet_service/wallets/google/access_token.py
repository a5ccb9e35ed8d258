"""The access token of a service account: fetched once for all who need it, and renewed before it runs out.

Source: RFC 7523 (JWT bearer grant) and Google's "Using OAuth 2.0 for server to server applications".
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import jwt
import orjson

from wallet_service.clock import Clock
from wallet_service.wallets.google.service_account import ServiceAccount
from wallet_service.wallets.google.verdict import NotAllowed, Trouble

SCOPE = "https://www.googleapis.com/auth/wallet_object.issuer"
GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_LIFE = timedelta(hours=1)
"""The longest that Google takes; our clock may be some minutes off."""
EARLY = timedelta(minutes=5)
"""So long before a token runs out it is renewed, while the old one is still used."""
USUAL_LIFE = 3600
"""Seconds a token lives where its answer does not say."""
LONGEST_LIFE = 12 * 3600
"""Seconds after which a token is renewed, whatever its answer says: Google never gives one for longer."""
REST = timedelta(seconds=10)
"""Least time between two tries to renew a token that still serves."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """What opens Google's doors for an hour."""

    value: str = field(repr=False)
    renew_at: datetime
    expires_at: datetime


class TokenDesk:
    """Gives the access token of one service account. Use it on one event loop."""

    def __init__(self, account: ServiceAccount, session: aiohttp.ClientSession, clock: Clock) -> None:
        """`session` has the deadline and the trust roots; it is closed by whoever opened it."""
        self._account = account
        self._session = session
        self._clock = clock
        self._held: AccessToken | None = None
        self._exchange: asyncio.Task[str | NotAllowed | Trouble] | None = None

    async def token(self) -> str | NotAllowed | Trouble:
        """A token that should be good for a while, or why there is none. However many ask, one exchange is under way."""
        held, now = self._held, self._clock.now()
        if held is None or now >= held.expires_at:
            return await self._next_token()
        if now >= held.renew_at:
            self._exchanging()
        return held.value

    def forget(self, token: str) -> None:
        """Google took this token no more. The next who asks waits for a new one, unless there is one already."""
        if self._held is not None and self._held.value == token:
            self._held = None

    async def aclose(self) -> None:
        """Wait for the end of an exchange that is under way: at once, when the session has been closed."""
        if self._exchange is not None:
            await asyncio.wait([self._exchange])

    async def _next_token(self) -> str | NotAllowed | Trouble:
        """Who gives up waiting ends nobody else's exchange; one that hung before anybody asked has not answered them."""
        joined = self._exchange is not None and not self._exchange.done()
        told = await asyncio.shield(self._exchanging())
        return await asyncio.shield(self._exchanging()) if joined and isinstance(told, Trouble) else told

    def _exchanging(self) -> asyncio.Task[str | NotAllowed | Trouble]:
        if self._exchange is None or self._exchange.done():
            self._exchange = asyncio.create_task(self._fetch())
        return self._exchange

    async def _fetch(self) -> str | NotAllowed | Trouble:
        if self._session.closed:
            return Trouble("no access token: the client is closed", arrived=False)
        now = self._clock.now()
        form = {"grant_type": GRANT, "assertion": assertion(self._account, now)}
        try:
            async with self._session.post(self._account.token_uri, data=form, allow_redirects=False) as answer:
                told = token_of(answer.status, await answer.read(), now)
        except (aiohttp.ClientError, TimeoutError) as trouble:
            told = Trouble(f"no access token: {type(trouble).__name__}", arrived=False)
        if isinstance(told, AccessToken):
            self._held = told
            return told.value
        if self._held is not None:
            self._held = replace(self._held, renew_at=now + REST)
        return told


def assertion(account: ServiceAccount, now: datetime) -> str:
    """The signed statement that a token is given for. PURE, 0.4 ms of one core."""
    issued_at = int(now.timestamp())
    claims = {
        "iss": account.email,
        "scope": SCOPE,
        "aud": account.token_uri,
        "iat": issued_at,
        "exp": issued_at + int(ASSERTION_LIFE.total_seconds()),
    }
    return jwt.encode(claims, account.key, "RS256", {"kid": account.key_id})


def token_of(status: int, body: bytes, now: datetime) -> AccessToken | NotAllowed | Trouble:
    """What the token endpoint's answer says. PURE. Source: RFC 6749, sections 5.1 and 5.2."""
    said = _object(body)
    value, seconds = said.get("access_token"), said.get("expires_in", USUAL_LIFE)
    if status == 200 and isinstance(value, str) and value and type(seconds) is int and seconds > 0:
        life = timedelta(seconds=min(seconds, LONGEST_LIFE))
        return AccessToken(value, renew_at=now + life - min(EARLY, life / 2), expires_at=now + life)
    reason = ": ".join(text for name in ("error", "error_description") if isinstance(text := said.get(name), str))
    told = f"no access token: {status} {reason}".strip()[:300]
    refused = 400 <= status < 500 and status not in {408, 429}
    return NotAllowed(told) if refused else Trouble(told, arrived=False)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        said = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}
