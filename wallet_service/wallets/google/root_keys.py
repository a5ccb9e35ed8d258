"""Google's root keys for callbacks: fetched when they are first needed, kept, and renewed before they are stale."""

import asyncio
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import structlog

from wallet_service.clock import Clock
from wallet_service.errors import Unavailable
from wallet_service.wallets.google.callback_keys import RootKey, read_root_keys

LOG = structlog.get_logger()

URL = "https://pay.google.com/gp/m/issuer/keys"
DEADLINE = 10.0
AT_FIRST = timedelta(seconds=5)
"""Least time between two tries while there are no keys at all."""
AGAIN = timedelta(minutes=1)
"""Least time between two tries while there are: strangers can make us ask by sending callbacks that nobody signed."""
WITHOUT_WORD = timedelta(hours=1)
"""How long keys are taken to be good when Google does not say."""
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=7)
MAX_AGE = re.compile(r"\bmax-age\s*=\s*\"?([0-9]{1,9})\b", re.IGNORECASE)


class RootKeysUnavailable(Unavailable):
    """Google's root keys have not been fetched yet, so nobody can say whether a callback is genuine."""

    slug = "root-keys-unavailable"
    title = "Google's root keys are not at hand"


def lifetime(headers: Mapping[str, str]) -> timedelta:
    """How long an answer stays fresh: its max-age less its Age (RFC 9111, 4.2), within reason. PURE."""
    most = MAX_AGE.search(headers.get("Cache-Control", ""))
    age = headers.get("Age", "")
    spent = int(age) if age.isascii() and age.isdigit() and len(age) < 10 else 0
    fresh = timedelta(seconds=int(most[1]) - spent) if most else WITHOUT_WORD
    return min(LONGEST, max(SHORTEST, fresh))


@dataclass(frozen=True, slots=True)
class _Kept:
    keys: tuple[RootKey, ...]
    renew_at: datetime
    """Half of their time is over."""


class RootKeys:
    """The root keys as last fetched.

    However long Google cannot be reached, the old ones are kept: each has an expiration of its own, which is looked at
    whenever it is used.
    """

    def __init__(
        self, clock: Clock, url: str = URL, *, trust_roots: Path | None = None, deadline: float = DEADLINE
    ) -> None:
        """Nothing is fetched yet. `trust_roots` is a PEM file to trust instead of the system's roots; `deadline`: seconds."""
        self._clock, self._url, self._deadline = clock, url, deadline
        self._tls = ssl.create_default_context(cafile=trust_roots)
        self._kept: _Kept | None = None
        self._tried_at: datetime | None = None
        self._flight: asyncio.Task[None] | None = None

    async def current(self) -> tuple[RootKey, ...]:
        """The keys at hand; past half of their time they are renewed in the background.

        Raises `RootKeysUnavailable` while none could be fetched.
        """
        if self._kept is None:
            await self._fetched(AT_FIRST)
        elif self._clock.now() >= self._kept.renew_at:
            self._fetching(AGAIN)
        return self._at_hand()

    async def renewed(self) -> tuple[RootKey, ...]:
        """The keys, fetched once more unless that was just done: none of those at hand vouches for a callback."""
        await self._fetched(AGAIN)
        return self._at_hand()

    async def aclose(self) -> None:
        """Give up a fetch under way."""
        if self._flight is not None:
            self._flight.cancel()
            await asyncio.wait([self._flight])

    def _at_hand(self) -> tuple[RootKey, ...]:
        if self._kept is None:
            raise RootKeysUnavailable(
                "Google's root keys could not be fetched.", remedy="Look at the log of this service."
            )
        return self._kept.keys

    async def _fetched(self, pause: timedelta) -> None:
        if flight := self._fetching(pause):
            await asyncio.shield(flight)  # whoever else waits for it goes on when this caller hangs up

    def _fetching(self, pause: timedelta) -> asyncio.Task[None] | None:
        """The fetch under way, or a new one unless the last began less than `pause` ago."""
        if self._flight is None or self._flight.done():
            now = self._clock.now()
            if self._tried_at is not None and abs(now - self._tried_at) < pause:  # a clock may leap back
                return None
            self._tried_at = now
            self._flight = asyncio.create_task(self._fetch())
        return self._flight

    async def _fetch(self) -> None:
        try:
            keys, fresh = await self._ask()
        except (aiohttp.ClientError, TimeoutError, OSError) as trouble:
            LOG.warning("root keys not fetched", address=self._url, why=str(trouble) or type(trouble).__name__)
            return
        if keys:
            self._kept = _Kept(keys, self._clock.now() + fresh / 2)
        else:
            LOG.warning("root keys not fetched", address=self._url, why="the answer holds none that can be used")

    async def _ask(self) -> tuple[tuple[RootKey, ...], timedelta]:
        timeout = aiohttp.ClientTimeout(total=self._deadline)
        async with (
            aiohttp.ClientSession(
                timeout=timeout, raise_for_status=True
            ) as session,  # once in days: nothing to keep open
            session.get(self._url, ssl=self._tls, allow_redirects=False) as answer,
        ):
            return read_root_keys(await answer.read()), lifetime(answer.headers)
