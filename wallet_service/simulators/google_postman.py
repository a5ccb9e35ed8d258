"""Delivers callbacks to issuers, with best effort: again after a failure, twice or late when told to."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import httpx2

WAITS = (0.02, 0.05, 0.1)
"""Seconds between the attempts at one delivery: growing like the original's, but short."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One signed callback, and where it goes."""

    url: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one delivery."""

    letter: Letter
    status: int | None
    """The last answer; None: nobody answered."""


@dataclass(slots=True)
class Postman:
    """Delivers what is posted; `client` belongs to the caller."""

    client: httpx2.AsyncClient
    waits: Sequence[float] = WAITS
    copies: int = 1
    """How often each callback is delivered; Google's deliveries may come twice."""
    is_late: bool = False
    """Keep what is posted in `held` until `deliver_held`."""
    held: list[Letter] = field(default_factory=list)
    deliveries: list[Delivery] = field(default_factory=list)
    """Every delivery that ended, oldest first."""

    async def post(self, letter: Letter) -> None:
        """Deliver the letter now, or keep it."""
        if self.is_late:
            self.held.append(letter)
            return
        for _ in range(self.copies):
            await self.deliver(letter)

    async def deliver_held(self) -> None:
        """Deliver what was kept, newest first: late, and in the wrong order."""
        while self.held:
            await self.deliver(self.held.pop())

    async def deliver(self, letter: Letter) -> None:
        """Deliver once, trying again while the issuer is out of order or out of reach."""
        status = await self._attempt(letter)
        for wait in self.waits:
            if status is not None and status < 500:
                break
            await asyncio.sleep(wait)
            status = await self._attempt(letter)
        self.deliveries.append(Delivery(letter, status))

    async def _attempt(self, letter: Letter) -> int | None:
        headers = {"Content-Type": "application/json", "User-Agent": "Googlebot"}
        try:
            response = await self.client.post(letter.url, content=letter.body, headers=headers)
        except httpx2.RequestError:
            return None
        return response.status_code
