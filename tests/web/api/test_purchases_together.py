"""Sixteen tills at once: no point is spent twice, no receipt counts twice, and pages leave nothing out."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx2
import pytest

from tests.people import ANNA
from tests.web.api.desk import Desk, done, refused
from tests.web.api.sales import ANNAS, receipt
from wallet_service.service import Service
from wallet_service.web.api.purchases_answers import PurchasePage
from wallet_service.web.doors import Doors
from wallet_service.web.paging import to_cursor
from wallet_service.web.site import Site

TILLS = 16


@pytest.fixture
async def anna(desk: Desk) -> Any:
    """A member with 100 points, in a programme without rules."""
    enrolled = await desk.enrol(**ANNA)
    await desk.post(enrolled["id"], 100)
    return enrolled


async def all_at_once(desk: Desk, path: str, bodies: Any) -> Counter[int]:
    """How the calls were answered, by status."""
    answers = await asyncio.gather(*(desk.call("POST", path, body) for body in bodies))
    return Counter(answer.status_code for answer in answers)


async def test_sixteen_tills_at_once_never_spend_a_point_twice_nor_below_zero(desk: Desk, anna: Any) -> None:
    sales = [receipt(f"till-{n}", member=ANNAS, spend=9) for n in range(TILLS)]
    assert await all_at_once(desk, "/v1/purchases", sales) == {201: 11, 409: 5}
    assert await desk.balance(ANNAS) == 1

    bought = done(await desk.call("GET", f"/v1/members/{ANNAS}/purchases"), 200)["items"]
    refunds = [{"refund": f"refund-{n}", "lines": [{"line": 1, "quantity": 1}]} for n in range(TILLS)]
    path = f"/v1/purchases/{bought[0]['id']}/refunds"
    assert await all_at_once(desk, path, refunds) == {201: 2, 409: TILLS - 2}
    assert await desk.balance(ANNAS) == 1 + 6
    assert done(await desk.call("GET", f"/v1/members/{ANNAS}/proof"), 200)["chain"] == "whole"


async def test_one_receipt_told_by_sixteen_tills_through_two_processes_counts_once(
    service: Service, desk: Desk, anna: Any
) -> None:
    doors = Doors.of(service)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(Site(doors)), base_url="http://rest") as client:
        other = Desk(client, desk.key, desk.brand)
        for member in (ANNAS, None):
            sale = receipt(f"till-1 {member}", member=member, spend=5 if member else None)
            told = await asyncio.gather(
                *((desk, other)[n % 2].call("POST", "/v1/purchases", sale) for n in range(TILLS))
            )
            assert {answer.json()["id"] for answer in told if answer.status_code == 201} == {
                (await desk.call("GET", f"/v1/purchases?receipt={sale['receipt']}")).json()["id"]
            }
            assert {answer.json()["code"] for answer in told if answer.status_code != 201} <= {"receipt-in-progress"}
    await doors.aclose()
    assert await desk.balance(ANNAS) == 95


async def test_pages_of_purchases_leave_nothing_out_though_many_are_of_one_moment(
    service: Service, desk: Desk, anna: Any
) -> None:
    hours_ago = [1, 2, 1, 1, 3]
    moments = [(service.clock.now() - timedelta(hours=hours)).replace(minute=0, second=0) for hours in hours_ago]
    sales = [receipt(f"till-{n}", member=ANNAS, at=at.isoformat()) for n, at in enumerate(moments)]
    told = [done(await desk.call("POST", "/v1/purchases", sale), 201) for sale in sales]

    seen, query = [], "?limit=2"
    while query:
        page = done(await desk.call("GET", f"/v1/members/{ANNAS}/purchases{query}"), 200)
        PurchasePage.model_validate(page)
        seen += page["items"]
        query = f"?limit=2&cursor={page['next']}" if page["next"] else ""

    assert seen == sorted(told, key=lambda purchase: (purchase["at"], purchase["id"]), reverse=True)
    wrong = await desk.call("GET", f"/v1/members/{ANNAS}/purchases?cursor={to_cursor('4711')}")
    refused(wrong, 422, "cursor-invalid")
