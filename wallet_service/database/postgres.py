"""The Postgres database: transactions over SQLAlchemy Core and asyncpg, with one `now` and the facts they record."""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from typing import Any

import asyncpg
from sqlalchemy import CursorResult, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import QueuePool

from wallet_service.clock import Clock
from wallet_service.database.seam import Row, Settle, Statement
from wallet_service.errors import Conflict, Unavailable, WalletServiceError

OUTAGES = ("08", "57P", "53", "58", "40")
"""SQLSTATE classes that pass: connection, shutdown, no resources, system error, serialisation and deadlock."""

CLOSED = "connection is closed"
"""How the driver words, without any SQLSTATE, that the server went away before this statement."""

TAKEN = "23505"
"""SQLSTATE unique_violation: our statements look first, so it means that somebody else was quicker."""


class DatabaseUnavailable(Unavailable):
    """The database cannot be reached at the moment, or gave up this transaction; nothing was changed.

    A request that was being committed may have succeeded: repeat it with the same Idempotency-Key.
    """

    slug = "database-unavailable"
    title = "The database is not available"

    def __init__(self, why: BaseException) -> None:
        """Keep the reason for the log; callers learn only that it will pass."""
        super().__init__(f"The database did not answer ({type(why).__name__}).", remedy="Repeat the request shortly.")


class Collision(Conflict):
    """Another request took the same unique value (a phone, an external id) at the same moment; nothing was changed.

    Repeat the request: it is then told who has the value.
    """

    slug = "collision"
    title = "Somebody else was quicker"

    def __init__(self) -> None:
        super().__init__("The same value was given to another at this very moment.", remedy="Repeat the request.")


class PostgresTransaction:
    """One transaction on one connection."""

    def __init__(self, connection: AsyncConnection, now: datetime) -> None:
        """Begin with nothing recorded."""
        self.now = now
        self.facts: list[object] = []
        self.afterwards: list[Callable[[], None]] = []
        self._connection = connection

    async def all(self, statement: Statement, values: Mapping[str, Any] | None = None) -> Sequence[Row]:
        """Every row of the answer."""
        return (await self._connection.execute(statement, values)).all()

    async def first(self, statement: Statement, values: Mapping[str, Any] | None = None) -> Row | None:
        """The first row of the answer, if there is one."""
        return (await self._connection.execute(statement, values)).first()

    async def run(self, statement: Statement, values: Mapping[str, Any] | None = None) -> int:
        """Do it; how many rows it touched."""
        result = await self._connection.execute(statement, values)
        return result.rowcount if isinstance(result, CursorResult) else 0

    def record(self, fact: object) -> None:
        """Note that something happened."""
        self.facts.append(fact)

    def after_commit(self, act: Callable[[], None]) -> None:
        """Call `act` once this transaction has been committed."""
        self.afterwards.append(act)

    async def driver(self) -> Any:
        """The asyncpg connection inside this transaction."""
        driver: Any = (await self._connection.get_raw_connection()).driver_connection
        if not driver.is_in_transaction():  # SQLAlchemy begins only with the first statement
            await self._connection.execute(text("SELECT 1"))
        return driver


async def _nothing_follows(_tx: object, _facts: Sequence[object]) -> None:
    """A database of its own, without flows."""


class PostgresDatabase:
    """Connections of one process to one Postgres database."""

    def __init__(
        self, url: str, clock: Clock, *, pool: int = 12, patience: float = 10.0, settle: Settle = _nothing_follows
    ) -> None:
        """`url` is a libpq or SQLAlchemy URL; `settle` writes what follows from a transaction's facts.

        When all `pool` connections are taken, the next caller waits for `patience` seconds.
        """
        self._clock = clock
        self._settle = settle
        self._engine = connect_to(url, pool, patience)
        self._looking = self._engine.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def read(self) -> AsyncIterator[PostgresTransaction]:
        """Statements that only look, each with its own snapshot (no BEGIN, no COMMIT: two round trips fewer)."""
        async with _outages_named(), self._looking.connect() as connection:
            yield PostgresTransaction(connection, self._clock.now())

    singly = read
    """The same round trips are saved where a statement writes and is worth a transaction of its own."""

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[PostgresTransaction]:
        """All or nothing. What follows from the recorded facts is written before the commit."""
        async with _outages_named():
            async with self._engine.begin() as connection:
                tx = PostgresTransaction(connection, self._clock.now())
                yield tx
                while tx.facts:
                    facts, tx.facts = tx.facts, []
                    await self._settle(tx, facts)
            for act in tx.afterwards:
                act()

    def in_use(self) -> int:
        """Connections that somebody holds at this moment."""
        pool = self._engine.pool
        return pool.checkedout() if isinstance(pool, QueuePool) else 0

    async def aclose(self) -> None:
        """Close every connection."""
        await self._engine.dispose()


def connect_to(url: str, pool: int, patience: float = 10.0) -> AsyncEngine:
    """A SQLAlchemy engine for any spelling of a Postgres URL; asyncpg reads it as libpq would (`sslmode` and all)."""
    _, _, rest = url.partition("://")
    connect = partial(
        asyncpg.connect,
        f"postgresql://{rest}",
        timeout=patience,
        command_timeout=60,
        server_settings={"application_name": "wallet_service", "statement_timeout": "30000"},
    )
    return create_async_engine(
        "postgresql+asyncpg://",
        async_creator=connect,
        pool_size=pool,
        max_overflow=0,
        pool_timeout=patience,
        hide_parameters=True,  # they are members' data and hashes of keys, and errors end up in logs
    )


@asynccontextmanager
async def _outages_named() -> AsyncIterator[None]:
    """Turn whatever a passing outage looks like into one refusal; let every other error be the bug it is."""
    try:
        yield
    except (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        refusal = _refusal_for(error)
        if refusal is None:
            raise
        raise refusal from error
    except (OSError, PoolTimeout) as error:
        raise DatabaseUnavailable(error) from error


def _refusal_for(error: BaseException) -> WalletServiceError | None:
    """What a caller hears of an error that will pass; None for any other. Who writes through `driver` meets bare ones."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(cause, "sqlstate", None) or ""
    lost = getattr(error, "connection_invalidated", isinstance(cause, asyncpg.InternalClientError))
    if lost or state.startswith(OUTAGES) or CLOSED in str(cause):
        return DatabaseUnavailable(error)
    return Collision() if state == TAKEN else None
