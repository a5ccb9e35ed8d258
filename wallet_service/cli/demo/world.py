"""The world of the demo: the service, Apple and Google simulated around it, phones, a till, and a sample brand."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from wallet_service.app import open_service
from wallet_service.cards.google_issuers import claim_issuer
from wallet_service.cards.publish import publish_template
from wallet_service.cards.templates import read_template
from wallet_service.clock import SystemClock
from wallet_service.loyalty.brands import claim_pass_type, create_brand, create_programme
from wallet_service.loyalty.keys import Scope, create_key
from wallet_service.service import Service
from wallet_service.serving import listening, serving
from wallet_service.settings import ApnsSettings, GoogleSettings, PushSettings, Settings
from wallet_service.simulators.android import AndroidPhone
from wallet_service.simulators.apns import ApnsSimulator
from wallet_service.simulators.fleet import Fleet
from wallet_service.simulators.google import GoogleSimulator
from wallet_service.simulators.phone import SimulatedPhone
from wallet_service.simulators.pki import SimulatedPki
from wallet_service.simulators.till import SimulatedTill
from wallet_service.wallets.apple.devpki import ROOT, make_dev_certificates
from wallet_service.wallets.google.service_account import ServiceAccounts, install_service_account

PASS_TYPE, TEAM, BRAND = "pass.com.example.burger-heroes", "DEMO123456", "Burger Heroes"
TEMPLATE = "burger-heroes"
ISSUER, ACCOUNT = "3388000000012345678", "cards@burger-heroes.iam.gserviceaccount.com"

PATIENCE = 20.0
"""Seconds after which a phone that has not followed is called stale."""


@dataclass(slots=True)
class World:
    """The service and everything around it."""

    service: Service
    base_url: str
    key: str
    till: SimulatedTill
    client: httpx2.AsyncClient
    apns: ApnsSimulator
    google: GoogleSimulator
    fleet: Fleet
    roots: Path
    links: dict[str, str] = field(default_factory=dict)
    cards: dict[str, str] = field(default_factory=dict)
    phones: dict[str, SimulatedPhone] = field(default_factory=dict)
    androids: dict[str, AndroidPhone] = field(default_factory=dict)

    async def join(self, wishes: Mapping[str, str]) -> str:
        """Somebody enrols and is issued a card; the first name."""
        member = await self.till.enrol(**wishes)
        card = await self.till.issue(member["id"])
        who = wishes["name"].partition(" ")[0]
        self.links[who], self.cards[who] = card["link"], card["id"]
        return who

    async def install(self, who: str, phone: str) -> None:
        """The owner opens the link on an iPhone and adds the card."""
        self.phones[phone] = SimulatedPhone(phone, roots=self.roots, client=self.client)
        self.fleet.add(self.phones[phone])
        await self.phones[phone].install(self.links[who])

    async def save(self, who: str, phone: str) -> None:
        """The owner opens the link on an Android phone and saves the card to Google Wallet."""
        self.androids[phone] = AndroidPhone(phone, self.google, self.client)
        await self.androids[phone].save(self.links[who])

    async def card(self, who: str) -> Any:
        """The card as REST tells it."""
        return await self.till.card(self.cards[who])

    async def until_up_to_date(self, *members: str) -> float:
        """Wait until whatever shows the card of these members shows the truth; the seconds it took."""

        async def followed() -> bool:
            await self.fleet.settled()
            return all([is_up_to_date(await self.card(who)) for who in members])

        return await until(followed)


async def until(holds: Callable[[], Awaitable[bool]]) -> float:
    """Wait until this holds, or patience is at its end; the seconds it took."""
    started = time.monotonic()
    while time.monotonic() - started < PATIENCE:
        if await holds():
            break
        await asyncio.sleep(0.01)
    return time.monotonic() - started


def is_up_to_date(card: Mapping[str, Any]) -> bool:
    """Whether nothing shows an older version of the card."""
    google = card["google"]
    return card["up_to_date"] is not False and (google is None or google["shown_version"] == card["version"])


@asynccontextmanager
async def open_world(home: Path, port: int = 0) -> AsyncIterator[World]:
    """Everything up, in a home of its own."""
    certs, pki = home / "certs", SimulatedPki.make(home / "apple")
    make_dev_certificates(certs, PASS_TYPE, TEAM, BRAND, SystemClock().now())
    async with (
        aclosing(await ApnsSimulator.start(pki, client_roots=certs / ROOT)) as apns,
        GoogleSimulator() as google,
        httpx2.AsyncClient(timeout=30) as client,
    ):
        listener = listening(port)
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = Settings(
            data_dir=home / "data",
            certs_dir=certs,
            public_url=base_url,
            database_url=None,
            apns=ApnsSettings(host="127.0.0.1", port=apns.port, trust_roots=pki.roots),
            google=GoogleSettings(root=google.root, save_root=google.save_root, root_keys_url=google.keys_url),
            push=PushSettings(interval=0.2),
        )
        fleet = Fleet()
        apns.subscribe(fleet.hear)
        async with open_service(settings) as service, serving(service, listener=listener):
            key = await open_sample_brand(service, open_google_account(google, home / "service-account.json"))
            till = SimulatedTill(base_url, key, client)
            yield World(service, base_url, key, till, client, apns, google, fleet, certs / ROOT)


def open_google_account(google: GoogleSimulator, file: Path) -> Path:
    """What a brand does in Google's consoles: open an issuer, make a service account, and save the key it is given."""
    account = google.open_account(ACCOUNT)
    google.open_issuer(ISSUER, account, name=BRAND)
    file.write_text(json.dumps(account.key_file))
    return file


async def open_sample_brand(service: Service, google_key: Path) -> str:
    """A brand with both wallets, a published template and a programme; an API key that may do everything."""
    source = read_template(service.settings.templates_dir / f"{TEMPLATE}.pkpasstemplate")
    async with service.database.begin() as tx:
        brand = await create_brand(tx, BRAND)
        await claim_pass_type(tx, brand, PASS_TYPE)
        await claim_issuer(tx, brand, ISSUER)
        install_service_account(google_key, ServiceAccounts(service.settings.certs_dir).file(ISSUER))
        version = await publish_template(tx, brand, source)
        await create_programme(
            tx,
            brand,
            name="Heroes Club",
            pass_type=PASS_TYPE,
            template_version_id=version.id,
            time_zone="Europe/Berlin",
        )
        return await create_key(tx, brand, "demo", frozenset(Scope))
