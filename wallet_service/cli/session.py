"""What commands have in common: the service opened, once or until told to stop, and what they print."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from rich.console import Console
from rich.table import Table

from wallet_service.database.seam import Transaction
from wallet_service.errors import Unavailable
from wallet_service.service import Service
from wallet_service.settings import Settings

Result = TypeVar("Result")

OUT = Console(width=1000, soft_wrap=True, highlight=False, markup=False, emoji=False)
"""As wide as a line needs, since an id that is cut cannot be copied; and names are printed as they are."""

SCHEMES = {"postgres", "postgresql", "postgresql+asyncpg"}
KNOCKING = 10.0
"""Seconds a database may take to answer."""


class DatabaseUnreachable(Unavailable):
    """The database that DATABASE_URL names does not answer, or does not let us in."""

    slug = "database-unreachable"
    title = "The database cannot be reached"


def listing(*columns: str) -> Table:
    """An empty list under these headings, without lines, so that other programs can read it too."""
    return Table(*columns, box=None, pad_edge=False, header_style="bold")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Service]:
    """The service, open. Raises `DatabaseUnreachable`, and whatever else keeps it from opening."""
    from wallet_service.app import open_service

    await knock(settings.database_url)
    async with open_service(settings) as service:
        yield service


def in_service(act: Callable[[Service], Awaitable[Result]]) -> Result:
    """Open the service, act, close it."""

    async def run() -> Result:
        async with opened(Settings()) as service:
            return await act(service)

    return asyncio.run(run())


def in_transaction(act: Callable[[Transaction], Awaitable[Result]]) -> Result:
    """Act in one transaction of the service's database."""

    async def run(service: Service) -> Result:
        async with service.database.begin() as tx:
            return await act(tx)

    return in_service(run)


def run_until_told(main: Callable[[asyncio.Event], Coroutine[Any, Any, Result]]) -> Result:
    """Run it on uvloop, where there is one; SIGTERM and SIGINT set its event, and it ends in its own good order."""

    async def run() -> Result:
        stop = asyncio.Event()
        for each in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(each, stop.set)
        return await main(stop)

    try:
        import uvloop
    except ImportError:
        return asyncio.run(run())
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(run())


async def knock(url: str | None) -> None:
    """Connect to the database once, if it is not our own to start. Raises `DatabaseUnreachable`."""
    import asyncpg

    if url is None:
        return
    place, dsn = _address(url)
    try:
        connection = await asyncpg.connect(dsn, timeout=KNOCKING)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as trouble:
        why = str(trouble) or "no answer in time"
        remedy = "Check DATABASE_URL, and that the server is up and lets this user in."
        raise DatabaseUnreachable(f"{place}: {why}.", remedy=remedy) from None
    await connection.close()


def _address(url: str) -> tuple[str, str]:
    """What may be shown of a database's address, and the address as its driver takes it. PURE."""
    scheme, _, rest = url.partition("://")
    parts = urlsplit(f"postgresql://{rest}")
    try:
        fits = scheme in SCHEMES and parts.port != 0
    except ValueError:  # the port is no number, perhaps because the password holds a / that is not written as %2F
        fits = False
    if not fits:
        raise DatabaseUnreachable(
            "DATABASE_URL is not the address of a Postgres database.",
            remedy="Write postgresql://USER:PASSWORD@HOST:5432/NAME, with odd characters of the password as %XX.",
        )
    return f"{parts.netloc.rpartition('@')[2]}{parts.path}", parts.geturl()
