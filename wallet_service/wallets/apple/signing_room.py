"""Where passes are signed while the event loop goes on: by clerks, which are processes of their own.

A thread that signs waits for Python's lock after each signature, and lets the loop wait for it. A clerk is sent a
digest of 32 bytes and sends a signature back; what is ordered within one turn of the loop goes out together. What a
clerk took to its grave is given to the next.
"""

import asyncio
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from wallet_service.errors import Unavailable
from wallet_service.wallets.apple import signing_clerk
from wallet_service.wallets.apple.signing import Signer
from wallet_service.wallets.apple.signing_clerk import MOST_AT_ONCE

MOST_HELD = 2 * MOST_AT_ONCE
"""Orders a clerk is given ahead, so that it always has the next at hand."""
BUSY = MOST_AT_ONCE
"""Orders in the hands of every clerk that make another worth its 20 MB."""
LIVES = 3
"""Clerks that may end over an order before it is given up."""


class SigningStopped(Unavailable):
    """The processes that sign passes cannot be started, or end as soon as they begin: the system may lack memory.

    Nothing is lost; phones ask again.
    """

    slug = "signing-stopped"
    title = "Passes cannot be signed at the moment"


@dataclass(slots=True, eq=False)
class Order:
    """A digest to be signed, and who waits for the signature."""

    signer: Signer
    digest: bytes
    done: asyncio.Future[bytes]
    lives: int = LIVES


class Clerk(asyncio.Protocol):
    """One process, and the orders it holds."""

    def __init__(self, served: Callable[[], None], ended: Callable[["Clerk"], None]) -> None:
        self.held: deque[Order] = deque()
        self._served = served
        self._ended = ended
        self._keys: dict[Signer, int] = {}
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The line is open."""
        self.line = cast("asyncio.WriteTransport", transport)  # uvloop's does not say so of itself

    def take(self, orders: Sequence[Order]) -> None:
        """Sign these, after those it holds."""
        self.held.extend(orders)
        fresh = {order.signer for order in orders}.difference(self._keys)
        keys = [(self._keys.setdefault(signer, len(self._keys)), signer.private_key()) for signer in fresh]
        self.line.write(signing_clerk.join(keys + [(self._keys[order.signer], order.digest) for order in orders]))

    def data_received(self, data: bytes) -> None:
        """Some are signed."""
        records, self._heard = signing_clerk.split(self._heard + data)
        for _, signature in records:
            done = self.held.popleft().done
            if not done.done():  # else whoever waited is gone
                done.set_result(signature)
        self._served()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - it has ended either way
        """There will be no more."""
        self._ended(self)


class SigningRoom:
    """Signs with as many clerks as there are cores; they come with the first order. Used from one event loop."""

    def __init__(self, clerks: int | None = None) -> None:
        self._most = clerks or os.cpu_count() or 2
        self._clerks: dict[Clerk, subprocess.Popen[bytes]] = {}
        self._orders: deque[Order] = deque()
        self._turn: asyncio.Handle | None = None
        self._hiring: asyncio.Task[None] | None = None

    @property
    def clerks(self) -> list[int]:
        """The process ids of its clerks."""
        return [process.pid for process in self._clerks.values()]

    async def sign(self, signer: Signer, manifest: bytes, now: datetime) -> bytes:
        """As `Signer.sign`, without holding up the loop. Raises `SigningStopped` too."""
        draft = signer.draft(manifest, now)
        loop = asyncio.get_running_loop()
        order = Order(signer, draft.digest, loop.create_future())
        self._orders.append(order)
        if self._turn is None:
            self._turn = loop.call_soon(self._hand_out)
        return signer.finish(draft, await order.done)

    async def aclose(self) -> None:
        """Turn away what has not been signed, and let the clerks go."""
        self._most = 0
        if self._hiring:
            await self._hiring
        for order in [*self._orders, *(order for clerk in self._clerks for order in clerk.held)]:
            order.done.cancel()
        for clerk in self._clerks:
            clerk.line.close()
        await asyncio.gather(*(asyncio.to_thread(process.wait) for process in self._clerks.values()))

    def _hand_out(self) -> None:
        """Give every clerk a fair share of what waits, and hire one if all of them are busy."""
        self._turn = None
        for clerk in self._clerks:
            share = min(MOST_HELD - len(clerk.held), -(-len(self._orders) // len(self._clerks)))
            if share > 0:
                clerk.take([self._orders.popleft() for _ in range(min(share, len(self._orders)))])
        busy = all(len(clerk.held) >= BUSY for clerk in self._clerks) if self._clerks else bool(self._orders)
        if busy and len(self._clerks) < self._most and not self._hiring:
            self._hiring = asyncio.get_running_loop().create_task(self._hire())

    async def _hire(self) -> None:
        try:
            process, line = await asyncio.to_thread(_start)
        except OSError as trouble:
            _give_up(self._orders, f"The system says: {trouble.strerror}.")
            self._orders.clear()
        else:
            loop = asyncio.get_running_loop()
            _, clerk = await loop.create_unix_connection(lambda: Clerk(self._hand_out, self._part), sock=line)
            self._clerks[clerk] = process
        self._hiring = None
        self._hand_out()

    def _part(self, clerk: Clerk) -> None:
        """A clerk is no more; what it held is for the others, but not for ever."""
        process = self._clerks.pop(clerk, None)
        if not self._most or process is None:
            return  # we closed
        process.wait()  # it has ended, or is about to
        for order in clerk.held:
            order.lives -= 1
        _give_up([order for order in clerk.held if not order.lives], f"{LIVES} of its clerks ended in turn.")
        self._orders.extendleft(order for order in reversed(clerk.held) if order.lives)
        self._hand_out()


def _start() -> tuple[subprocess.Popen[bytes], socket.socket]:
    """A clerk's process and our end of its line. Raises `OSError`."""
    ours, its = socket.socketpair()
    with its:
        try:
            # -P: what lies beside the program is not what it imports
            return subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-P", signing_clerk.__file__], stdin=its.fileno()
            ), ours
        except OSError:
            ours.close()
            raise


def _give_up(orders: Iterable[Order], why: str) -> None:
    for order in orders:
        if not order.done.done():
            order.done.set_exception(SigningStopped(why))
