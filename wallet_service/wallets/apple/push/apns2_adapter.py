"""A client with the API of the package `apns2` as a push transport: the extra `apns2`, for those who have settled on it.

Such a client blocks, so it works in a thread; it has no time-outs, so a batch without an end is left to its fate at the
deadline; it loses a whole batch when one stream breaks, so all of that batch is then `unknown`. The pool does better.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import orjson

from wallet_service.clock import Clock
from wallet_service.errors import Unavailable
from wallet_service.wallets.apple.push.credential import PushCredential, load
from wallet_service.wallets.apple.push.seam import Push, PushOutcome, PushResult
from wallet_service.wallets.apple.push.suspicion import Suspicion
from wallet_service.wallets.apple.push.trouble import CannotConnectError, words_for
from wallet_service.wallets.apple.push.verdict import OUTCOME_OF_REASON

Said = str | tuple[str, int]
"""What such a client says of one push: `Success`, Apple's reason, or the reason with the timestamp of a 410."""


class Apns2Client(Protocol):
    """The part of the API of `apns2.client.APNsClient` that is used; `close` only if there is one."""

    def send_notification_batch(self, notifications: Iterable[Any], **manner: Any) -> Mapping[str, Said]:
        """Send notifications of one manner to distinct tokens; what was said of each token."""
        ...


class Apns2MissingError(Unavailable):
    """The optional package behind this adapter is not installed."""

    slug = "apns2-missing"
    title = "The package apns2-up is not installed"


class JsonPayload:
    """A payload that is already JSON; to an `apns2` client it looks like its `Payload`."""

    alert = badge = sound = None

    def __init__(self, payload: bytes) -> None:
        self._payload = payload

    def dict(self) -> Any:
        """The payload as the client will encode it again."""
        return orjson.loads(self._payload)


class Apns2PushTransport:
    """A `PushTransport` over blocking clients that `connect` makes; one batch at a time."""

    def __init__(self, connect: Callable[[], Apns2Client], *, window: int = 500, deadline: float = 20.0) -> None:
        """Raise `Apns2MissingError` if the package is not there. `deadline` (seconds) is for a whole batch."""
        self._api = _api()
        self._connect, self._window, self._deadline = connect, window, deadline
        self._client: Apns2Client | None = None
        self._turn = asyncio.Lock()
        self._closed = False

    async def send(self, push: Push) -> PushResult:
        """Send one push and wait for its verdict."""
        return (await self._send([push]))[0]

    async def send_many(self, pushes: Iterable[Push]) -> AsyncIterator[PushResult]:
        """Send all, batch by batch; exactly one verdict for each push."""
        suspicion = Suspicion()
        for batch in batches(pushes, self._window):
            for result in await self._send(batch):
                for told in suspicion.sift(result):
                    yield told
        for told in suspicion.rest():
            yield told

    async def aclose(self) -> None:
        """Wait for the batch in hand, then close the connection."""
        self._closed = True
        async with self._turn:
            self._drop_client()

    async def _send(self, batch: Sequence[Push]) -> list[PushResult]:
        async with self._turn:
            if self._closed:
                return _all(batch, PushOutcome.NOT_SENT, "the transport is closed")
            try:
                async with asyncio.timeout(self._deadline):
                    said = await _in_thread(lambda: self._ask(batch))
            except TimeoutError:
                self._client = None  # its thread is still inside
                return _all(batch, PushOutcome.UNKNOWN, "no answer within the deadline")
            except (CannotConnectError, self._api.errors.ConnectionFailed) as error:
                self._client = None
                return _all(batch, PushOutcome.UNAVAILABLE, str(error) or "no connection")
            except Exception as error:  # noqa: BLE001 - whatever a foreign client raises, these pushes need a verdict
                self._drop_client()
                return _all(batch, PushOutcome.UNKNOWN, words_for(error))
        return [_result(push, said[push.token]) for push in batch]

    def _ask(self, batch: Sequence[Push]) -> Mapping[str, Said]:
        client = self._client = self._client or self._connect()
        client_api, push = self._api.client, batch[0]
        return client.send_notification_batch(
            [client_api.Notification(push.token, JsonPayload(push.payload)) for push in batch],
            topic=push.topic,
            priority=client_api.NotificationPriority(str(push.priority or 10)),
            expiration=push.expiration,
            collapse_id=push.collapse_id,
            push_type=client_api.NotificationType(push.push_type) if push.push_type else None,
        )

    def _drop_client(self) -> None:
        client, self._client = self._client, None
        if (close := getattr(client, "close", None)) is not None:
            close()


def apns2_up(
    credential: PushCredential, *, host: str, port: int = 443, trust_roots: Path | None = None, clock: Clock
) -> Callable[[], Apns2Client]:
    """How to connect with the package `apns2-up` to any host. Raises `Apns2MissingError` if it is not installed."""
    api = _api()

    class Client(api.client.APNsClient):  # type: ignore[misc, name-defined]  # the base is known only at run time
        LIVE_SERVER, DEFAULT_PORT = host, port

        def close(self) -> None:
            self._connection.close()

    def connect() -> Apns2Client:
        load(credential, trust_roots).check(clock.now())
        files = (str(credential.certificate), str(credential.key or credential.certificate))
        context = api.tls.init_context(cert_path=trust_roots and str(trust_roots), cert=files)
        client: Apns2Client = Client(api.credentials.Credentials(context))
        return client

    return connect


def batches(pushes: Iterable[Push], size: int) -> Iterator[list[Push]]:
    """Runs of at most `size` pushes that differ in token and payload only, each token once: what one call can carry."""
    for _, run in groupby(
        pushes, lambda push: (push.topic, push.push_type, push.priority, push.expiration, push.collapse_id)
    ):
        batch: dict[str, Push] = {}
        for push in run:
            if len(batch) >= size or push.token in batch:
                yield list(batch.values())
                batch = {}
            batch[push.token] = push
        yield list(batch.values())


def _result(push: Push, said: Said) -> PushResult:
    if said == "Success":
        return PushResult(push, PushOutcome.ACCEPTED, 200)
    reason, timestamp = said if isinstance(said, tuple) else (said, None)
    return PushResult(push, OUTCOME_OF_REASON.get(reason, PushOutcome.REJECTED), reason=reason, timestamp=timestamp)


def _all(batch: Sequence[Push], outcome: PushOutcome, reason: str) -> list[PushResult]:
    return [PushResult(push, outcome, reason=reason) for push in batch]


async def _in_thread(act: Callable[[], Mapping[str, Said]]) -> Mapping[str, Said]:
    """Run `act` in a daemon thread: one that never returns must not keep the process from ending."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Mapping[str, Said]] = loop.create_future()

    def work() -> None:
        try:
            said = act()
        except Exception as error:  # noqa: BLE001 - carried to the one who waits
            loop.call_soon_threadsafe(_unless_done, future, future.set_exception, error)
        else:
            loop.call_soon_threadsafe(_unless_done, future, future.set_result, said)

    threading.Thread(target=work, daemon=True, name="apns2").start()
    return await future


def _unless_done(future: asyncio.Future[Any], finish: Callable[[Any], None], outcome: Any) -> None:
    if not future.done():
        finish(outcome)


def _api() -> SimpleNamespace:
    try:
        from apns2 import client, credentials, errors
        from hyper import tls
    except ImportError as error:
        remedy = "pip install 'wallet-service[apns2]'"
        raise Apns2MissingError("Pushing through apns2 needs the package apns2-up.", remedy=remedy) from error
    return SimpleNamespace(client=client, credentials=credentials, errors=errors, tls=tls)
