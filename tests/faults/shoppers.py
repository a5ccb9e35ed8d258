"""Tills that keep posting whatever breaks: a request whose fate is unknown is repeated with its key, as tills must."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.conftest import Site
from tests.journeys.walks import Holder
from tests.people import Brand
from wallet_service.app import open_service
from wallet_service.loyalty.sql import LEDGER_PROOF
from wallet_service.simulators.till import TillRefused

PAUSE = 0.02
"""Seconds before a request is repeated."""


@dataclass(slots=True)
class Shopper:
    """One till that serves one member, one purchase after the other, until told to stop."""

    holder: Holder
    acknowledged: dict[str, Any] = field(default_factory=dict)
    """Receipt number -> the entry that was answered."""
    refusals: list[TillRefused] = field(default_factory=list)
    broken: int = 0
    """Requests that were cut off."""

    async def shop(self, stop: asyncio.Event) -> None:
        """Buy until told to stop, and then once more."""
        while not stop.is_set():
            await self.buy()
        await self.buy()

    async def buy(self) -> None:
        """Post one purchase of one point, as often as it takes to be told that it is in the ledger."""
        receipt = f"{self.holder.member}/{len(self.acknowledged)}"
        body = {"amount": 1, "reference": receipt}
        while receipt not in self.acknowledged:
            try:
                path = f"/v1/members/{self.holder.member}/entries"
                self.acknowledged[receipt] = await self.holder.till.call("POST", path, body, once=receipt)
            except TillRefused as refusal:
                self.refusals.append(refusal)
                await asyncio.sleep(PAUSE)
            except httpx2.TransportError:
                self.broken += 1
                await asyncio.sleep(PAUSE)


async def assert_nothing_lost(site: Site, brand: Brand, shoppers: Sequence[Shopper]) -> None:
    """Every acknowledged entry is in the ledger once, nothing else is, and every phone shows the sum."""
    for shopper in shoppers:
        page = await brand.till.call("GET", f"/v1/members/{shopper.holder.member}/entries?limit=1000")
        kept = {entry["reference"]: entry for entry in page["items"]}
        assert page["next"] is None
        assert len(kept) == len(page["items"])
        assert kept == shopper.acknowledged
        await shopper.holder.up_to_date(30)
        assert shopper.holder.balance_shown == len(kept)
    async with open_service(site.service.settings) as fresh, fresh.database.read() as tx:
        assert await tx.all(LEDGER_PROOF, {"brand": brand.id}) == []
