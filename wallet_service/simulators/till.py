"""A simulated back office: a till, shop or CRM that knows nothing but the REST interface and its API key."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import httpx2


class TillRefused(Exception):
    """The service refused; the problem document says why."""

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        """Keep what was said."""
        super().__init__(f"{status}: {problem.get('title')} {problem.get('detail')}")
        self.status = status
        self.problem = problem


class SimulatedTill:
    """Speaks REST v1 with an API key."""

    def __init__(self, base_url: str, key: str, client: httpx2.AsyncClient) -> None:
        """`client` belongs to the caller."""
        self._base_url = base_url
        self._key = key
        self._client = client

    async def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, *, once: str | None = None
    ) -> Any:
        """Call, and give the JSON answered. Raises `TillRefused`."""
        headers = {"Authorization": f"Bearer {self._key}"} | ({"Idempotency-Key": once} if once else {})
        response = await self._client.request(method, self._base_url + path, json=body, headers=headers)
        if response.status_code >= 400:
            raise TillRefused(response.status_code, response.json())
        return response.json()

    async def enrol(self, **wishes: str) -> Any:
        """Enrol a member."""
        return await self.call("POST", "/v1/members", wishes, once=str(uuid4()))

    async def issue(self, member: str) -> Any:
        """Issue the member's card."""
        return await self.call("POST", "/v1/cards", {"member": member}, once=str(uuid4()))

    async def post(self, member: str, amount: int, reason: str | None = None, *, once: str | None = None) -> Any:
        """Add or take points: the one call a till needs."""
        body = {"amount": amount} | ({"reason": reason} if reason else {})
        return await self.call("POST", f"/v1/members/{member}/entries", body, once=once or str(uuid4()))

    async def card(self, card: str) -> Any:
        """The card with the trace of its devices."""
        return await self.call("GET", f"/v1/cards/{card}")
