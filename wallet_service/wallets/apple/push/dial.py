"""Making one connection: our certificate is checked first, then comes TCP, TLS, ALPN and the server's SETTINGS."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wallet_service.clock import Clock
from wallet_service.wallets.apple.push.connection import ApnsConnection
from wallet_service.wallets.apple.push.credential import LoadedCredential, PushCredential, load
from wallet_service.wallets.apple.push.trouble import CannotConnectError, words_for

SECOND_ADDRESS_AFTER = 0.25
"""Seconds before the next address of the host is tried beside the first (RFC 8305)."""
HANG_UP = 1.0
"""Seconds the server has to answer the end of TLS."""


class Dialler:
    """Connects to one host with one credential."""

    def __init__(
        self,
        credential: PushCredential,
        host: str,
        port: int,
        *,
        trust_roots: Path | None,
        clock: Clock,
        patience: float,
    ) -> None:
        """`patience`: seconds a connection may take until the server's SETTINGS."""
        self._patience = patience
        self._credential, self._trust_roots, self._clock = credential, trust_roots, clock
        self._host, self._port = host, port
        self._loaded: LoadedCredential | None = None

    async def dial(self, make: Callable[[], ApnsConnection]) -> None:
        """Make a connection and wait until it takes pushes. Raises `CannotConnectError`, never hangs."""
        if self._loaded is None:
            self._loaded = await asyncio.to_thread(load, self._credential, self._trust_roots)
        self._loaded.check(self._clock.now())
        try:
            async with asyncio.timeout(self._patience):
                await self._connect(make, self._loaded)
        except CannotConnectError as trouble:
            raise CannotConnectError(self._about(trouble.reason), lasting=trouble.lasting) from trouble
        except (OSError, UnicodeError) as error:
            # A silent host costs the whole patience: trying it three times would keep pushes waiting for too long.
            lasting = isinstance(error, TimeoutError)
            raise CannotConnectError(self._about(words_for(error)), lasting=lasting) from error

    async def _connect(self, make: Callable[[], ApnsConnection], credential: LoadedCredential) -> None:
        loop = asyncio.get_running_loop()
        # uvloop tries the addresses one after the other, and knows no word for anything else
        race: dict[str, Any] = (
            {"happy_eyeballs_delay": SECOND_ADDRESS_AFTER} if isinstance(loop, asyncio.BaseEventLoop) else {}
        )
        _, connection = await loop.create_connection(
            make, self._host, self._port, ssl=credential.context, ssl_shutdown_timeout=HANG_UP, **race
        )
        try:
            await connection.ready
        except asyncio.CancelledError:
            connection.abort("no SETTINGS in time")
            raise

    def _about(self, reason: str) -> str:
        return f"{self._host}:{self._port}: {reason}"
