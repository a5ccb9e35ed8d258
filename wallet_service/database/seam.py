"""The seam of the database: a transaction carries its SQL, its single `now`, and the facts it recorded."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol

Statement = Any
"""A SQLAlchemy executable, a constant of some sql.py."""

Row = Any
"""A result row; columns are attributes."""


class Transaction(Protocol):
    """One database transaction. Only the edge that opened it commits."""

    now: datetime
    """One instant for the whole transaction."""

    async def all(self, statement: Statement, values: Mapping[str, Any] | None = None) -> Sequence[Row]:
        """Every row of the answer."""
        ...

    async def first(self, statement: Statement, values: Mapping[str, Any] | None = None) -> Row | None:
        """The first row of the answer, if there is one."""
        ...

    async def run(self, statement: Statement, values: Mapping[str, Any] | None = None) -> int:
        """Do it; how many rows it touched."""
        ...

    def record(self, fact: object) -> None:
        """Note that something happened; what follows from it (flows.py) is written in this very transaction."""
        ...

    def after_commit(self, act: Callable[[], None]) -> None:
        """Call `act` once the transaction has been committed; never if it was rolled back."""
        ...

    async def driver(self) -> Any:
        """The driver's own connection, for a library that must write inside this transaction."""
        ...


Settle = Callable[[Transaction, Sequence[object]], Awaitable[None]]
"""What follows from the facts of a transaction, written just before it commits (flows.settle)."""


class Database(Protocol):
    """Where everything is kept."""

    def read(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that only looks."""
        ...

    def singly(self) -> AbstractAsyncContextManager[Transaction]:
        """Statements that are committed one by one, without BEGIN and COMMIT; they record no facts."""
        ...

    def begin(self) -> AbstractAsyncContextManager[Transaction]:
        """A transaction that commits when the block ends well, and rolls back when it does not.

        Raises `DatabaseUnavailable` (503) when the server cannot be reached or goes away.
        """
        ...
