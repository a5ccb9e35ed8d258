"""Wakes jobs in other processes: a NOTIFY after the commit, beside the transactions that cause it."""

import asyncio
from contextlib import suppress
from contextvars import Context
from typing import Any

import asyncpg
import structlog

LOG = structlog.get_logger()

CHANNEL = "wallet_service_jobs"
"""Where wake-ups are heard; each carries the name of its job."""

RING = "SELECT pg_notify($1, job) FROM unnest($2::text[]) AS job"

OUTAGES = (
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what a query meets between the news of a shutdown and the end of the connection
)
"""How it shows that the database is gone, restarting, or not to be reached."""


async def connect(url: str, purpose: str) -> Any:
    """A bare connection, by any spelling of a Postgres URL."""
    _, _, rest = url.partition("://")
    settings = {"application_name": f"wallet_service {purpose}"}
    return await asyncpg.connect(f"postgresql://{rest}", timeout=10, command_timeout=60, server_settings=settings)


class Bell:
    """Rings for jobs, on a connection that is made when it is first needed.

    A NOTIFY inside a hot transaction makes its commit queue for a lock of the whole cluster. One at a time beside them
    is as quick, and whatever is rung for meanwhile goes out together.
    """

    def __init__(self, url: str) -> None:
        """Nothing is connected yet."""
        self._url = url
        self._jobs: set[str] = set()
        self._ringing: asyncio.Task[None] | None = None
        self._connection: Any = None

    def ring(self, job: str) -> None:
        """Wake `job` wherever it is listened for. If the database is away, nobody hears it."""
        self._jobs.add(job)
        if self._ringing is None or self._ringing.done():
            # an empty context: it rings for many requests, so no single one may colour its logs and traces
            self._ringing = asyncio.create_task(self._ring(), context=Context())

    async def aclose(self) -> None:
        """Ring for what is left, and hang up."""
        if self._ringing is not None:
            await self._ringing
        await self._hang_up()

    async def _ring(self) -> None:
        while self._jobs:
            jobs, self._jobs = self._jobs, set()
            try:
                if self._connection is None:
                    self._connection = await connect(self._url, "bell")
                await self._connection.execute(RING, CHANNEL, sorted(jobs))
            except OUTAGES as outage:
                LOG.warning("nobody was woken", jobs=sorted(jobs), outage=repr(outage))
                await self._hang_up()

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(*OUTAGES, TimeoutError):
                await connection.close(timeout=5)
