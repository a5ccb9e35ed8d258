"""The doors are killed in the middle of purchases and refunds: what was told stands, once, and the books add up."""

import asyncio
import signal
from collections.abc import Sequence
from typing import Any

import httpx2
import pytest

from tests.conftest import Site
from tests.faults.test_expiry_killed import CONTRADICTED, STUCK, looked_at
from tests.journeys.walks import until
from tests.people import ANNA, Brand
from tests.processes import Programs
from tests.web.api.desk import encoded
from tests.web.api.sales import ANNAS, receipt

TILLS, POINTS, SPENT = 16, 100, 9
"""Not all tills can be paid: eleven can."""
OPEN = [{"line": 1, "quantity": 1}]
"""What comes back of each purchase: one of two burgers, a bit more than a third of it."""
OF_ALL = "SELECT count(*), sum(points_spent), count(DISTINCT spent_entry) FROM purchase"
BELOW_ZERO = "SELECT count(*) FROM ledger_entry WHERE balance_after < 0"
COME_BACK = "SELECT count(*), sum(points_back) FROM refund"


async def insist(site: Site, brand: Brand, path: str, body: Any) -> httpx2.Response:
    """The same call, until its answer is told and says more than that it is being worked on."""
    headers = encoded({"Authorization": f"Bearer {brand.key}"})
    while True:
        try:
            answer = await site.client.post(f"{site.base_url}{path}", json=body, headers=headers)
        except httpx2.TransportError:
            await asyncio.sleep(0.05)
            continue
        if answer.status_code != 503 and "in-progress" not in answer.text:
            return answer


async def killed_amid(site: Site, brand: Brand, programs: Programs, calls: Sequence[tuple[str, Any]]) -> list[Any]:
    """All calls at once, while the doors are killed with Anna in hand, and opened again: what was answered in the end."""
    doors = await programs.serve("--no-worker")
    async with looked_at(site) as looking, site.service.database.begin() as tx:

        async def stuck() -> bool:
            return bool(await looking.fetchval(STUCK))

        held = await tx.driver()
        await held.execute("SELECT FROM member FOR UPDATE")
        told = [asyncio.create_task(insist(site, brand, path, body)) for path, body in calls]
        await until(stuck, "the doors wait for Anna")
        await doors.end(signal.SIGKILL)
    doors = await programs.serve("--no-worker")
    answers = list(await asyncio.gather(*told))
    await doors.end()
    return answers


@pytest.mark.timeout(300)
async def test_doors_killed_amid_purchases_and_refunds_lose_nothing_and_double_nothing(
    far_site: Site, far_heroes: Brand, programs: Programs
) -> None:
    doors = await programs.serve("--no-worker")
    await far_heroes.till.enrol(**ANNA)
    await far_heroes.till.post(ANNAS, POINTS)
    await doors.end()

    sales = [("/v1/purchases", receipt(f"till-{n}", member=ANNAS, spend=SPENT)) for n in range(TILLS)]
    bought = [answer.json() for answer in await killed_amid(far_site, far_heroes, programs, sales)]
    paid = [each["id"] for each in bought if "id" in each]
    assert len(paid) == POINTS // SPENT
    assert {each["code"] for each in bought if "id" not in each} == {"insufficient-points"}

    refunds = [(f"/v1/purchases/{name}/refunds", {"refund": name, "lines": OPEN}) for name in paid]
    came = [answer.json() for answer in await killed_amid(far_site, far_heroes, programs, refunds)]
    assert {each["points_back"] for each in came} == {SPENT * 450 // 1200}

    async with looked_at(far_site) as looking:
        assert tuple(await looking.fetchrow(OF_ALL)) == (len(paid), len(paid) * SPENT, len(paid))
        assert tuple(await looking.fetchrow(COME_BACK)) == (len(paid), sum(each["points_back"] for each in came))
        assert await looking.fetchval(BELOW_ZERO) == 0
    async with far_site.service.database.read() as tx:
        assert await tx.all(CONTRADICTED, {"brand": far_heroes.id}) == []
