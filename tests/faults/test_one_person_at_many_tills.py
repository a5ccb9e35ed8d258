"""Sixteen tills serve two members who are being merged and parted all the time: nothing is lost, and nothing breaks."""

import asyncio
from collections import Counter
from random import Random
from typing import Any

import httpx2

from tests.conftest import Site
from tests.faults.test_expiry_killed import CONTRADICTED
from tests.people import ANNA, BORIS, Brand
from tests.web.api.desk import encoded
from tests.web.api.sales import receipt, under_rules
from wallet_service.loyalty.ledger.proving import prove_members

TILLS, ROUNDS, POINTS, SPENT = 16, 12, 300, 5
OURS = {200, 201, 404, 409, 422}
"""A till may hear that the members are one already, or that there is too little; never that we broke."""


class Tills:
    """What sixteen tills at once hear."""

    def __init__(self, site: Site, brand: Brand, members: list[str]) -> None:
        self.site, self.brand, self.members = site, brand, members
        self.heard: Counter[int] = Counter()
        self.paid: set[str] = set()

    async def call(self, path: str, body: Any = None) -> httpx2.Response:
        """An answer, which is counted; whoever is kept from something by another asks again, as tills must."""
        headers = encoded({"Authorization": f"Bearer {self.brand.key}"})
        while True:
            answer = await self.site.client.post(f"{self.site.base_url}{path}", json=body, headers=headers)
            self.heard[answer.status_code] += 1
            if answer.status_code != 503:
                return answer

    async def serve(self, till: int) -> None:
        """Purchases that spend, visits, merges and their undoing, as chance has it."""
        chance = Random(till)  # noqa: S311 - it should be predictable
        for n in range(ROUNDS):
            member, other = chance.sample(self.members, 2)
            match chance.choice(["buy", "buy", "visit", "merge"]):
                case "buy":
                    sold = await self.call("/v1/purchases", receipt(f"{till}-{n}", member=member, spend=SPENT))
                    self.paid |= {sold.json()["id"]} if sold.status_code == 201 else set()
                case "visit":
                    await self.call(f"/v1/members/{member}/visits", {"visit": f"{till}-{n}"})
                case _:
                    await self.part(await self.call(f"/v1/members/{member}/merge", {"from": other}))

    async def part(self, merged: httpx2.Response) -> None:
        """Undo a merge, if it is one."""
        if merged.status_code == 201:
            await asyncio.sleep(0.05)
            undone = await self.call(f"/v1/merges/{merged.json()['id']}/undo")
            assert undone.status_code == 200, undone.text


async def test_sixteen_tills_at_two_members_who_are_one_and_two_lose_nothing(site: Site, burger_heroes: Brand) -> None:
    await under_rules(site.service, burger_heroes)
    members = [(await burger_heroes.till.enrol(**who))["id"] for who in (ANNA, BORIS)]
    for member in members:
        await burger_heroes.till.post(member, POINTS)
    tills = Tills(site, burger_heroes, members)

    await asyncio.gather(*(tills.serve(till) for till in range(TILLS)))

    assert set(tills.heard) <= OURS | {503}, tills.heard
    assert tills.heard[201] > TILLS
    async for proofs in prove_members(site.service.database, burger_heroes.id):
        assert [proof for proof in proofs if proof.broken] == []
    async with site.service.database.read() as tx:
        assert await tx.all(CONTRADICTED, {"brand": burger_heroes.id}) == []
    kept = [await burger_heroes.till.call("GET", f"/v1/members/{each}/purchases?limit=200") for each in members]
    assert sorted(each["id"] for page in kept for each in page["items"]) == sorted(tills.paid)
