"""A simulated Firebase Cloud Messaging: token endpoint, HTTP v1 `messages:send`, and the screens of the phones."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from wallet_service.simulators.fcm_answers import Answer, answer_for, refusal
from wallet_service.simulators.fcm_rules import TARGETS, camelised, faults_of
from wallet_service.simulators.fcm_tokens import TokenDesk, make_key


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request to send, as it came."""

    key: str
    """What its sender calls it: `key` among its data, or ""."""
    address: str
    message: Mapping[str, Any]
    """In camel case."""
    status: int
    """What was answered, or would have been."""
    validate_only: bool
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Notice:
    """What a phone shows."""

    title: str
    body: str
    tag: str | None


@dataclass
class FcmSimulator:
    """One Firebase project on loopback; start it with `start`."""

    project: str
    host: str
    secure: bool
    desk: TokenDesk
    port: int = 0
    journal: list[Attempt] = field(default_factory=list)
    """Every request to send that was authorised, in the order it came."""
    violations: list[str] = field(default_factory=list)
    """What Google would have refused in them."""
    screens: dict[str, list[Notice]] = field(default_factory=dict)
    """Address -> what that phone shows, oldest first; a notice takes the place of one of the same tag."""
    _closing: asyncio.Event = field(default_factory=asyncio.Event)
    _runner: web.AppRunner | None = None

    @classmethod
    async def start(
        cls,
        project: str = "burger-heroes",
        *,
        host: str = "127.0.0.1",
        tls: ssl.SSLContext | None = None,
        key: rsa.RSAPrivateKey | None = None,
    ) -> "FcmSimulator":
        """Listen on a free port; with `tls`, speak https. `key` is the service account's; without it, one is made."""
        if key is None:
            key = await asyncio.to_thread(make_key)
        fcm = cls(project, host, tls is not None, TokenDesk(project, key))
        app = web.Application()
        app.router.add_post("/token", fcm._grant)
        app.router.add_post("/v1/projects/{project}/messages:send", fcm._send)
        fcm._runner = web.AppRunner(app, shutdown_timeout=1, access_log=None)
        await fcm._runner.setup()
        await web.TCPSite(fcm._runner, host, 0, ssl_context=tls).start()
        fcm.port = fcm._runner.addresses[0][1]
        return fcm

    @property
    def root(self) -> str:
        """The address in the place of https://fcm.googleapis.com."""
        return f"http{'s' if self.secure else ''}://{self.host}:{self.port}"

    @property
    def account(self) -> dict[str, Any]:
        """The JSON key file of a service account that may send."""
        return self.desk.account(f"{self.root}/token")

    def attempts(self, key: str) -> int:
        """How often a message of this key was asked to be sent."""
        return sum(attempt.key == key for attempt in self.journal)

    def screen(self, address: str) -> list[Notice]:
        """The notices a phone shows now."""
        return list(self.screens.get(address, ()))

    async def aclose(self) -> None:
        """Let go of everyone who still waits, and stop."""
        self._closing.set()
        if self._runner is not None:
            await self._runner.cleanup()

    async def _grant(self, request: web.Request) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        status, body = self.desk.grant(form, f"{self.root}/token")
        return web.json_response(body, status=status)

    async def _send(self, request: web.Request) -> web.StreamResponse:
        if not self.desk.knows(request.headers.get("Authorization", "")):
            return _written(refusal(401, message="Request had invalid authentication credentials."))
        if request.match_info["project"] != self.project:
            return _written(refusal(404, message="Requested entity was not found."))
        try:
            body = orjson.loads(await request.read())
        except orjson.JSONDecodeError:
            return _written(refusal(400, message="Invalid JSON payload received."))
        answer = self._consider(camelised("SendMessageRequest", body), request.headers)
        return await self._say(request, answer)

    def _consider(self, body: Any, headers: Mapping[str, str]) -> Answer:
        faults = list(faults_of(body))
        self.violations += [f"{where}: {what}" for where, what in faults]
        request = {} if faults else body
        message, dry = request.get("message", {}), request.get("validateOnly", False)
        address = next((message[target] for target in TARGETS if target in message), "")
        answer = refusal(400, faults=faults) if faults else answer_for(address)
        key = message.get("data", {}).get("key", "")
        self.journal.append(Attempt(key, address, message, answer.status, dry, dict(headers)))
        if answer.takes and not dry:
            self._show(address, message)
        return answer

    def _show(self, address: str, message: Mapping[str, Any]) -> None:
        said = message.get("notification", {})
        tag = message.get("android", {}).get("notification", {}).get("tag")
        notice = Notice(said.get("title", ""), said.get("body", ""), tag)
        others = [shown for shown in self.screen(address) if tag is None or shown.tag != tag]
        self.screens[address] = [*others, notice]

    async def _say(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        if answer.way == "stall":
            await self._closing.wait()
        if answer.way == "drop" and request.transport is not None:
            request.transport.abort()
        name = {"name": f"projects/{self.project}/messages/{len(self.journal)}"}
        return _written(answer, name)


def _written(answer: Answer, otherwise: Any = None) -> web.Response:
    headers = {} if answer.retry_after is None else {"Retry-After": str(answer.retry_after)}
    body = otherwise if answer.body is None else answer.body
    if isinstance(body, str):
        return web.Response(text=body, content_type="text/html", status=answer.status, headers=headers)
    return web.json_response(body, status=answer.status, headers=headers)
