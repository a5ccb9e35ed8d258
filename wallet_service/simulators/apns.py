"""Apple's push service on loopback: HTTP/2 over mutual TLS, as strict as the original and as faulty as a script says."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Self

from wallet_service.simulators.apns_connection import ApnsConnection
from wallet_service.simulators.apns_desk import Desk, RefusedPush
from wallet_service.simulators.apns_script import TAKEN, ReceivedPush, Script, always
from wallet_service.simulators.pki import SimulatedPki

__all__ = ["ApnsSimulator", "ReceivedPush", "RefusedPush"]

HANDSHAKE_SECONDS = 5.0
"""How long a client may take to finish its TLS handshake."""
HANG_UP_SECONDS = 1.0
"""How long a client may take to answer TLS close_notify."""


class ApnsSimulator:
    """A running APNs: `POST /3/device/<token>` on `host`:`port` (Apple, "Sending notification requests to APNs")."""

    def __init__(self, max_streams: int, script: Script) -> None:
        self.host = ""
        self.port = 0
        self.connections = 0
        """Connections ever accepted, that is after their TLS handshake."""
        self._desk = Desk(script)
        self._max_streams = max_streams
        self._open: set[ApnsConnection] = set()

    @classmethod
    async def start(
        cls,
        pki: SimulatedPki,
        *,
        client_roots: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        max_streams: int = 1000,
        script: Script | None = None,
        alpn: Sequence[str] = ("h2",),
    ) -> Self:
        """Listen on `host` (`port` 0: any free one).

        A client certificate is always demanded: one that chains to `client_roots`, or, when that is None, one made by
        `pki.pass_certificate`. `alpn=["http/1.1"]` makes a server that no client of APNs may accept.
        """
        simulator = cls(max_streams, script or always(TAKEN))
        await simulator._listen(pki, client_roots, host, port, alpn)
        return simulator

    async def _listen(
        self, pki: SimulatedPki, client_roots: Path | None, host: str, port: int, alpn: Sequence[str]
    ) -> None:
        self._server = await asyncio.get_running_loop().create_server(
            self._accept,
            host,
            port,
            ssl=pki.server_context(client_roots, alpn),
            ssl_handshake_timeout=HANDSHAKE_SECONDS,
            ssl_shutdown_timeout=HANG_UP_SECONDS,
        )
        self.host, self.port = self._server.sockets[0].getsockname()[:2]

    @property
    def received(self) -> list[ReceivedPush]:
        """The ledger: every push taken on, in order, answered or not; refused ones are in `refused`."""
        return self._desk.received

    @property
    def refused(self) -> list[RefusedPush]:
        """Every push not taken, in order: answered with another status than 200, reset as refused, or gone away from."""
        return self._desk.refused

    @property
    def violations(self) -> list[str]:
        """Breaches of HTTP/2 that made us close a connection; a good client causes none."""
        return self._desk.violations

    @property
    def open_connections(self) -> int:
        """How many connections are open now."""
        return len(self._open)

    @property
    def script(self) -> Script:
        """What decides the replies; may be replaced at any moment."""
        return self._desk.script

    @script.setter
    def script(self, script: Script) -> None:
        self._desk.script = script

    def kill_token(self, token: str, timestamp_ms: int) -> None:
        """Answer 410 Unregistered for this token from now on, dead since `timestamp_ms` (Unix milliseconds)."""
        self._desk.dead_tokens[token.lower()] = timestamp_ms

    def subscribe(self, listener: Callable[[ReceivedPush], None]) -> None:
        """Call `listener` for every push taken on, as soon as it is."""
        self._desk.listeners.append(listener)

    async def change_max_streams(self, limit: int) -> None:
        """Announce another limit of concurrent streams on every connection, and on those to come."""
        self._max_streams = limit
        for connection in self._open:
            connection.limit_streams(limit)

    async def aclose(self) -> None:
        """Stop listening and cut every connection."""
        self._server.close()
        cut = list(self._open)
        for connection in cut:
            connection.abort()
        await asyncio.gather(*(connection.lost for connection in cut))
        await self._server.wait_closed()

    def _accept(self) -> ApnsConnection:
        return ApnsConnection(self._desk, self._max_streams, opened=self._opened, lost=self._open.discard)

    def _opened(self, connection: ApnsConnection) -> int:
        self.connections += 1
        self._open.add(connection)
        return self.connections
