"""The client of Google's REST interface: calls go in, verdicts come out, whatever happens in between.

Whoever wants to say what is newest asks for a permit first, which takes its time, and looks then. Nothing is repeated in
secret, except a single call, once, after a stale access token: whether, when and in which words to try again is the
caller's decision, who knows what is newest by then.
"""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from wallet_service.clock import Clock
from wallet_service.wallets.google import batch, calls
from wallet_service.wallets.google.access_token import TokenDesk
from wallet_service.wallets.google.calls import Call, Json, Kind
from wallet_service.wallets.google.pace import Lane, Pace
from wallet_service.wallets.google.service_account import ServiceAccount
from wallet_service.wallets.google.verdict import (
    LONGEST_PAUSE,
    Answer,
    Done,
    NotAllowed,
    RateExceeded,
    TokenStale,
    Trouble,
    Verdict,
    judge,
)

ROOT = "https://walletobjects.googleapis.com"
AT_ONCE = 10
"""Most calls in one request: half of what a second holds, so that a customer is never far from the next gap."""
BREATH = 1.0
"""Seconds for which nothing is sent after Google said that it was too much, where it names none."""
NEVER_LEFT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""No connection was made."""
HEADERS = {"User-Agent": "wallet_service (gzip)", "Accept-Encoding": "gzip"}
"""Google compresses for those only who name gzip in both."""


@dataclass(frozen=True, slots=True)
class Permit:
    """Some requests may be sent, now."""

    requests: int
    token: str


class GoogleClient:
    """Speaks for one service account. Make it and use it inside a running event loop.

    Every call waits for its turn in `pace`, which all clients of one Google project share, and then has `deadline`
    seconds to be answered.
    """

    def __init__(
        self,
        account: ServiceAccount,
        *,
        pace: Pace,
        clock: Clock,
        root: str = ROOT,
        trust_roots: Path | None = None,
        deadline: float = 10.0,
    ) -> None:
        """`trust_roots` is a PEM file of roots to trust instead of the system's."""
        trust = ssl.create_default_context(cafile=trust_roots)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=trust),
            timeout=aiohttp.ClientTimeout(total=deadline),
            headers=HEADERS,
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        self._desk = TokenDesk(account, self._session, clock)
        self._pace = pace
        self._root = root.rstrip("/")

    async def permit(self, lane: Lane, most: int) -> Permit | NotAllowed | Trouble:
        """Wait until up to `most` requests may be sent, at once; make the calls then, and `send` them."""
        token = await self._desk.token()
        if not isinstance(token, str):
            return token
        granted = await self._pace.turn(lane, min(most, AT_ONCE))
        return Permit(granted, token) if granted else Trouble("not sent: nobody knows what others send", arrived=False)

    async def send(self, permit: Permit, wanted: Sequence[Call]) -> Sequence[Verdict]:
        """Make calls, no more than permitted; one verdict each, in their order."""
        verdicts = await self._send(wanted, {"Authorization": f"Bearer {permit.token}"}) if wanted else ()
        for verdict in verdicts:
            self._heed(verdict, permit.token)
        return verdicts

    async def call(self, call: Call, lane: Lane = Lane.INTERACTIVE) -> Verdict:
        """Make one call; with a stale token once more."""
        verdict = await self._call_once(call, lane)
        return await self._call_once(call, lane) if isinstance(verdict, TokenStale) else verdict

    async def insert(self, kind: Kind, resource: Json, lane: Lane = Lane.INTERACTIVE) -> Verdict:
        """Make a class or an object; `AlreadyThere` if it is."""
        return await self.call(calls.insert(kind, resource), lane)

    async def patch(self, kind: Kind, resource_id: str, changes: Json, lane: Lane = Lane.INTERACTIVE) -> Verdict:
        """Merge changes into a class or an object. Repeating it does no harm, unless it notifies."""
        return await self.call(calls.patch(kind, resource_id, changes), lane)

    async def get(self, kind: Kind, resource_id: str, lane: Lane = Lane.INTERACTIVE) -> Verdict:
        """`Done` with everything that Google has of a class or an object."""
        return await self.call(calls.get(kind, resource_id), lane)

    async def add_message(
        self, kind: Kind, resource_id: str, message: Json, lane: Lane = Lane.CAMPAIGN, *, repeated: bool
    ) -> Verdict:
        """Append a message, which has an `id`. `repeated`: an earlier try may have arrived, so look for it first.

        Without that look the holder would have the message, and its notice, twice: Google does not compare ids.
        """
        if repeated:
            found = await self.get(kind, resource_id, lane)
            if not isinstance(found, Done) or _has_message(found.resource, message["id"]):
                return found
        return await self.call(calls.add_message(kind, resource_id, message), lane)

    async def aclose(self) -> None:
        """Close every connection; what is under way or waits ends as `Trouble`."""
        await self._session.close()
        await self._desk.aclose()

    async def _call_once(self, call: Call, lane: Lane) -> Verdict:
        permit = await self.permit(lane, 1)
        return (await self.send(permit, [call]))[0] if isinstance(permit, Permit) else permit

    def _heed(self, verdict: Verdict, token: str) -> None:
        match verdict:
            case TokenStale():
                self._desk.forget(token)
            case RateExceeded(_, seconds):
                self._pace.hold(BREATH if seconds is None else min(seconds, LONGEST_PAUSE))

    async def _send(self, wanted: Sequence[Call], headers: Mapping[str, str]) -> Sequence[Verdict]:
        if self._session.closed:
            return [Trouble("not sent: the client is closed", arrived=False)] * len(wanted)
        try:
            return await (self._send_one(wanted[0], headers) if len(wanted) == 1 else self._send_many(wanted, headers))
        except (aiohttp.ClientError, TimeoutError) as trouble:
            arrived = not isinstance(trouble, NEVER_LEFT)
            return [Trouble(f"no answer: {type(trouble).__name__}", arrived=arrived)] * len(wanted)

    async def _send_one(self, call: Call, headers: Mapping[str, str]) -> Sequence[Verdict]:
        typed = {**headers, "Content-Type": "application/json"} if call.body is not None else headers
        answer, _ = await self._ask(call.method, call.path, call.content, typed)
        return [judge(answer)]

    async def _send_many(self, wanted: Sequence[Call], headers: Mapping[str, str]) -> Sequence[Verdict]:
        typed = {**headers, "Content-Type": batch.CONTENT_TYPE}
        answer, content_type = await self._ask("POST", batch.PATH, batch.pack(wanted), typed)
        outer = judge(answer)
        if not isinstance(outer, Done):
            return [outer] * len(wanted)
        parts = batch.unpack(content_type, answer.body, len(wanted))
        return [Trouble("no answer in the batch") if part is None else judge(part) for part in parts]

    async def _ask(self, method: str, path: str, content: bytes, headers: Mapping[str, str]) -> tuple[Answer, str]:
        address, body = self._root + path, content or None
        async with self._session.request(method, address, data=body, headers=headers, allow_redirects=False) as reply:
            answer = Answer(reply.status, await reply.read(), reply.headers.get("Retry-After"))
            return answer, reply.headers.get("Content-Type", "")


def _has_message(resource: Json, message_id: str) -> bool:
    messages = resource.get("messages")
    return isinstance(messages, list) and any(
        isinstance(each, dict) and each.get("id") == message_id for each in messages
    )
