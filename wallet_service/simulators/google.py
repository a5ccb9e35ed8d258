"""Google on loopback: token endpoint, Wallet REST interface, save pages, callbacks and the keys that prove them."""

import asyncio
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Self

import httpx2
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from wallet_service.simulators.google_accounts import Accounts, Role, ServiceAccount
from wallet_service.simulators.google_callbacks import CallbackSigner, Event, message_about
from wallet_service.simulators.google_desk import Desk
from wallet_service.simulators.google_journal import Journal
from wallet_service.simulators.google_kinds import KINDS
from wallet_service.simulators.google_postman import Letter, Postman
from wallet_service.simulators.google_saves import SaveDesk
from wallet_service.simulators.google_script import Script, calm, troubled
from wallet_service.simulators.google_shelf import Holder, Notice, Shelf
from wallet_service.simulators.google_wire import JSON, Call, GoogleRefusal, Reply

RATE = 20.0
"""Requests a second that Google takes from one project."""
HANG_UP_SECONDS = 0.01
"""How long a request may still take when the simulator closes; stalled ones would take for ever."""
LARGEST = 10 * 2**20
"""Bytes of a request."""

_OBJECT = KINDS["loyaltyObject"]


def _google_time() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a Google outside our world looks at its own clock


class GoogleSimulator:
    """A running Google Wallet: `async with GoogleSimulator() as google`; plain HTTP on 127.0.0.1.

    `now` is its clock, by which tokens, quotas, callbacks and passes expire; `rate` its quota for a project.
    """

    def __init__(self, *, now: Callable[[], datetime] = _google_time, rate: float = RATE, max_age: int = 3600) -> None:
        self.root = ""
        """Root of the REST interface, of the batch path too; without a slash at its end."""
        self.max_age = max_age
        """Seconds for which the root keys may be cached."""
        self.token_script: Script = calm
        self.keys_script: Script = calm
        self.key_fetches = 0
        """How often the root keys were asked for."""
        self.shelf = Shelf()
        self.accounts = Accounts(rate)
        self.signer = CallbackSigner()
        self.signer.rotate(now())
        self._now = now

    @property
    def token_uri(self) -> str:
        """Where a signed assertion is exchanged for an access token."""
        return f"{self.root}/token"

    @property
    def keys_url(self) -> str:
        """The root keys of callbacks."""
        return f"{self.root}/gp/m/issuer/keys"

    @property
    def save_root(self) -> str:
        """Where save links begin; a slash and the JWT follow."""
        return f"{self.root}/gp/v/save"

    @property
    def journal(self) -> Journal:
        """Every request to the REST interface, oldest first."""
        return self.desk.journal

    @property
    def script(self) -> Script:
        """What troubles the REST interface; may be replaced at any moment."""
        return self.desk.script

    @script.setter
    def script(self, script: Script) -> None:
        self.desk.script = script

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=LARGEST)
        app.router.add_post("/token", self._token)
        app.router.add_get("/gp/m/issuer/keys", self._keys)
        app.router.add_get("/gp/v/save/{jwt}", self._offer)
        app.router.add_post("/gp/v/save/{jwt}", self._save)
        app.router.add_route("*", "/{path:.*}", self._rest)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=HANG_UP_SECONDS)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.root = "http://{}:{}".format(*self._runner.addresses[0][:2])
        self.desk = Desk(self.accounts, self.shelf, self._now, self.save_root)
        self._client = httpx2.AsyncClient(timeout=10)
        self.postman = Postman(self._client)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()
        await self._runner.cleanup()

    def open_account(
        self, email: str, *, project: str = "loyalty-project", key: rsa.RSAPrivateKey | None = None
    ) -> ServiceAccount:
        """Make a service account with a key (2048 bits; making one takes a while, so one may be handed in)."""
        key = key or rsa.generate_private_key(65537, 2048)
        account = ServiceAccount(email, project, secrets.token_hex(20), key, self.token_uri)
        self.accounts.by_email[email] = account
        return account

    def open_issuer(
        self, issuer_id: str, account: ServiceAccount, *, name: str = "Issuer", role: Role = "OWNER", **more: Any
    ) -> None:
        """Make an issuer, or let a further account use it; `more` goes into the Issuer resource (callbackOptions, say)."""
        self.accounts.issuers[issuer_id] = {"issuerId": issuer_id, "name": name, **more}
        self.accounts.roles[issuer_id][account.email] = role

    def subscribe(self, listener: Callable[[Notice], None]) -> None:
        """Call `listener` with whatever phones are to show, as soon as it happens."""
        self.desk.listeners.append(listener)

    def card(self, object_id: str) -> dict[str, Any]:
        """The object as a phone shows it now, with its class inside. Raises `GoogleRefusal` (404)."""
        return self.shelf.get(_OBJECT, object_id, self._now())

    async def delete(self, object_id: str, holder: Holder) -> None:
        """A holder removes the card from the wallet. Raises `KeyError`."""
        self.shelf.holders[object_id].remove(holder)
        await self.send_callback("del", object_id)

    async def send_callback(self, event: Event, object_id: str) -> None:
        """Tell the issuer, if the class (or else the issuer) names a URL for callbacks."""
        card_class = self.card(object_id)["classReference"]
        issuer_id = object_id.partition(".")[0]
        told = card_class.get("callbackOptions") or self.accounts.issuers[issuer_id].get("callbackOptions") or {}
        if "url" in told:
            now = self._now()
            message = message_about(event, card_class["id"], object_id, now)
            await self.postman.post(Letter(told["url"], self.signer.sign(issuer_id, message, now)))

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        call = Call("POST", request.path)
        return await _sent(
            request, troubled(self.token_script, call, lambda: self.accounts.exchange(form, self._now()))
        )

    async def _keys(self, request: web.Request) -> web.StreamResponse:
        self.key_fetches += 1
        reply = Reply(200, self.signer.published(), {"Cache-Control": f"public, max-age={self.max_age}"})
        return await _sent(request, troubled(self.keys_script, Call("GET", request.path), lambda: reply))

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        call = Call(request.method, request.raw_path, headers, await request.read())
        return await _sent(request, self.desk.answer(call))

    async def _offer(self, request: web.Request) -> web.StreamResponse:
        """The page behind a save link: looking at it saves nothing."""
        return await _sent(request, self._page(request))

    async def _save(self, request: web.Request) -> web.StreamResponse:
        """The user taps on "Save"."""
        form = await request.post()
        reply = self._page(request, Holder(str(form["user"]), str(form["device"])))
        for object_id in reply.body.get("objects", ()):
            await self.send_callback("save", object_id)
        return await _sent(request, reply)

    def _page(self, request: web.Request, holder: Holder | None = None) -> Reply:
        """The cards that a link would save, or, for a holder, now has saved."""
        desk = SaveDesk(self.accounts, self.shelf)
        try:
            wishes = desk.read(request.match_info["jwt"])
            cards = [wish.resource["id"] for wish in wishes if wish.kind is _OBJECT]
            if holder is not None:
                desk.insert(wishes)
                self._hold(cards, holder)
        except GoogleRefusal as refusal:
            return refusal.reply
        return Reply(200, {"objects": cards})

    def _hold(self, cards: list[str], holder: Holder) -> None:
        """All of them, or none."""
        for object_id in cards:
            self.shelf.require_welcome(object_id, holder)
        for object_id in cards:
            self.shelf.hold(object_id, holder)


async def _sent(request: web.Request, reply: Reply) -> web.StreamResponse:
    await asyncio.sleep(reply.delay)
    if reply.dropped and request.transport is not None:
        request.transport.abort()
    return web.Response(status=reply.status, body=reply.content, headers={"Content-Type": JSON, **reply.headers})
