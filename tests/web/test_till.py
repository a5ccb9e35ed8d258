"""The till's door: past the framework, and yet as its document says."""

import asyncio
from typing import Any

import httpx2
import pytest

from tests.people import PASS_TYPE, open_brand
from wallet_service.service import Service
from wallet_service.settings import LimitSettings
from wallet_service.web.api.entries import router
from wallet_service.web.callers import Callers
from wallet_service.web.doors import Doors
from wallet_service.web.site import Site
from wallet_service.web.strict_route import RequestTooSlow, StrictRequest
from wallet_service.web.till import CALLS, TillDoor


async def test_the_till_passes_by_the_framework_and_is_described_by_it(service: Service) -> None:
    doors = Doors.of(service)
    till = TillDoor(doors)
    described = {
        (method, str(getattr(route, "path", "")))
        for route in router.routes
        for method in getattr(route, "methods", ())
        if method != "GET"
    }

    assert described == {(method, f"/v1/members/{{member}}/{last}") for method, last in CALLS}
    for method, path in described:
        assert till.match({"type": "http", "method": method, "path": path.replace("{member}", "external:1")})
    await doors.aclose()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/members/external:1/entries"),
        ("POST", "/v1/members/external:1/balance"),
        ("POST", "/v1/members//entries"),
        ("POST", "/v1/members/external:1/entries/"),
        ("POST", "/v1/members/a/b/entries"),
        ("POST", "/v2/members/external:1/entries"),
    ],
)
async def test_whatever_is_no_call_of_the_till_is_left_to_the_framework(
    service: Service, method: str, path: str
) -> None:
    doors = Doors.of(service)

    assert TillDoor(doors).match({"type": "http", "method": method, "path": path}) is None
    await doors.aclose()


async def test_a_bug_at_the_till_is_answered_as_one(service: Service) -> None:
    doors = Doors.of(service)
    site = Site(doors)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(site), base_url="http://rest") as client:
        brand = await open_brand(service, "Burger Heroes", PASS_TYPE, "http://rest", client)
        await doors.writes.postings.aclose()
        object.__setattr__(doors, "writes", None)  # as broken as a door can be
        answer = await client.post(
            "/v1/members/external:1/entries", json={"amount": 1}, headers={"Authorization": f"Bearer {brand.key}"}
        )

    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")


async def test_a_body_that_does_not_come_in_time_is_given_up() -> None:
    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        raise AssertionError

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    request = StrictRequest(scope, receive, LimitSettings(body_seconds=0.01))

    with pytest.raises(RequestTooSlow):
        await request.read()


async def test_calls_at_the_same_moment_ask_only_once_whose_key_it_is(service: Service) -> None:
    now = [0.0]
    callers = Callers(service.database, now=lambda: now[0])
    async with httpx2.AsyncClient() as client:
        brand = await open_brand(service, "Burger Heroes", PASS_TYPE, "http://rest", client)

    found = await asyncio.gather(*(callers.who(brand.key) for _ in range(20)))
    now[0] += 1000
    again = await asyncio.gather(*(callers.who(brand.key) for _ in range(20)))

    assert len({id(caller) for caller in found}) == len({id(caller) for caller in again}) == 1
    assert found[0] == again[0]
    assert found[0] is not again[0]
