"""The way to FCM for one service account: firebase-admin, kept to one attempt for each message.

Left alone, firebase-admin repeats a POST by itself after 401, 500 and 503 (and, in its blocking half, after a read
time-out: two notifications), refreshes its token inside the event loop, and takes roots of trust from the environment
only. So it is given a client that tries once and a token fetched beforehand, at the private names `_fcm_url` and
`_async_client`, which are the same in all of 7.x. Each message is a batch of its own: an answer that firebase-admin
trips over would otherwise cost the outcomes of the whole batch.
"""

import asyncio
import ssl
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import firebase_admin  # type: ignore[import-untyped]  # ships no types
import httpx
from firebase_admin import exceptions, messaging
from google.oauth2.service_account import Credentials

from wallet_service.channels.fcm_token import AccessToken
from wallet_service.channels.fcm_verdict import DELIVERED, Verdict, judge, judge_silence
from wallet_service.channels.seam import Message
from wallet_service.clock import Clock
from wallet_service.outcomes import Outcome, Refused, TryLater
from wallet_service.retry_after import seconds_until

SCOPE = "https://www.googleapis.com/auth/firebase.messaging"

NAMELESS = Verdict(judge_silence("an answer without a name").outcome, "nameless")


class OneAttempt:
    """What firebase-admin sends with in the place of its HttpxAsyncClient: the part it uses, and no second attempt."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """`client` follows no redirects and knows the access token."""
        self._client = client

    async def request(self, method: str, url: str, **rest: Any) -> httpx.Response:
        """Send once. Raises `httpx.HTTPError`, for an answer that is no success too."""
        response = await self._client.request(method, url, **rest)
        return response.raise_for_status()

    async def aclose(self) -> None:
        """Close every connection; again is nothing."""
        await self._client.aclose()


class FcmLine:
    """One firebase app and its client, which belongs to the event loop that uses it first."""

    def __init__(
        self,
        account: Mapping[str, Any],
        *,
        root: str,
        trust_roots: Path | None,
        deadline: float,
        window: int,
        clock: Clock,
    ) -> None:
        """Raise ValueError if the service account cannot be used. `deadline` (seconds) is for one answer."""
        credentials = Credentials.from_service_account_info(account, scopes=[SCOPE])  # type: ignore[no-untyped-call]  # google-auth has it untyped
        self._clock = clock
        self._token = AccessToken(credentials, trust_roots=trust_roots, deadline=deadline)
        self._client = httpx.AsyncClient(
            http2=True,
            verify=ssl.create_default_context(cafile=str(trust_roots)) if trust_roots else True,
            timeout=httpx.Timeout(deadline, pool=None),  # nobody waits for the pool: it is as large as the window
            limits=httpx.Limits(max_connections=window),
        )
        self._app = _open_app(credentials, root, account["project_id"], self._client)

    async def authorise(self) -> Outcome | None:
        """Have a fresh access token at hand; if none is to be had, what becomes of the messages."""
        token = await self._token.get()
        if not isinstance(token, str):
            return token
        self._client.headers["Authorization"] = f"Bearer {token}"
        return None

    async def send(self, message: Message) -> Verdict:
        """Send a message that was checked. One request, never two."""
        try:
            sent = await messaging.send_each_async([compose(message, self._clock.now())], app=self._app)
        except exceptions.FirebaseError as error:
            return self._judge(error)
        except ValueError as error:  # an objection of firebase-admin that our own check does not know
            return Verdict(Refused(str(error)), "unfit")
        answer = sent.responses[0]
        if answer.exception is not None:
            return self._judge(answer.exception)
        return DELIVERED if answer.success else NAMELESS

    async def aclose(self) -> None:
        """Close every connection and forget the app; again is nothing."""
        await self._client.aclose()
        app, self._app = self._app, None
        if app is not None:
            await asyncio.to_thread(firebase_admin.delete_app, app)  # it starts a loop of its own

    def _judge(self, error: exceptions.FirebaseError) -> Verdict:
        answer: httpx.Response | None = error.http_response
        if answer is None:
            return judge_silence(type(error.cause).__name__)
        wait = seconds_until(answer.headers.get("Retry-After"), self._clock.now())
        verdict = judge(answer.status_code, answer.content, wait)
        if answer.status_code == 401 and isinstance(verdict.outcome, TryLater):  # else another key is to blame
            self._token.forget(answer.request.headers["Authorization"].removeprefix("Bearer "))
        return verdict


def compose(message: Message, now: datetime) -> messaging.Message:
    """The message as firebase-admin takes it: under its key it replaces itself, on its way and on the screen."""
    key, expires = message.key, timedelta(seconds=message.expires_s)
    apns_expiration = str(int((now + expires).timestamp())) if expires else "0"
    composed = messaging.Message(
        notification=messaging.Notification(message.title, message.body),
        data={"key": key} | ({"link": message.link} if message.link else {}),
        android=messaging.AndroidConfig(
            collapse_key=key, ttl=expires, notification=messaging.AndroidNotification(tag=key)
        ),
        apns=messaging.APNSConfig({"apns-collapse-id": key, "apns-expiration": apns_expiration}),
        webpush=messaging.WebpushConfig(
            {"TTL": str(message.expires_s)},
            notification=messaging.WebpushNotification(tag=key),
            fcm_options=messaging.WebpushFCMOptions(message.link) if message.link else None,
        ),
        fcm_options=messaging.FCMOptions(message.topic),
    )
    setattr(composed, message.address.kind, message.address.value)  # as an argument, `token` warns that it is old
    return composed


def _open_app(credentials: Credentials, root: str, project: str, client: httpx.AsyncClient) -> firebase_admin.App:
    name = f"wallet-service-{uuid4()}"  # firebase-admin keeps apps by name, for the whole process
    app = firebase_admin.initialize_app(credentials, {"projectId": project}, name)
    service = messaging._get_messaging_service(app)  # noqa: SLF001 - there is no public way to its address or client
    service._fcm_url = f"{root}/v1/projects/{project}/messages:send"  # noqa: SLF001 - the same
    service._async_client = OneAttempt(client)  # noqa: SLF001 - the same
    return app
