"""A club for tests of mechanics: a shop with rules, purchases, and a calendar that is turned by hand."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import text

from tests.loyalty.lot_days import LotShop
from tests.people import PASS_TYPE, Brand, open_brand
from wallet_service.app import open_service
from wallet_service.clock import SetClock
from wallet_service.errors import WalletServiceError
from wallet_service.loyalty.awards.daily import Daily
from wallet_service.loyalty.awards.happenings import Outcome, Report, report
from wallet_service.loyalty.awards.owing import Owing
from wallet_service.loyalty.awards.rulebooks import Rulebooks, publish_rulebook
from wallet_service.loyalty.brands import find_programme
from wallet_service.loyalty.once import Reply
from wallet_service.loyalty.people.members import Member, enrol_member
from wallet_service.loyalty.references import MemberRef
from wallet_service.loyalty.rules.happening import Line, Trigger
from wallet_service.loyalty.sales.purchases import record_purchases
from wallet_service.loyalty.sales.receipts import Purchase, Receipt, Return
from wallet_service.loyalty.sales.refunds import refund
from wallet_service.service import Service
from wallet_service.settings import Settings

MONDAY = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
RECEIPTS = count(1)
ZONE = text("UPDATE programme SET time_zone = :zone WHERE id = :programme")
BUYS_BURGERS: Sequence[Line] = (Line("burger", "food", 1, 900), Line("cola", "drink", 1, 100))


def mechanic(name: str, on: str, *give: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A mechanic as a programme file has it."""
    return {"name": name, "title": {"en": name}, "why": {"en": "{points} points"}, "on": on, "give": list(give)} | more


@dataclass(frozen=True, slots=True)
class Club(LotShop):
    """Burger Heroes and its rules."""

    rulebooks: Rulebooks = field(default_factory=Rulebooks)

    async def rule(self, *mechanics: dict[str, Any], **more: Any) -> None:
        """Put these rules in force."""
        async with self.database.begin() as tx:
            programme = await find_programme(tx, self.brand.id, self.brand.programme)
            await publish_rulebook(tx, programme, {"currency": "EUR", "mechanics": list(mechanics)} | more)

    async def live_in(self, zone: str) -> None:
        """Let the programme be of this time zone."""
        async with self.database.begin() as tx:
            await tx.run(ZONE, {"zone": zone, "programme": self.brand.programme})

    async def enrol_born(self, day: date) -> Member:
        """A new member, born on this day."""
        async with self.database.begin() as tx:
            programme = await find_programme(tx, self.brand.id, self.brand.programme)
            return await enrol_member(tx, programme, {"born": day})

    async def enrol_friend_of(self, member: Member) -> Member:
        """A new member, whom another one brought."""
        async with self.database.begin() as tx:
            programme = await find_programme(tx, self.brand.id, self.brand.programme)
            return await enrol_member(tx, programme, {}, brought_by=member.referral_code)

    async def buy(
        self, member: Member | None, *lines: Line, at: datetime | None = None, place: str | None = None
    ) -> Purchase:
        """A purchase, of 10.00 unless it is said of what."""
        (bought,) = await self.buy_all((member, lines or BUYS_BURGERS), at=at, place=place)
        return bought

    async def buy_all(
        self, *sales: tuple[Member | None, Sequence[Line]], at: datetime | None = None, place: str | None = None
    ) -> list[Purchase]:
        """Several purchases of one batch."""
        receipts = [
            Receipt(
                self.brand.id,
                str(next(RECEIPTS)),
                lines,
                MemberRef("id", member.id) if member else None,
                at=at,
                place=place,
            )
            for member, lines in sales
        ]
        heard: list[Purchase] = []

        def render(outcome: Purchase | WalletServiceError) -> Reply:
            assert isinstance(outcome, Purchase), outcome
            heard.append(outcome)
            return Reply(201, b"")

        async with self.database.begin() as tx:
            await record_purchases(tx, self.rulebooks, receipts, render)
        return heard

    async def give_back(self, purchase: Purchase, *lines: tuple[int, int]) -> None:
        """Return some lines of a purchase, or all of it."""
        async with self.database.begin() as tx:
            await refund(
                tx, self.rulebooks, Return(self.brand.id, purchase.id, str(next(RECEIPTS)), list(lines) or None)
            )

    async def tell(
        self, member: Member, trigger: Trigger, number: str, name: str = "", at: datetime | None = None
    ) -> Outcome:
        """Report that something happened."""
        told = Report(self.brand.id, MemberRef("id", member.id), trigger, number, name, at)
        async with self.database.begin() as tx:
            return await report(tx, self.rulebooks, told)

    async def turn_the_calendar(self, portion: int = 100) -> float:
        """Go through all days that are due; in how many seconds to look again."""
        daily = Daily(self.database, self.rulebooks, portion)
        while (wait := await daily.take()) == 0.0:
            pass
        return wait

    async def grant_what_is_owed(self) -> None:
        """Grant it all."""
        owing = Owing(self.database, self.rulebooks)
        while await owing.take() == 0.0:
            pass

    async def balance(self, member: Member) -> int:
        """The member's balance."""
        return (await self.member(member)).balance

    async def why(self, member: Member) -> list[tuple[str | None, int]]:
        """Reference and amount of each entry, the oldest first."""
        return [(entry.reference, entry.amount) for entry in reversed(await self.entries(member))]


@asynccontextmanager
async def open_club(settings: Settings, now: datetime = MONDAY) -> AsyncIterator[Club]:
    """Burger Heroes on a Monday at noon."""
    clock = SetClock(now)
    async with open_service(settings, clock=clock) as service:
        brand = await open_brand(service, "Burger Heroes", PASS_TYPE)
        yield club_of(service, brand, clock)


def club_of(service: Service, brand: Brand, clock: SetClock) -> Club:
    """The club of a brand."""
    return Club(service, brand, clock)
