"""One connection on a stage: transport, server and owner in memory."""

import asyncio

from tests.wallets.apple.push.memory_apns import MemoryApns, MemoryTransport
from wallet_service.wallets.apple.push.codec_h2 import H2Codec
from wallet_service.wallets.apple.push.connection import ApnsConnection, Habits
from wallet_service.wallets.apple.push.request import Heads
from wallet_service.wallets.apple.push.seam import Push, PushOutcome, PushResult
from wallet_service.wallets.apple.push.ticket import Batch, Ticket


class Notebook:
    """An owner that writes down what it is told."""

    def __init__(self) -> None:
        self.results: list[PushResult] = []
        self.farewells: list[str] = []
        self.offers = 0

    def opened(self, connection: ApnsConnection) -> None: ...

    def concluded(self, ticket: Ticket, result: PushResult) -> None:
        self.results.append(result)

    def has_room(self) -> None:
        self.offers += 1

    def lost(self, connection: ApnsConnection, reason: str) -> None:
        self.farewells.append(reason)

    @property
    def outcomes(self) -> list[PushOutcome]:
        return [result.outcome for result in self.results]


class Scene:
    """A connection, its transport, its server and its owner."""

    def __init__(
        self, *, greeted: bool = True, alpn: str | None = "h2", max_streams: int = 10, **habits: float
    ) -> None:
        self.owner, self.apns = Notebook(), MemoryApns(max_streams=max_streams)
        self.connection = ApnsConnection(H2Codec(), Heads("apns"), self.owner, Habits(**habits))  # type: ignore[arg-type]  # lifetime is an int
        self.transport = MemoryTransport(self.connection, alpn=alpn)
        self.connection.connection_made(self.transport)
        if greeted:
            self.carry()

    def carry(self) -> None:
        """Bytes to the server, and its answers back."""
        if written := self.transport.take():
            self.apns.hear(written)
        if said := self.apns.say():
            self.connection.data_received(said)

    async def push(self, count: int = 1, *, expires: float = float("inf")) -> None:
        for _ in range(count):
            self.connection.push(Ticket(Push("ab" * 32, "pass.com.example"), Batch(), since=0.0, expires=expires))
        await asyncio.sleep(0)
        self.carry()

    def answer(self, stream: int, status: int = 200, body: bytes = b"") -> None:
        self.connection.data_received(self.apns.answer(stream, status, body))

    async def close(self) -> None:
        self.connection.abort("the test is over")
        await asyncio.sleep(0)
