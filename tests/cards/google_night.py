"""A shop with Google by night: who holds its cards is looked up, in pages small enough for a test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import orjson
from sqlalchemy import text

from tests.cards.google_shop import GoogleShop, Held, open_google_shop
from tests.loyalty.shop import at_once
from tests.simulators.google_world import EMAIL
from wallet_service.cards.google_callbacks import GoogleTrace, note_callback, trace_google
from wallet_service.cards.google_reconcile import GoogleReconciling
from wallet_service.cards.issue import Card
from wallet_service.clock import SetClock, SystemClock
from wallet_service.database.seam import Row
from wallet_service.outcomes import Outcome
from wallet_service.settings import Settings
from wallet_service.simulators.google_callbacks import Event
from wallet_service.wallets.callback import Callback
from wallet_service.wallets.google.client import GoogleClient
from wallet_service.wallets.google.holders import ask_holders
from wallet_service.wallets.google.pace import Pace, Quota
from wallet_service.wallets.google.service_account import parse_service_account
from wallet_service.wallets.holding import HolderPage, Holders

WALKS = text("SELECT issuer_id, page, attempt, due_at IS NULL AS ended FROM google_walk ORDER BY issuer_id")
MAKE_DUE = text("UPDATE google_walk SET due_at = now() - interval '1 second' WHERE due_at IS NOT NULL")
DAY = timedelta(days=1)
EVENING_TO_NIGHT = timedelta(hours=7)
PAGE = 2
"""Objects in one answer."""


@dataclass(frozen=True, slots=True)
class Night:
    """The shop, its Google, and who asks Google by night."""

    world: GoogleShop
    clock: SetClock
    ask: Holders

    def drain(self, holders: Holders | None = None) -> GoogleReconciling:
        """A drain of its own, as a process has it."""
        return GoogleReconciling(self.world.shop.database, holders or self.ask, self.clock)

    async def walk(self, drain: GoogleReconciling | None = None) -> list[str]:
        """Whatever is due is looked at; the events that no callback had told."""
        found: list[str] = []
        drain = drain or self.drain()
        drain.noted = found.extend
        while await drain.take() == 0.0:
            pass
        return found

    async def hold(self, *names: str) -> list[Held]:
        """Cards that are saved in the evening, and then it is night. No callback tells of them."""
        cards = [await self.world.hold(name) for name in names]
        self.clock.forward(EVENING_TO_NIGHT)
        return cards

    async def make_due(self) -> None:
        """Let the time pass that a class in trouble has to wait."""
        async with self.world.shop.database.begin() as tx:
            await tx.run(MAKE_DUE)

    async def walks(self) -> list[Row]:
        """How far each class has come."""
        async with self.world.shop.database.read() as tx:
            return list(await tx.all(WALKS))

    async def trace(self, card: Card) -> GoogleTrace:
        """What an operator is shown of the card."""
        async with self.world.shop.database.read() as tx:
            trace = await trace_google(tx, card.id)
        assert trace is not None
        return trace

    async def hear(self, event: Event, object_id: str) -> None:
        """A callback arrives."""
        now = self.clock.now()
        told = Callback(object_id.partition(".")[0], "", (object_id,), event, str(uuid4()), now + timedelta(minutes=1))
        async with self.world.shop.database.begin() as tx:
            await note_callback(tx, told)

    def asked(self) -> list[int]:
        """The statuses of all lists that Google was asked for."""
        return [entry.status for entry in self.world.google.journal.of("GET") if entry.path.endswith("/loyaltyObject")]


@dataclass(slots=True)
class MemoryHolders:
    """Holders without a Google: these answers, one after the other, and then nothing more to tell."""

    answers: list[HolderPage | Outcome]
    meanwhile: Callable[[], Awaitable[None]] = at_once
    """What happens while it is asked."""
    begins: list[str] = field(default_factory=list)
    """Where each page asked for began."""

    async def __call__(self, _issuer: str, _class_id: str, token: str) -> HolderPage | Outcome:
        self.begins.append(token)
        await self.meanwhile()
        return self.answers.pop(0) if self.answers else HolderPage({}, "")


def answer(*cards: Held, held: bool = True, following: str = "") -> HolderPage:
    """Google says that all these cards are in somebody's wallet, or none."""
    return HolderPage({card.object_id: held for card in cards}, following)


def evening() -> datetime:
    """Tomorrow evening: at whatever time of the day tests run, everything that they made before is good by then."""
    return SystemClock().now().replace(hour=20, minute=0, second=0, microsecond=0) + DAY


@asynccontextmanager
async def falling(settings: Settings, clock: SetClock) -> AsyncIterator[Night]:
    """The evening before a night at a shop whose callbacks are all lost: nobody listens at its address."""
    async with open_google_shop(settings, clock) as world, _small_pages(world, clock) as ask:
        yield Night(world, clock, ask)


@asynccontextmanager
async def _small_pages(world: GoogleShop, clock: SetClock) -> AsyncIterator[Holders]:
    account = parse_service_account(orjson.dumps(world.google.accounts.by_email[EMAIL].key_file), Path("key.json"))
    pace = Pace(Quota(per_s=5000, slack=0.0))
    client = GoogleClient(account, pace=pace, clock=clock, root=world.google.root)

    async def ask(_issuer: str, class_id: str, token: str) -> HolderPage | Outcome:
        return await ask_holders(client, class_id, token, PAGE)

    yield ask
    await client.aclose()
