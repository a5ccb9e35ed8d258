"""The surroundings of web push for tests: a push service, browsers, and messages for them."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from socket import AF_INET, AF_INET6, AddressFamily, gaierror
from tempfile import TemporaryDirectory
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography.hazmat.primitives.asymmetric import ec

from wallet_service.channels.seam import Address, Message
from wallet_service.channels.vapid import Vapid
from wallet_service.channels.web_push import WebPush
from wallet_service.clock import SetClock
from wallet_service.simulators.pki import SimulatedPki
from wallet_service.simulators.web_push import Reply, WebPushSimulator
from wallet_service.simulators.web_push_browser import Browser

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
CONTACT = "mailto:push@burgers.example"


@cache
def our_vapid() -> Vapid:
    """Our key pair, the same in all tests."""
    return Vapid(ec.generate_private_key(ec.SECP256R1()), CONTACT)


@asynccontextmanager
async def push_service() -> AsyncIterator[tuple[WebPushSimulator, SimulatedPki]]:
    """A push service on loopback, at noon, and who vouches for it."""
    with TemporaryDirectory() as folder:
        pki = SimulatedPki.make(Path(folder))
        running = await WebPushSimulator.start(pki, now=lambda: NOON)
        try:
            yield running, pki
        finally:
            await running.aclose()


@asynccontextmanager
async def web_push(pki: SimulatedPki | None = None, **options: Any) -> AsyncIterator[WebPush]:
    """A channel to simulated browsers, closed at the end; options as of `WebPush`."""
    usual = {"clock": SetClock(NOON), "loopback": True, "deadline": 60.0, "trust_roots": pki.roots if pki else None}
    channel = WebPush(options.pop("vapid", our_vapid()), **{**usual, **options})
    try:
        yield channel
    finally:
        await channel.aclose()


def notice(to: Browser | str, /, *, kind: Any = "web", **rest: Any) -> Message:
    """A message to this browser, or to this value of an address."""
    value = json.dumps(to.subscription) if isinstance(to, Browser) else to
    usual = {
        "key": "balance/anna",
        "title": "Burger Heroes",
        "body": "300 бонусов ждут вас",
        "link": "https://burgers.example/c/anna",
        "topic": "balance",
        "expires_s": 3600,
    }
    return Message(address=Address(kind, value), **{**usual, **rest})


def at(endpoint: str) -> str:
    """The subscription of some browser at this endpoint."""
    return json.dumps(Browser(endpoint).subscription)


class PhoneBook(AbstractResolver):
    """A resolver that knows what it was told, and counts what it was asked."""

    def __init__(self, addresses: Mapping[str, Sequence[str]]) -> None:
        """Name -> its addresses."""
        self.addresses, self.asked = addresses, list[str]()

    async def resolve(self, host: str, port: int = 0, family: AddressFamily = AF_INET) -> list[ResolveResult]:
        """All addresses of a name, whatever the family asked for."""
        self.asked.append(host)
        if host not in self.addresses:
            raise gaierror(f"nobody knows {host}")
        return [_result(host, address, port) for address in self.addresses[host]]

    async def close(self) -> None:
        """Nothing is open."""


def _result(host: str, address: str, port: int) -> ResolveResult:
    family = AF_INET if ip_address(address).version == 4 else AF_INET6
    return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)


class WebRig:
    """A channel to browsers for the tests of all channels: people whose names begin with `dead` or `busy` are in trouble."""

    def __init__(self, push: WebPushSimulator, channel: WebPush) -> None:
        """Nobody has subscribed yet."""
        self.push, self.channel = push, channel
        self._browsers: dict[str, Browser] = {}

    def address(self, name: str) -> Address:
        """The subscription of this person's one browser."""
        return Address("web", json.dumps(self._browser_of(name).subscription))

    def shown(self, name: str) -> list[str]:
        """The texts on the screen of this person."""
        return [said["body"] for said in self._browser_of(name).screen]

    def _browser_of(self, name: str) -> Browser:
        if name not in self._browsers:
            self._browsers[name] = self.push.subscribe(our_vapid().public_key)
            troubles = {"dead": Reply(410), "busy": Reply(429, {"Retry-After": "9"})}
            self.push.answer(self._browsers[name], troubles.get(name[:4]))
        return self._browsers[name]


@asynccontextmanager
async def with_web_push() -> AsyncIterator[WebRig]:
    """A channel to simulated browsers; nothing it sends is unreadable or against the rules."""
    async with push_service() as (push, pki), web_push(pki, window=8) as channel:
        yield WebRig(push, channel)
        assert [sent.reason for sent in push.journal if sent.reason] == []
