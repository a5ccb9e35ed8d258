"""The member's story in docs/ledger.md is true, day by day."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.loyalty.shop import Shop
from tests.people import PASS_TYPE, open_brand
from wallet_service.amounts import Points
from wallet_service.app import open_service
from wallet_service.clock import SetClock, SystemClock
from wallet_service.loyalty.ledger.holds import capture_hold, open_hold
from wallet_service.loyalty.ledger.lapsing import activate_some, lapse_some
from wallet_service.loyalty.ledger.lot_list import LotState, list_lots
from wallet_service.loyalty.ledger.reversals import Reversal, reverse
from wallet_service.loyalty.people.members import Member
from wallet_service.loyalty.references import MemberRef
from wallet_service.settings import Settings

PAGE = Path(__file__).parents[2] / "docs" / "ledger.md"
ROW = re.compile(r"^\| (\d+) \| [^|]+ \| (-?\d+) \| ([A-D0-9, ]*)\|\n", re.MULTILINE)

Row = tuple[int, int, str]
"""A day, the balance after it, what is left of the lots."""


@dataclass
class Story:
    """Anna's, as it is lived."""

    shop: Shop
    anna: Member
    clock: SetClock
    begins: datetime
    lots: list[int] = field(default_factory=list)
    told: list[Row] = field(default_factory=list)

    def day(self, number: int) -> datetime:
        """The moment at which this day begins."""
        return self.begins + timedelta(days=number)

    def wake(self, day: int) -> None:
        """Let this day begin."""
        self.clock.forward(self.day(day) - self.clock.now())

    async def post(self, day: int, amount: int, *, until: int | None = None, counts: int | None = None) -> int:
        """Add, promise or take points; the number of the entry."""
        self.wake(day)
        wish = replace(
            self.shop.posting(self.anna, amount),
            expires_at=None if until is None else self.day(until),
            activates_at=None if counts is None else self.day(counts),
        )
        await self.shop.post(wish)
        entry = (await self.shop.entries(self.anna))[0].id
        if amount > 0:
            self.lots.append(entry)
        await self.tell(day)
        return entry

    async def undo(self, day: int, entry: int) -> None:
        """Undo an entry."""
        self.wake(day)
        async with self.shop.database.begin() as tx:
            await reverse(tx, Reversal(self.shop.brand.id, MemberRef("id", self.anna.id), entry))
        await self.tell(day)

    async def hold_and_capture(self, day: int, held: int, kept: int) -> None:
        """Set points aside, and keep some of them."""
        self.wake(day)
        async with self.shop.database.begin() as tx:
            hold = await open_hold(tx, self.shop.posting(self.anna, -held), timedelta(hours=1))
        await self.tell(day)
        async with self.shop.database.begin() as tx:
            await capture_hold(tx, self.shop.brand.id, hold.id, Points(kept))
        await self.tell(day)

    async def work(self, day: int) -> None:
        """Let a worker do what is due on this day."""
        self.wake(day)
        async with self.shop.database.begin() as tx:
            await lapse_some(tx, 100)
            await activate_some(tx, 100)
        await self.tell(day)

    async def tell(self, day: int) -> None:
        """Note how things are."""
        async with self.shop.database.read() as tx:
            found = await list_lots(tx, self.anna, LotState.OPEN, None, 10)
        left = sorted(("ABCD"[self.lots.index(lot.id)], lot.remaining) for lot in found)
        balance = (await self.shop.member(self.anna)).balance
        self.told.append((day, balance, ", ".join(f"{name} {points}" for name, points in left)))


@pytest.fixture
async def story(settings: Settings) -> AsyncIterator[Story]:
    """Its first page."""
    clock = SetClock(SystemClock().now())
    async with open_service(settings, clock=clock) as service:
        shop = Shop(service, await open_brand(service, "Burger Heroes", PASS_TYPE))
        yield Story(shop, await shop.enrol(), clock, clock.now())


async def test_the_story_on_the_page_is_what_happens(story: Story) -> None:
    await story.post(1, 300, until=31)
    bought = await story.post(2, 120)
    await story.post(3, 50, counts=10, until=40)
    spent = await story.post(4, -330)
    await story.hold_and_capture(5, 40, 25)
    await story.work(10)
    await story.undo(11, spent)
    await story.post(12, -60)
    await story.work(31)
    await story.post(32, -145)
    await story.undo(33, bought)
    await story.post(34, 200, until=64)

    page = PAGE.read_text(encoding="utf-8")
    assert story.told == [(int(day), int(balance), left.strip()) for day, balance, left in ROW.findall(page)]
    await story.shop.prove()
