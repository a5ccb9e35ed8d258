"""The access token of a service account: fetched in a thread, by one for all, before the last one expires."""

import asyncio
from functools import partial
from pathlib import Path

from google.auth.exceptions import RefreshError
from google.auth.transport.requests import Request
from google.oauth2.service_account import Credentials

from wallet_service.outcomes import Outcome, Refused, TryLater

PAUSE = 5.0
"""Seconds before asking again when the token endpoint was away."""


class AccessToken:
    """Has a token at hand that is good for some minutes yet (google-auth calls one stale 3 min 45 s early)."""

    def __init__(self, credentials: Credentials, *, trust_roots: Path | None, deadline: float) -> None:
        """`deadline`: seconds for one answer of the token endpoint, which the service account's key file names."""
        # given with each request, for requests lets REQUESTS_CA_BUNDLE overrule what a session says
        self._request = partial(Request(), timeout=deadline, verify=str(trust_roots) if trust_roots else True)
        self._credentials = credentials
        self._turn = asyncio.Lock()

    async def get(self) -> str | Outcome:
        """The token; if none is to be had, what becomes of the messages that needed it."""
        async with self._turn:
            try:
                if not self._credentials.valid:
                    await asyncio.to_thread(self._credentials.refresh, self._request)
            except Exception as error:  # noqa: BLE001 - google-auth raises all sorts for an answer it did not expect
                return _without(error)
        return str(self._credentials.token)

    def forget(self, token: str) -> None:
        """Fetch another next time: this one was refused. Does nothing if it has been replaced already."""
        if self._credentials.token == token:
            self._credentials.token = None


def _without(error: Exception) -> Outcome:
    reason = f"no access token: {error.args[0] if error.args else type(error).__name__}"
    final = isinstance(error, RefreshError) and not error.retryable
    return Refused(reason) if final else TryLater(PAUSE, reason)
