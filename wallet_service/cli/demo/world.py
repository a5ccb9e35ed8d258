"""The world of the demo: the service, Apple and Google simulated around it, phones, a till, and a sample brand."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx2

from wallet_service.app import open_service
from wallet_service.cards.google_issuers import claim_issuer
from wallet_service.cli.opening import open_preset
from wallet_service.clock import SystemClock
from wallet_service.flows import GO_THROUGH_DAYS
from wallet_service.loyalty.awards.programme_file import Preset
from wallet_service.loyalty.brands import claim_pass_type, create_brand
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

PASS_TYPE, TEAM = "pass.com.example.demo", "DEMO123456"
ZONE = ZoneInfo("Europe/Berlin")
ISSUER, ACCOUNT = "3388000000012345678", "cards@demo.iam.gserviceaccount.com"

PATIENCE = 20.0
"""Seconds after which a phone that has not followed is called stale."""


@dataclass(slots=True)
class World:
    """The service and everything around it."""

    service: Service
    base_url: str
    key: str
    programme: str
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
    quote_ms: float = 0.0
    """How long the till waited for its quote."""

    def today(self) -> datetime:
        """Now, where the brand is."""
        return self.service.clock.now().astimezone(ZONE)

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

    async def balance(self, member: str) -> int:
        """The points that this member can spend."""
        return int((await self.till.call("GET", f"/v1/members/{member}"))["balance"])

    async def why(self, member: str, entry: int) -> str:
        """Why this entry is in the member's ledger, in the words of the rules."""
        return str((await self.till.call("GET", f"/v1/members/{member}/entries/{entry}/why"))["why"])

    def back(self, phone: str, key: str) -> str:
        """What a field on the back of the card on this iPhone says; nothing, if the card is without it."""
        (card,) = self.phones[phone].passes.values()
        return str(card.fields().get(key, {}).get("value", ""))

    async def put_in_force(self, rules: Mapping[str, Any]) -> Any:
        """Give the programme these rules from now on; what is different."""
        return await self.till.call("PUT", f"/v1/programmes/{self.programme}/rules", rules)

    async def turn_calendar(self) -> None:
        """Let what the day brings be looked at now, which workers do every ten minutes."""
        async with self.service.database.begin() as tx:
            await self.service.engine.enqueue(tx, GO_THROUGH_DAYS)

    async def until_balance(self, points: int, *members: str) -> None:
        """Wait until these members have so many points, and their cards show it."""

        async def reached() -> bool:
            return all([await self.balance(self.cards[who]) == points for who in members])

        await until(reached)
        await self.until_up_to_date(*members)

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
async def open_world(home: Path, port: int, preset: Preset) -> AsyncIterator[World]:
    """Everything up, in a home of its own, with a brand that runs the preset's programme, birthdays left out as yet.

    A day's birthdays are looked for once, at whatever moment a worker comes to it: that would be before anybody joins.
    """
    certs, pki = home / "certs", SimulatedPki.make(home / "apple")
    make_dev_certificates(certs, PASS_TYPE, TEAM, preset.programme, SystemClock().now())
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
            programme, key = await _open_brand(service, preset, _open_issuer(google, home / "service-account.json"))
            till = SimulatedTill(base_url, key, client)
            yield World(service, base_url, key, programme, till, client, apns, google, fleet, certs / ROOT)


def _open_issuer(google: GoogleSimulator, file: Path) -> Path:
    """What a brand does in Google's consoles: open an issuer, make a service account, and save the key it is given."""
    account = google.open_account(ACCOUNT)
    google.open_issuer(ISSUER, account, name="Demo")
    file.write_text(json.dumps(account.key_file))
    return file


async def _open_brand(service: Service, preset: Preset, google_key: Path) -> tuple[str, str]:
    """A brand with both wallets and a programme; the programme's id, and an API key that may do everything."""
    async with service.database.begin() as tx:
        brand = await create_brand(tx, preset.programme)
        await claim_pass_type(tx, brand, PASS_TYPE)
        await claim_issuer(tx, brand, ISSUER)
        install_service_account(google_key, ServiceAccounts(service.settings.certs_dir).file(ISSUER))
        key = await create_key(tx, brand, "demo", frozenset(Scope))
    asked = {"name": preset.programme, "pass_type": PASS_TYPE, "time_zone": ZONE.key}
    return (await open_preset(service, brand, _without_birthdays(preset), asked)).id, key


def _without_birthdays(preset: Preset) -> Preset:
    mechanics = [each for each in preset.rules.get("mechanics", ()) if each["on"] != "birthday"]
    return replace(preset, rules={**preset.rules, "mechanics": mechanics})
