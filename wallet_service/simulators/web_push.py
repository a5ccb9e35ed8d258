"""A push service on loopback (RFC 8030): checks who sends, keeps the newest of each topic, and tells its browsers."""

import asyncio
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from aiohttp import web

from wallet_service.simulators.pki import SimulatedPki
from wallet_service.simulators.web_push_browser import Browser, Unreadable
from wallet_service.simulators.web_push_rules import Refusal, check_headers, check_sender


@dataclass(frozen=True, slots=True)
class Reply:
    """What the service shall answer for one browser, whatever it is sent."""

    status: int = 201
    headers: Mapping[str, str] = field(default_factory=dict)
    way: Literal["say", "stall", "drop"] = "say"
    """Or never answer, or hang up; either way the message was taken if the status says so."""


@dataclass(frozen=True, slots=True)
class Push:
    """One request, as it came."""

    endpoint: str
    """Letter by letter as it was asked."""
    headers: Mapping[str, str]
    status: int
    reason: str
    """Why it was refused, or could not be read; else empty."""


@dataclass
class _Box:
    browser: Browser
    key: str
    waiting: dict[str, bytes] = field(default_factory=dict)
    reply: Reply | None = None


@dataclass
class WebPushSimulator:
    """A running push service; start it with `start`."""

    now: Callable[[], datetime]
    origin: str = ""
    """https, loopback; what `aud` must say."""
    journal: list[Push] = field(default_factory=list)
    """Every request for a browser that has subscribed, in the order it came."""
    _boxes: dict[str, _Box] = field(default_factory=dict)
    _closing: asyncio.Event = field(default_factory=asyncio.Event)
    _runner: web.AppRunner | None = None

    @classmethod
    async def start(
        cls, pki: SimulatedPki, *, host: str = "127.0.0.1", now: Callable[[], datetime] | None = None
    ) -> "WebPushSimulator":
        """Listen on a free port, with the server certificate of `pki`; `now` is the service's clock."""
        service = cls(now or _now)
        app = web.Application()
        app.router.add_post("/push/{box}", service._push)
        service._runner = web.AppRunner(app, shutdown_timeout=1, access_log=None)
        await service._runner.setup()
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(pki.server)
        await web.TCPSite(service._runner, host, 0, ssl_context=tls).start()
        service.origin = f"https://{host}:{service._runner.addresses[0][1]}"
        return service

    def subscribe(self, application_server_key: str) -> Browser:
        """A browser whose customer agreed to messages of whoever holds this VAPID key (base64url)."""
        name = str(len(self._boxes) + 1)
        browser = Browser(f"{self.origin}/push/{name}")
        self._boxes[name] = _Box(browser, application_server_key)
        return browser

    def unsubscribe(self, browser: Browser) -> None:
        """The customer took it back: 410 from now on."""
        self.answer(browser, Reply(410))

    def answer(self, browser: Browser, reply: Reply | None) -> None:
        """From now on answer so for this browser; None: as usual."""
        self._box_of(browser).reply = reply

    def wake(self, browser: Browser) -> None:
        """The browser is online again, and is told what waited for it."""
        box = self._box_of(browser)
        browser.online = True
        for body in box.waiting.values():
            browser.take(body)
        box.waiting.clear()

    async def aclose(self) -> None:
        """Let go of everyone who still waits, and stop."""
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    def _box_of(self, browser: Browser) -> _Box:
        return self._boxes[browser.endpoint.rpartition("/")[2]]

    async def _push(self, request: web.Request) -> web.StreamResponse:
        box = self._boxes.get(request.match_info["box"])
        if box is None:
            return web.Response(status=404)
        endpoint = f"{self.origin}{request.raw_path}"
        reply = self._judge(box, endpoint, request.headers, await request.read())
        if reply.way == "stall":
            await self._closing.wait()
        if reply.way == "drop" and request.transport is not None:
            request.transport.abort()
        return web.Response(status=reply.status, headers=reply.headers)

    def _judge(self, box: _Box, endpoint: str, headers: Mapping[str, str], body: bytes) -> Reply:
        reply, reason = box.reply or Reply(headers={"Location": f"{self.origin}/message/{len(self.journal)}"}), ""
        try:
            check_headers(headers, len(body))
            check_sender(headers.get("Authorization", ""), self.origin, box.key, self.now())
        except Refusal as refusal:
            reply, reason = Reply(refusal.status), refusal.reason
        if reply.status < 300:
            reason = _tell(box, headers, body)
        self.journal.append(Push(endpoint, dict(headers), reply.status, reason))
        return reply


def _tell(box: _Box, headers: Mapping[str, str], body: bytes) -> str:
    """Hand it over, or keep it for a browser that is away, unless it is now or never. What the browser complains of."""
    if not box.browser.online:
        if headers["TTL"] != "0":
            topic = headers.get("Topic", f"none {len(box.waiting)}")
            box.waiting.pop(topic, None)
            box.waiting[topic] = body
        return ""
    try:
        box.browser.take(body)
    except Unreadable as error:
        return f"unreadable: {error}"
    return ""


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a push service outside our world looks at its own clock
