"""Devices at the phones' door: what they say in single calls of plain HTTP, and the cards they say it about."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import httpx2
from sqlalchemy import text

from tests.conftest import Site
from tests.people import PASS_TYPE, Brand
from wallet_service.cards.devices import DeviceTrace, trace_devices
from wallet_service.cards.faces import Shelf
from wallet_service.cards.issue import issue_card
from wallet_service.cards.refresh import refresh_these
from wallet_service.clock import SystemClock
from wallet_service.database.seam import Database
from wallet_service.loyalty.brands import find_programme
from wallet_service.loyalty.people.members import enrol_member
from wallet_service.service import Service
from wallet_service.simulators.pass_reader import read_pass

STEP = 0.02
WAITING = text("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
IPHONE, WATCH, TABLET = "1f" * 16, "2e" * 16, "3d" * 16
PUSH_TOKEN, OTHER_PUSH_TOKEN = "ab" * 32, "cd" * 32

Answer = httpx2.Response


@dataclass(frozen=True, slots=True)
class Card:
    """A card that was issued and downloaded by its link."""

    id: str
    member: str
    link: str
    token: str
    """What the pass carries for the phones' door."""
    pass_type: str = PASS_TYPE


@dataclass(frozen=True, slots=True)
class Door:
    """The phones' door of a site, called by hand."""

    site: Site

    async def call(self, method: str, *segments: str, query: str = "", **more: Any) -> Answer:
        """One call below the web service URL; the segments are quoted."""
        path = "/".join(["/apple/v1", *(quote(segment, safe="") for segment in segments)])
        return await self.site.client.request(method, f"{self.site.base_url}{path}{query}", **more)

    async def register(
        self, card: Card, device: str = IPHONE, *, token: str | None = None, push_token: str = PUSH_TOKEN
    ) -> Answer:
        """The device asks to be woken for the card."""
        path = ("devices", device, "registrations", card.pass_type, card.id)
        return await self.call("POST", *path, headers=shows(card, token), json={"pushToken": push_token})

    async def unregister(self, card: Card, device: str = IPHONE, *, token: str | None = None) -> Answer:
        """The device asks to be left in peace."""
        path = ("devices", device, "registrations", card.pass_type, card.id)
        return await self.call("DELETE", *path, headers=shows(card, token))

    async def changes(
        self, tag: str | None = None, device: str = IPHONE, *, pass_type: str = PASS_TYPE, **more: Any
    ) -> Answer:
        """The device asks what changed since its tag."""
        query = "" if tag is None else f"?passesUpdatedSince={quote(tag, safe='')}"
        return await self.call("GET", "devices", device, "registrations", pass_type, query=query, **more)

    async def fetch(
        self,
        card: Card,
        *,
        token: str | None = None,
        since: str | None = None,
        method: str = "GET",
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A device fetches the card, if it changed since."""
        condition = {} if since is None else {"If-Modified-Since": since}
        sent = shows(card, token) | condition | dict(headers or {})
        return await self.call(method, "passes", card.pass_type, card.id, headers=sent)

    async def complain(self, *lines: Any) -> Answer:
        """A phone sends its log."""
        return await self.call("POST", "log", json={"logs": list(lines)})

    async def say(self, raw: bytes, *, hang_up: bool = False) -> bytes:
        """Bytes to the server as they are, and all that it answers before it (or we) hang up."""
        address = urlsplit(self.site.base_url)
        reader, writer = await asyncio.open_connection(address.hostname, address.port)
        try:
            writer.write(raw)
            if hang_up:
                writer.write_eof()
            return await asyncio.wait_for(reader.read(), timeout=20)
        finally:
            writer.close()

    async def status(self, target: bytes, method: bytes = b"GET", headers: bytes = b"") -> int:
        """The status of a request whose target is sent as it is."""
        said = await self.say(
            method + b" " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + headers + b"\r\n"
        )
        return int(said.split(b" ", 2)[1])


def shows(card: Card, token: str | None = None) -> dict[str, str]:
    """The header by which a phone shows that it holds the card."""
    return {"Authorization": f"ApplePass {card.token if token is None else token}"}


async def issue(site: Site, brand: Brand, wishes: Mapping[str, str]) -> Card:
    """Somebody enrols, is issued a card and downloads it."""
    member = await brand.till.enrol(**wishes)
    card = await brand.till.issue(member["id"])
    file = (await site.client.get(card["link"])).content
    found = read_pass(file, roots=site.roots, now=SystemClock().now())
    return Card(found.serial, member["id"], card["link"], found.token, found.pass_type)


async def issue_many(service: Service, brand: Brand, count: int) -> list[str]:
    """So many members enrol, and a card is issued to each; the cards' ids."""
    async with service.database.begin() as tx:
        programme = await find_programme(tx, brand.id, brand.programme)
        members = [await enrol_member(tx, programme, {"name": f"Member {n}"}) for n in range(count)]
        issued = [await issue_card(tx, member, shelf=Shelf(), wallet=service.wallet, token_key=1) for member in members]
    return [card.id for card, _ in issued]


async def change(database: Database, *cards: Card) -> None:
    """All these cards show something new, in one transaction."""
    async with database.begin() as tx:
        await refresh_these(tx, [card.id for card in cards], 0.0)


async def trace(database: Database, card: str) -> dict[str, DeviceTrace]:
    """What is known of the card's devices, by device."""
    async with database.read() as tx:
        return {found.device_id: found for found in await trace_devices(tx, card)}


async def somebody_waits(database: Database) -> bool:
    """Whether a transaction of this database waits for another one's lock."""
    async with database.read() as tx:
        return await tx.first(WAITING) is not None


async def until(holds: Callable[[], Awaitable[Any]], what: str, seconds: float = 60.0) -> None:
    """Wait until this holds. Fails when it does not in time."""
    end = time.monotonic() + seconds
    while not await holds():
        assert time.monotonic() < end, f"still not: {what}"
        await asyncio.sleep(STEP)
