"""A shop whose cards are in a simulated Google Wallet, and an Android phone for whoever wants one."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx2
import orjson
from sqlalchemy import text

from tests.cards.desk import make_due, state
from tests.loyalty.shop import Shop
from tests.people import PASS_TYPE, open_brand
from tests.simulators.google_world import EMAIL, ISSUER, service_key
from tests.wallets.google.accounts import install
from wallet_service.app import open_service
from wallet_service.cards.faces import Shelf
from wallet_service.cards.google import GoogleTelling, SaveLinks
from wallet_service.cards.google_issuers import claim_issuer
from wallet_service.cards.issue import Card
from wallet_service.clock import SetClock
from wallet_service.database.seam import Row
from wallet_service.loyalty.people.members import Member
from wallet_service.settings import GoogleSettings, Settings
from wallet_service.simulators.android import AndroidPhone
from wallet_service.simulators.google import GoogleSimulator
from wallet_service.wallets.seam import ObjectWallet

OBJECT = text("""
SELECT shown_version, shown_balance, last_outcome, cardinality(notices) AS notices, refused
FROM google_object WHERE card_id = :card
""")
DUE = text("""
SELECT card_id, seq, attempt, extract(epoch FROM due_at - now())::float8 AS wait
FROM push_due WHERE wallet = 'google' ORDER BY card_id
""")
TRIES = 50
"""More than anything takes, on however slow a machine."""
NEXT_DAY = timedelta(hours=25)
"""After which every card has all its notices again."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """A card in somebody's Google Wallet."""

    member: Member
    card: Card
    phone: AndroidPhone
    object_id: str

    @property
    def balance(self) -> object:
        """The balance that the phone shows."""
        return self.phone.card(self.object_id).balance

    @property
    def heard(self) -> list[str]:
        """The balances that its lock screen told of, oldest first."""
        return [notice.text for notice in self.phone.notifications]


@dataclass(frozen=True, slots=True)
class GoogleShop:
    """A shop and its Google."""

    shop: Shop
    google: GoogleSimulator
    client: httpx2.AsyncClient

    def links(self, wallet: ObjectWallet | None = None) -> SaveLinks:
        """Whoever makes the save links."""
        return SaveLinks(self.shop.database, Shelf(), wallet or self.shop.service.google)

    def telling(self, wallet: ObjectWallet | None = None) -> GoogleTelling:
        """A drain of its own, as a process has it."""
        service = self.shop.service
        return GoogleTelling(service.database, wallet or service.google, service.clock, service.settings.push)

    async def link(self, card: Card, wallet: ObjectWallet | None = None) -> str:
        """The save link of a card."""
        link = await self.links(wallet).make(await state(self.shop, card))
        assert link is not None
        return link

    async def hold(self, name: str = "Anna's Pixel") -> Held:
        """Somebody joins, and saves the card on a phone of this name."""
        member = await self.shop.enrol()
        card = await self.shop.issue(member)
        phone = AndroidPhone(name, self.google, self.client)
        (saved,) = await phone.save(await self.link(card))
        return Held(member, card, phone, saved.object_id)

    async def tell(self, wallet: ObjectWallet | None = None) -> None:
        """Whatever is due is tried once, now."""
        await make_due(self.shop)
        await self.telling(wallet).take()

    async def all_told(self, drain: GoogleTelling | None = None) -> int:
        """Try until nothing is due at Google; how many tries that took. Fails when it is too many."""
        drain = drain or self.telling()
        for tries in range(TRIES):
            if not await self.due():
                return tries
            await make_due(self.shop)
            await drain.take()
        raise AssertionError(f"still due: {await self.due()}")

    async def due(self) -> list[Row]:
        """What is due at Google."""
        async with self.shop.database.read() as tx:
            return list(await tx.all(DUE))

    async def known(self, card: Card) -> Row:
        """What we take Google to show of a card."""
        async with self.shop.database.read() as tx:
            return await tx.first(OBJECT, {"card": card.id})

    def forget(self, kind: str) -> None:
        """Google loses all its classes, or all its objects."""
        self.google.shelf.resources[kind].clear()


@asynccontextmanager
async def open_google_shop(settings: Settings, clock: SetClock, **more: Any) -> AsyncIterator[GoogleShop]:
    """Burger Heroes with an issuer at Google, whose clock is the test's; `more` settings of Google's."""
    async with GoogleSimulator(now=clock.now, rate=1_000_000) as google, httpx2.AsyncClient(timeout=30) as client:
        aware = with_google(settings, google, **more)
        async with open_service(aware, clock=clock) as service:
            brand = await open_brand(service, "Burger Heroes", PASS_TYPE)
            async with service.database.begin() as tx:
                await claim_issuer(tx, brand.id, ISSUER)
            yield GoogleShop(Shop(service, brand), google, client)


def with_google(settings: Settings, google: GoogleSimulator, issuer: str = ISSUER, **more: Any) -> Settings:
    """The settings, with an issuer's account at this Google and a folder of certificates of their own."""
    certs = settings.data_dir / "certs"
    if settings.certs_dir != certs:
        shutil.copytree(settings.certs_dir, certs)
    account = google.open_account(EMAIL, key=service_key())
    google.open_issuer(issuer, account)
    install(certs, orjson.dumps(account.key_file), issuer)
    usual = {"root": google.root, "save_root": google.save_root, "root_keys_url": google.keys_url, "per_s": 1000}
    return settings.model_copy(update={"certs_dir": certs, "google": GoogleSettings(**usual | more)})
