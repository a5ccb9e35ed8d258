"""Push to the apps of all brands: a channel for each, opened when first used, under whichever key file is there now."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

import structlog

from wallet_service.channels.app_account import app_account_file, read_app_account
from wallet_service.channels.app_push import AppAccountUnusable, AppPush, FcmMissing
from wallet_service.channels.seam import Channel, Message
from wallet_service.followed_files import PATIENCE, Trace, trace_of
from wallet_service.outcomes import Outcome, Refused, TryLater

LOG = structlog.get_logger()

UNTIL_MENDED = 60.0
"""Seconds until we look again whether an account has been set, or mended."""

Open = Callable[[Mapping[str, Any]], AppPush]
"""Opens the channel of one service account. Raises `AppAccountUnusable`, `FcmMissing`."""


class AppPushes:
    """The channels of all brands; they belong to the event loop that uses them."""

    def __init__(self, certs_dir: Path, open_push: Open, seconds: Callable[[], float] = monotonic) -> None:
        """`certs_dir` has the folder `fcm`; `seconds` is the clock that patience is measured by."""
        self._certs_dir = certs_dir
        self._open = open_push
        self._seconds = seconds
        self._channels: dict[str, BrandPush] = {}

    def of(self, brand_id: str) -> Channel:
        """The channel to this brand's app, the same one every time."""
        if brand_id not in self._channels:
            file = app_account_file(self._certs_dir, brand_id)
            self._channels[brand_id] = BrandPush(file, self._open, self._seconds)
        return self._channels[brand_id]

    async def aclose(self) -> None:
        """Close every connection; again is nothing."""
        await asyncio.gather(*(channel.aclose() for channel in self._channels.values()))


@dataclass(slots=True)
class Line:
    """The channel of one key, and how many are using it."""

    push: AppPush
    sending: int = 0
    retired: bool = False

    async def send(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Send them; whoever leaves a retired line last closes it."""
        self.sending += 1
        try:
            return await self.push.send(messages)
        finally:
            self.sending -= 1
            await self._close_if_left()

    async def retire(self) -> None:
        """Close once nothing is on its way here: of a message cut short, nobody could say whether it arrived."""
        self.retired = True
        await self._close_if_left()

    async def _close_if_left(self) -> None:
        if self.retired and not self.sending:
            await self.push.aclose()


class BrandPush:
    """The `Channel` to one brand's app. It follows the key file; one that cannot be used leaves the old key in force."""

    name = "app_push"

    def __init__(self, file: Path, open_push: Open, seconds: Callable[[], float] = monotonic) -> None:
        """Nothing is opened, nor looked at, before the first message."""
        self._file = file
        self._open = open_push
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._line: Line | None = None
        self._trace: Trace = None
        self._looked_at = seconds()
        self._closed = False

    async def send(self, messages: Sequence[Message]) -> Sequence[Outcome]:
        """Send them; one outcome each, in their order. Without a usable account, they wait until it is mended."""
        try:
            line = await self._present()
        except (AppAccountUnusable, FcmMissing) as refusal:
            return [TryLater(UNTIL_MENDED, refusal.detail)] * len(messages)
        if line is None:
            return [Refused("the channel is closed")] * len(messages)
        return await line.send(messages)

    async def aclose(self) -> None:
        """Close every connection; again is nothing."""
        self._closed = True
        async with self._turn:
            if self._line is not None:
                await self._line.push.aclose()

    async def _present(self) -> Line | None:
        """The line of the present key; None once we are closed."""
        async with self._turn:
            if self._closed:
                return None
            if self._line is None or self._seconds() - self._looked_at >= PATIENCE:
                await self._look()
            return self._line

    async def _look(self) -> None:
        self._looked_at = self._seconds()
        trace = await asyncio.to_thread(trace_of, self._file)
        if self._line is None:
            self._line = await self._open_line()
        elif trace != self._trace:
            await self._follow(self._line)
        self._trace = trace

    async def _follow(self, old: Line) -> None:
        try:
            self._line = await self._open_line()
        except AppAccountUnusable as refusal:
            LOG.warning("app_account_change_ignored", brand=self._file.parent.name, reason=refusal.detail)
        else:
            await old.retire()

    async def _open_line(self) -> Line:
        """In a thread, for it reads a key; the first one of all loads firebase-admin too."""
        return Line(await asyncio.to_thread(lambda: self._open(read_app_account(self._file))))
