"""A Google Wallet of ours before a simulated Google, and tea cards to be shown there."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson

from tests.cards.template_maker import tea
from tests.simulators.google_world import EMAIL, ISSUER, service_key
from tests.wallets.google.accounts import install
from tests.wallets.google.tea_cards import faces
from wallet_service.cards.templates import TemplateSource
from wallet_service.clock import Clock, SystemClock
from wallet_service.outcomes import Outcome
from wallet_service.simulators.google import GoogleSimulator
from wallet_service.wallets.google.service_account import ServiceAccounts
from wallet_service.wallets.google.wallet import GoogleWallet, Ways
from wallet_service.wallets.seam import CardFace, GoogleCard, Shown

PUBLIC = "https://cards.example.com"
TEMPLATE = "tiny-tea"
ANNA = "card_anna"
CLASS_ID = f"{ISSUER}.{TEMPLATE}-1"


@dataclass(frozen=True, slots=True)
class Office:
    """Where cards are shown."""

    google: GoogleSimulator
    wallet: GoogleWallet
    certs: Path

    def object(self, serial: str = ANNA) -> dict[str, Any]:
        """The object as Google has it."""
        return self.google.card(f"{ISSUER}.{serial}")

    async def show(self, *cards: GoogleCard) -> list[Outcome]:
        """What becomes of them."""
        return [shown.outcome for shown in await self.shown(*cards)]

    async def shown(self, *cards: GoogleCard) -> list[Shown]:
        """What becomes of them, in full; all of one issuer."""
        return list((await show(self.wallet, *cards)).values())

    def asked(self, since: int = 0) -> list[tuple[str, str, int]]:
        """What Google was asked since so many requests: method, kind, status."""
        path = "/walletobjects/v1/"
        return [
            (entry.method, entry.path.removeprefix(path).partition("/")[0], entry.status)
            for entry in self.google.journal.entries[since:]
        ]


async def show(wallet: GoogleWallet, *cards: GoogleCard) -> Mapping[str, Shown]:
    """What becomes of these cards, which do not change meanwhile."""
    by_serial = {card.face.serial: card for card in cards}

    async def present(serials: Sequence[str]) -> Sequence[GoogleCard]:
        return [by_serial[serial] for serial in serials]

    shown = await wallet.show(cards[0].issuer, list(by_serial), present)
    return {serial: shown[serial] for serial in by_serial}


def card(
    balance: int = 0,
    source: TemplateSource | None = None,
    *,
    version: str = "tv_1",
    issuer: str = ISSUER,
    template: str = TEMPLATE,
    notify: bool = False,
    formerly: CardFace | None = None,
    **more: Any,
) -> GoogleCard:
    """Anna's tea card in English, at this version of its template; `more` is of its face."""
    every = faces(source or tea())
    designs = [replace(face.design, key=f"{version}/{face.design.language}") for face in every]
    usual: dict[str, Any] = {"serial": ANNA, "values": {**every[0].values, "balance": balance}}
    return GoogleCard(issuer, template, designs, replace(every[0], design=designs[0], **usual | more), notify, formerly)


def open_wallet(certs: Path, google: GoogleSimulator, clock: Clock, **ways: Any) -> GoogleWallet:
    """A process's own wallet, without a pace worth mentioning."""
    usual: dict[str, Any] = {"root": google.root, "save_root": google.save_root, "per_s": 1000}
    return GoogleWallet(ServiceAccounts(certs, patience=0.0), clock, PUBLIC, Ways(**usual | ways))


@asynccontextmanager
async def open_office(certs: Path, **ways: Any) -> AsyncIterator[Office]:
    """A Google with one issuer, whose account is ours."""
    clock = SystemClock()
    async with GoogleSimulator(now=clock.now, rate=1_000_000) as google:
        account = google.open_account(EMAIL, key=service_key())
        google.open_issuer(ISSUER, account)
        install(certs, orjson.dumps(account.key_file), ISSUER)
        wallet = open_wallet(certs, google, clock, **ways)
        yield Office(google, wallet, certs)
        await wallet.aclose()
