"""Push notifications to the brand's own app, through Firebase Cloud Messaging: the extra `fcm`.

The package behind it is loaded when a channel is opened, so that a brand without an app need not install it.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import orjson

from wallet_service.channels.fcm_verdict import Verdict, doubt
from wallet_service.channels.seam import Message, flaw
from wallet_service.clock import Clock, SystemClock
from wallet_service.errors import Unavailable
from wallet_service.outcomes import Outcome, Refused, TryLater

if TYPE_CHECKING:
    from wallet_service.channels.fcm_line import FcmLine

FCM = "https://fcm.googleapis.com"

BATCH = 500
"""Messages in hand at once, as many as firebase-admin takes in one call."""

PAYLOAD = 4096
"""Bytes of notification and data that FCM takes."""


class FcmMissing(Unavailable):
    """The optional package behind app push is not installed."""

    slug = "fcm-missing"
    title = "The package firebase-admin is not installed"


class AppAccountUnusable(Unavailable):
    """The service account of the brand's app is not Google's JSON key file, or its key cannot be read.

    Or it could, and the roots by which Google is to be trusted (`WALLET_FCM__TRUST_ROOTS`) cannot.
    """

    slug = "app-account-unusable"
    title = "The service account for app push cannot be used"


class AppPush:
    """A `Channel` to the phones of one Firebase project; it belongs to the event loop in which it first sends."""

    name = "app_push"

    def __init__(
        self,
        account: Mapping[str, Any],
        *,
        root: str = FCM,
        trust_roots: Path | None = None,
        deadline: float = 10.0,
        window: int = 64,
        clock: Clock | None = None,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """Raise `FcmMissing` or `AppAccountUnusable`.

        `account` is the service account's JSON, whose `token_uri` is obeyed; `trust_roots` a PEM file in the place of
        the usual roots; `deadline` the seconds after which an unanswered message is unknown (Google asks for 10 at
        least); `window` the messages on their way at once.
        """
        self._line = _open_line(
            account,
            root=root,
            trust_roots=trust_roots,
            deadline=deadline,
            window=window,
            clock=clock or SystemClock(),
        )
        self._window = asyncio.Semaphore(window)
        self._seconds = seconds
        self._held_until = seconds()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closed = False

    async def send(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Send them; one outcome each, in their order."""
        outcomes: list[Outcome] = []
        for start in range(0, len(messages), BATCH):
            verdicts = await self._send_batch(messages[start : start + BATCH])
            outcomes += [verdict.outcome for verdict in doubt(verdicts)]
        return outcomes

    async def aclose(self) -> None:
        """Close every connection; again is nothing."""
        self._closed = True
        await self._line.aclose()

    async def _send_batch(self, batch: Sequence[Message]) -> Sequence[Verdict]:
        barred = self._barred() or await self._line.authorise()
        return await asyncio.gather(*(self._send(message, barred) for message in batch))

    async def _send(self, message: Message, barred: Outcome | None) -> Verdict:
        if reason := unfit(message):
            return Verdict(Refused(reason), "unfit")
        if barred:
            return Verdict(barred, "barred")
        async with self._window:
            held = self._held_until - self._seconds()
            if held > 0:
                return Verdict(TryLater(held, "FCM asked for a pause"), "held")
            verdict = await self._line.send(message)
            self._held_until = max(self._held_until, self._seconds() + verdict.hold_s)
        return verdict

    def _barred(self) -> Outcome | None:
        if self._closed:
            return Refused("the channel is closed")
        here = asyncio.get_running_loop()
        self._loop = self._loop or here
        return None if self._loop is here else Refused("the channel belongs to another event loop: open one for each")


def unfit(message: Message) -> str | None:
    """Why FCM would not take this message, or None. After it, INVALID_ARGUMENT can only mean the address."""
    if reason := flaw(message):
        return reason
    if message.address.kind not in {"fid", "token"}:
        return f"an app has no address of the kind {message.address.kind}"
    said = {"title": message.title, "body": message.body, "key": message.key, "link": message.link or ""}
    return f"it is longer than {PAYLOAD} bytes" if len(orjson.dumps(said)) > PAYLOAD else None


def _open_line(account: Mapping[str, Any], **options: Any) -> "FcmLine":
    try:
        from wallet_service.channels.fcm_line import FcmLine
    except ModuleNotFoundError as error:
        remedy = "pip install 'wallet-service[fcm]'"
        raise FcmMissing("Push to an app needs the package firebase-admin.", remedy=remedy) from error
    if not isinstance(account.get("project_id"), str):
        raise AppAccountUnusable("The service account has no project_id.", remedy=REMEDY)
    try:
        return FcmLine(account, **options)
    except (ValueError, TypeError, AttributeError) as error:  # google-auth raises each for one bent key file or another
        raise AppAccountUnusable(f"The service account cannot be used: {error}", remedy=REMEDY) from error
    except OSError as error:
        why = f"{options['trust_roots']} cannot be read as roots to trust: {error.strerror or error}."
        raise AppAccountUnusable(why, remedy="Mend WALLET_FCM__TRUST_ROOTS.") from error


REMEDY = "Download a new JSON key of a service account in the Firebase console and set it again."
