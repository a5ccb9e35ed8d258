"""Notices to browsers: RFC 8030 requests, sealed for each browser (RFC 8291, by pywebpush) and signed by us (RFC 8292).

pywebpush only seals: what it sends with would follow redirects, and never looks where an endpoint leads.
"""

import asyncio
import base64
import hashlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

import aiohttp
import orjson
from aiohttp.abc import AbstractResolver
from pywebpush import WebPusher  # type: ignore[import-untyped]  # ships no types
from yarl import URL

from wallet_service.channels.seam import Message, flaw
from wallet_service.channels.vapid import Vapid
from wallet_service.channels.web_fence import BeyondTheFence, open_socket
from wallet_service.channels.web_subscription import Subscription, SubscriptionUnreadable, read_subscription
from wallet_service.channels.web_verdict import PAUSE, judge
from wallet_service.clock import Clock, SystemClock
from wallet_service.outcomes import Outcome, Refused, TryLater, Unknown
from wallet_service.retry_after import seconds_until

LONGEST = 3_993
"""Bytes of text that fit into the one record of 4,096 which every push service takes (RFC 8291, 4)."""

CLOSED = Refused("the channel is closed")


@dataclass(frozen=True, slots=True)
class Parcel:
    """A message ready to be sealed."""

    subscription: Subscription
    text: bytes
    """JSON for the page's service worker: `title`, and the options of `showNotification`."""
    topic: str
    """A message that waits for the browser gives way to the next of the same topic (RFC 8030, 5.4)."""
    expires_s: int


class WebPush:
    """A `Channel` to browsers; it belongs to the event loop in which it first sends."""

    name = "web_push"

    def __init__(
        self,
        vapid: Vapid,
        *,
        clock: Clock | None = None,
        urgency: Literal["very-low", "low", "normal", "high"] = "normal",
        loopback: bool = False,
        trust_roots: Path | None = None,
        resolver: AbstractResolver | None = None,
        deadline: float = 10.0,
        window: int = 100,
    ) -> None:
        """Open nothing yet.

        `urgency` is how far a sleeping phone should mind (RFC 8030, 5.3); `loopback` lets endpoints lead to this
        machine on any port; `trust_roots` is a PEM file in the place of the usual roots; `resolver` one in the place of
        the system's; `deadline` the seconds after which an unanswered message is unknown, half of which it may take to
        connect; `window` the messages on their way at once.
        """
        self._vapid, self._clock, self._urgency = vapid, clock or SystemClock(), urgency
        self._fence = partial(open_socket, loopback=loopback)
        self._tls = ssl.create_default_context(cafile=str(trust_roots) if trust_roots else None)
        self._resolver = resolver
        self._timeout = aiohttp.ClientTimeout(total=deadline, connect=deadline / 2)
        self._window = asyncio.Semaphore(window)
        self._session: aiohttp.ClientSession | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    async def send(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Send them; one outcome each, in their order."""
        return await asyncio.gather(*(self._send(message) for message in messages))

    async def aclose(self) -> None:
        """Close every connection; again is nothing."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    async def _send(self, message: Message) -> Outcome:
        parcel = pack(message)
        if isinstance(parcel, Refused):
            return parcel
        self._loop = self._loop or asyncio.get_running_loop()
        if self._loop is not asyncio.get_running_loop():
            return Refused("the channel belongs to another event loop: open one for each")
        async with self._window:
            try:
                return CLOSED if self._closed else await self._post(parcel)
            except (aiohttp.ClientError, TimeoutError, ValueError) as failure:
                return judge_silence(failure)

    async def _post(self, parcel: Parcel) -> Outcome:
        now = self._clock.now()
        async with self._open().post(
            URL(parcel.subscription.endpoint, encoded=True),  # letter by letter: its path and query belong to others
            data=seal(parcel),
            headers={
                "Authorization": self._vapid.authorization(parcel.subscription.origin, now),
                "Content-Encoding": "aes128gcm",
                "Content-Type": "application/octet-stream",
                "TTL": str(parcel.expires_s),
                "Topic": parcel.topic,
                "Urgency": self._urgency,
            },
            allow_redirects=False,
        ) as answer:  # its body is never read: it could be endless
            return judge(answer.status, seconds_until(answer.headers.get("Retry-After"), now))

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                ssl=self._tls, resolver=self._resolver, socket_factory=self._fence, limit=0
            )
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=self._timeout, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
            )
        return self._session


def pack(message: Message) -> Parcel | Refused:
    """The message as a browser takes it, or why none would."""
    if reason := flaw(message):
        return Refused(reason)
    if message.address.kind != "web":
        return Refused(f"a browser has no address of the kind {message.address.kind}")
    try:
        subscription = read_subscription(message.address.value)
    except SubscriptionUnreadable as refusal:
        return Refused(f"its address is no push subscription: {refusal.detail}")
    text = orjson.dumps(
        {"title": message.title, "body": message.body, "tag": message.key, "data": {"link": message.link}}
    )
    if len(text) > LONGEST:
        return Refused(f"it is longer than {LONGEST} bytes")
    return Parcel(subscription, text, topic_of(message.key), message.expires_s)


def topic_of(key: str) -> str:
    """The key as a Topic, which has at most 32 characters of base64url."""
    return base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()[:24]).decode()


def seal(parcel: Parcel) -> bytes:
    """The text, readable by this one browser only (RFC 8291)."""
    keys = {"p256dh": parcel.subscription.p256dh, "auth": parcel.subscription.auth}
    sealed: bytes = WebPusher({"endpoint": parcel.subscription.endpoint, "keys": keys}).encode(parcel.text)["body"]
    return sealed


def judge_silence(failure: Exception) -> Outcome:
    """What became of a message that was not answered."""
    name = type(failure).__name__
    match failure:
        case aiohttp.ClientConnectorError(os_error=BeyondTheFence() as fence):
            return Refused(str(fence))
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return TryLater(PAUSE, name)
        case ValueError():  # a host or port that cannot be: aiohttp found it before anything left
            return Refused(f"the endpoint is no address: {name}")
        case _:
            return Unknown(name)
