"""Tills that keep posting whatever breaks: a request whose fate is unknown is repeated with its key, as tills must."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.journeys.walks import Holder, until
from wallet_service.simulators.till import TillRefused

PAUSE = 0.02
"""Seconds before a request is repeated."""


@dataclass(slots=True)
class Shopper:
    """One till that serves one member, one purchase after the other, until told to stop."""

    holder: Holder
    acknowledged: dict[str, Any] = field(default_factory=dict)
    """Receipt number -> the entry that was answered, of every purchase ever."""
    refusals: list[TillRefused] = field(default_factory=list)
    broken: int = 0
    """Requests that were cut off before their answer."""

    async def shop(self, stop: asyncio.Event) -> None:
        """Buy until told to stop, and then once more."""
        while not stop.is_set():
            await self.buy()
        await self.buy()

    async def buy(self) -> None:
        """Post one purchase of one point, as often as it takes to be told that it is in the ledger."""
        receipt = f"{self.holder.member}/{len(self.acknowledged)}"
        while receipt not in self.acknowledged:
            try:
                self.acknowledged[receipt] = await self._post(receipt)
            except TillRefused as refusal:
                self.refusals.append(refusal)
                await asyncio.sleep(PAUSE)
            except httpx2.ConnectError:  # nobody was there to hear it
                await asyncio.sleep(PAUSE)
            except httpx2.TransportError:
                self.broken += 1

    async def _post(self, receipt: str) -> Any:
        path = f"/v1/members/{self.holder.member}/entries"
        return await self.holder.till.call("POST", path, {"amount": 1, "reference": receipt}, once=receipt)


@asynccontextmanager
async def shopping(shoppers: Sequence[Shopper]) -> AsyncIterator[None]:
    """Everybody buys meanwhile; in the end each is acknowledged whatever is still open, and one purchase more."""
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        for shopper in shoppers:
            group.create_task(shopper.shop(stop))
        yield
        stop.set()


async def all_bought_more(shoppers: Sequence[Shopper], seconds: float) -> None:
    """Wait until every shopper has been acknowledged more than now."""
    before = [len(shopper.acknowledged) for shopper in shoppers]

    async def all_did() -> bool:
        return all(len(shopper.acknowledged) > count for shopper, count in zip(shoppers, before, strict=True))

    await until(all_did, "everybody is served", seconds)
