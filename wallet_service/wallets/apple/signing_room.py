"""Threads that sign while the event loop goes on: a thread takes several orders at once and reports them together.

An RSA operation lets other threads run, but handing over one order at a time costs the loop as much as all the rest of
a pass. So a thread that has begun goes on until no order is left.
"""

import asyncio
import os
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from wallet_service.wallets.apple.signing import Signer

MOST_AT_ONCE = 16
"""Orders a thread takes at a time: some 6 ms, which the first of them waits for the last."""


@dataclass(frozen=True, slots=True)
class Order:
    """A manifest to be signed, and who waits for the signature."""

    signer: Signer
    manifest: bytes
    now: datetime
    done: asyncio.Future[bytes]


Report = tuple[Order, bytes | Exception]


class SigningRoom:
    """Signs in as many threads as there are cores. Used from one event loop."""

    def __init__(self, threads: int | None = None, executor: Executor | None = None) -> None:
        """`executor` lends the threads; without it they are our own."""
        self._free = threads or os.cpu_count() or 2
        self._threads = self._free
        self._executor = executor or ThreadPoolExecutor(self._free, thread_name_prefix="sign")
        self._orders: deque[Order] = deque()
        self._lock = Lock()

    async def sign(self, signer: Signer, manifest: bytes, now: datetime) -> bytes:
        """As `Signer.sign`, without holding up the loop."""
        order = Order(signer, manifest, now, asyncio.get_running_loop().create_future())
        with self._lock:
            self._orders.append(order)
            idle = self._free > 0
            self._free -= idle
        if idle:
            self._executor.submit(self._work)
        return await order.done

    def close(self) -> None:
        """Turn away what has not begun, and let the threads go."""
        with self._lock:
            waiting, self._orders = self._orders, deque()
        for order in waiting:
            order.done.cancel()
        self._executor.shutdown()

    def _work(self) -> None:
        while orders := self._take():
            reports = [(order, _signed(order)) for order in orders]
            with suppress(RuntimeError):  # the loop is closed, and nobody waits any more
                orders[0].done.get_loop().call_soon_threadsafe(_deliver, reports)

    def _take(self) -> list[Order]:
        """A fair share of what waits; nothing left means that this thread is free again."""
        with self._lock:
            share = min(MOST_AT_ONCE, -(-len(self._orders) // self._threads))
            self._free += not share
            return [self._orders.popleft() for _ in range(share)]


def _signed(order: Order) -> bytes | Exception:
    try:
        return order.signer.sign(order.manifest, order.now)
    except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to whoever waits
        return error


def _deliver(reports: Sequence[Report]) -> None:
    for order, report in reports:
        if order.done.done():
            continue  # whoever waited is gone
        if isinstance(report, Exception):
            order.done.set_exception(report)
        else:
            order.done.set_result(report)
