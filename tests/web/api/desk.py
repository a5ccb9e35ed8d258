"""A desk at the REST door: it sends whatever it is told to, and shows the whole answer."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.people import Brand
from wallet_service.web.api.answers import Problem

Content = bytes | AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class Desk:
    """Calls REST v1 with a key, and believes nothing it did not see."""

    client: httpx2.AsyncClient
    key: str
    brand: Brand

    async def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        content: Content | None = None,
        once: str | None = None,
        headers: Mapping[str, str | bytes] | None = None,
    ) -> httpx2.Response:
        """Call with a JSON body, or with `content` as it is."""
        sent: dict[str, str | bytes] = {"Authorization": f"Bearer {self.key}"}
        if once is not None:
            sent["Idempotency-Key"] = once
        if content is not None:
            sent["Content-Type"] = "application/json"
        sent |= headers or {}
        return await self.client.request(method, path, json=body, content=content, headers=encoded(sent))

    async def enrol(self, **wishes: str) -> Any:
        """A member, enrolled."""
        return done(await self.call("POST", "/v1/members", wishes), 201)

    async def post(self, member: str, amount: int, *, once: str | None = None) -> httpx2.Response:
        """Points added or taken."""
        return await self.call("POST", f"/v1/members/{member}/entries", {"amount": amount}, once=once)

    async def issue(self, member: str) -> Any:
        """A card, issued."""
        return done(await self.call("POST", "/v1/cards", {"member": member}), 201)

    async def balance(self, member: str) -> Any:
        """The member's balance."""
        return done(await self.call("GET", f"/v1/members/{member}"), 200)["balance"]

    async def bulk(self, content: Content) -> httpx2.Response:
        """Many entries."""
        headers = {"Content-Type": "application/x-ndjson"}
        return await self.call("POST", "/v1/entries/bulk", content=content, headers=headers)


def encoded(headers: Mapping[str, str | bytes]) -> dict[bytes, bytes]:
    """Headers as they travel; bytes stay what they are."""
    return {name.encode(): value if isinstance(value, bytes) else value.encode() for name, value in headers.items()}


def done(response: httpx2.Response, status: int) -> Any:
    """The JSON of an answer that must have this status."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    return response.json()


def refused(response: httpx2.Response, status: int, code: str) -> Any:
    """The problem of an answer that must be refused so, in the one form that every refusal has."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    Problem.model_validate(problem)
    assert (problem["status"], problem["code"]) == (status, code), problem
    assert problem["type"] == f"/problems/{code}"
    return problem
