"""The story of two members who are one, in docs/ledger.md, is true day by day."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from tests.loyalty.lot_days import LotShop, open_lot_shop
from tests.loyalty.test_ledger_page import PAGE
from wallet_service.loyalty.awards.rulebooks import Rulebooks
from wallet_service.loyalty.ledger.lot_list import LotState, list_lots
from wallet_service.loyalty.ledger.reversals import Reversal, reverse
from wallet_service.loyalty.people.members import Member
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.unions.merges import Merge, merge_members, undo_merge
from wallet_service.settings import Settings

ROW = re.compile(r"\| (\d+) \| [^|]+ \| (-?\d+) \| ([A-G0-9, ]*)\| (-?\d+) \| ([A-G0-9, ]*)\|\n")
NAMES = "ABCDEFG"
DAY = timedelta(days=1)


@dataclass
class Couple:
    """Anna and her double, as they live."""

    shop: LotShop
    anna: Member
    double: Member
    lots: list[int] = field(default_factory=list)
    told: list[tuple[str, ...]] = field(default_factory=list)

    async def post(self, member: Member, amount: int, days: int | None = None) -> int:
        """Add or take points; the number of the entry."""
        ends = None if days is None else self.shop.clock.now() + days * DAY
        await self.shop.post(replace(self.shop.posting(member, amount), expires_at=ends))
        await self.tell()
        return (await self.shop.entries(member))[0].id

    async def undo(self, member: Member, entry: int) -> None:
        """Undo an entry."""
        async with self.shop.database.begin() as tx:
            await reverse(tx, Reversal(self.shop.brand.id, MemberRef("id", member.id), entry))
        await self.tell()

    async def merge(self) -> Merge:
        """They are one."""
        refs = (MemberRef("id", self.anna.id), MemberRef("id", self.double.id))
        async with self.shop.database.begin() as tx:
            merged = await merge_members(tx, Rulebooks(), self.shop.brand.id, *refs)
        await self.tell()
        return merged

    async def part(self, merged: Merge) -> None:
        """They are two."""
        async with self.shop.database.begin() as tx:
            await undo_merge(tx, Rulebooks(), self.shop.brand.id, merged.id)
        await self.tell()

    async def tell(self) -> None:
        """Note how things are, and let the next day begin."""
        row = [str(len(self.told) + 1)]
        for member in (self.anna, self.double):
            async with self.shop.database.read() as tx:
                found = sorted((lot.id, lot.remaining) for lot in await list_lots(tx, member, LotState.OPEN, None, 10))
            self.lots += [lot for lot, _ in found if lot not in self.lots]
            left = ", ".join(f"{NAMES[self.lots.index(lot)]} {points}" for lot, points in found)
            row += [str(sum(points for _, points in found)), left]
        self.told.append(tuple(row))
        self.shop.clock.forward(DAY)


@pytest.fixture
async def couple(settings: Settings) -> AsyncIterator[Couple]:
    """Their first page."""
    async with open_lot_shop(settings) as shop:
        yield Couple(shop, await shop.enrol(), await shop.enrol())


async def test_the_story_on_the_page_is_what_happens(couple: Couple) -> None:
    anna, double = couple.anna, couple.double
    await couple.post(anna, 100)
    await couple.post(double, 60, days=28)
    await couple.post(double, 40)
    spent = await couple.post(double, -10)
    merged = await couple.merge()
    await couple.post(double, -70)
    await couple.undo(double, spent)
    await couple.part(merged)

    page = PAGE.read_text(encoding="utf-8")
    rows = [tuple(part.strip() for part in row) for row in ROW.findall(page)]
    assert couple.told == rows
    await couple.shop.prove()
