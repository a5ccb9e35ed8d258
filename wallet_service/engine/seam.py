"""The seam of the engine: work that happens later. Jobs are wake-ups; what is due stands in tables."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from wallet_service.database.seam import Transaction

Job = Callable[[], Awaitable[None]]
"""Idempotent: looks for what is due, does it, writes what became of it."""


@dataclass(frozen=True, slots=True)
class Cron:
    """A job that is woken by the clock, once in the whole cluster per tick."""

    job: str
    expression: str
    """Five fields, minute first, UTC."""


class Engine(Protocol):
    """Wakes jobs."""

    async def enqueue(self, tx: Transaction, job: str, *, at: datetime | None = None) -> None:
        """Wake `job` once this transaction has committed (not before `at`, if given); never if it rolls back."""
        ...

    def nudge(self, tx: Transaction, job: str) -> None:
        """Wake `job` soon after this transaction has committed, wherever it is worked at; never if it rolls back.

        It costs the transaction nothing, and is lost when this process or the database dies at that moment: only for
        jobs that look by themselves every few seconds.
        """
        ...

    async def work(self, jobs: Mapping[str, Job], clockwork: tuple[Cron, ...], stop: asyncio.Event) -> None:
        """Run jobs until `stop` is set, then finish those in hand.

        A job that raises is kept for the operator to see; one that met an outage (`Unavailable`) is woken again.
        """
        ...
