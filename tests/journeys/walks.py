"""What the stories have in common: somebody joins, is served at the till, and waits for the phone to follow."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from tests.conftest import Site
from tests.people import Brand, until_up_to_date
from wallet_service.cards.devices_sql import NEXT_DUE
from wallet_service.simulators.installed_pass import InstalledPass
from wallet_service.simulators.phone import SimulatedPhone
from wallet_service.simulators.till import SimulatedTill

STEP = 0.02
"""Seconds between two looks."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A member with a card on a phone."""

    till: SimulatedTill
    member: str
    card: str
    link: str
    phone: SimulatedPhone

    @property
    def shown(self) -> InstalledPass:
        """The pass as the phone has it."""
        return self.phone.passes[self.card]

    @property
    def balance_shown(self) -> int:
        """The balance on the phone."""
        return int(self.shown.field("balance")["value"])

    async def buys(self, points: int) -> None:
        """The till adds the points of a purchase."""
        await self.till.post(self.member, points)

    async def up_to_date(self, seconds: float = 60.0) -> Any:
        """The card as REST tells it, once all its phones show its present version."""
        return await until_up_to_date(self.till, self.card, seconds)


async def join(site: Site, brand: Brand, wishes: dict[str, str], phone: str) -> Holder:
    """Somebody enrols, is issued a card and installs it on the phone of this name."""
    member = await brand.till.enrol(**wishes)
    card = await brand.till.issue(member["id"])
    await site.phone(phone).install(card["link"])
    return Holder(brand.till, member["id"], card["id"], card["link"], site.phone(phone))


async def join_many(site: Site, brand: Brand, count: int) -> list[Holder]:
    """So many members with a phone each."""
    people = [{"name": f"Member {n}", "external_id": f"M-{n}", "language": "en"} for n in range(count)]
    return list(await asyncio.gather(*(join(site, brand, each, f"{each['name']}'s iPhone") for each in people)))


async def until(holds: Callable[[], Awaitable[bool]], what: str, seconds: float = 60.0, step: float = STEP) -> None:
    """Wait until this holds, looking every `step` seconds. Fails when it does not in time."""
    end = time.monotonic() + seconds
    while not await holds():
        assert time.monotonic() < end, f"still not: {what}"
        await asyncio.sleep(step)


async def all_told(site: Site) -> None:
    """Wait until nobody is due to be told anything, and no phone is busy."""

    async def nothing_due() -> bool:
        async with site.service.database.read() as tx:
            row = await tx.first(NEXT_DUE, {"wallet": "apple"})
        return row is None or row.seconds is None

    await until(nothing_due, "every phone is told")
    await site.fleet.settled()
