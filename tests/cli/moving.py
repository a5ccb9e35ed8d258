"""Moving in: imports run in this very process, or by the command as an operator types it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg

from tests.conftest import plain
from tests.loyalty.shop import Shop
from tests.processes import PATIENCE, Ended, Programs, run, spelled
from wallet_service.cli.import_file import opened
from wallet_service.cli.import_progress import Tally
from wallet_service.cli.import_run import Kind, refusals_to
from wallet_service.cli.import_run import run as run_import

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE {} = ANY (pg_blocking_pids(pid))"
"""How many wait for the transaction of this process to end, and not for each other's."""
OTHERS = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND xact_start IS NOT NULL
    AND pid <> pg_backend_pid()
"""
"""Transactions under way, such as one of a killed process that the server has not missed yet."""


def ndjson(lines: Iterable[Any]) -> bytes:
    """Objects, one a line."""
    return b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)


@dataclass(frozen=True, slots=True)
class Mover:
    """Somebody who brings files to a shop."""

    shop: Shop
    folder: Path

    def file(self, content: bytes | Sequence[Any], name: str = "import.ndjson") -> Path:
        """A file of these bytes, or of these objects."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else ndjson(content))
        return path

    async def bring(
        self, kind: Kind[Any], content: bytes | Sequence[Any], *, results: Path | None = None, stopped: bool = False
    ) -> Tally:
        """Import it here."""
        path, stop = self.file(content), asyncio.Event()
        if stopped:
            stop.set()
        with opened(path) as source, refusals_to(results, path) as refusals:
            return await run_import(kind, source, refusals, self.shop.service.settings, stop)

    async def type(self, what: str, content: bytes | Sequence[Any], *options: str) -> Ended:
        """Import it by the command."""
        words = ("import", what, str(self.file(content)), "--brand", self.shop.brand.id, *options)
        return await run(*words, **spelled(self.shop.service.settings))

    async def type_and_kill(self, what: str, content: Sequence[Any], obstacle: str, *options: str) -> None:
        """Import it by the command, and kill that when it cannot go on for what somebody else has not committed yet."""
        words = ("import", what, str(self.file(content)), "--brand", self.shop.brand.id, *options)
        async with Programs(self.folder, self.shop.service.settings) as programs, self._asking() as ask:
            async with self._asking() as somebody:
                await somebody("BEGIN")
                await somebody(obstacle)
                waiting_for_it = WAITING.format(await somebody("SELECT pg_backend_pid()"))
                program = await programs.start(*words)
                await until(ask, waiting_for_it, lambda waiting: waiting > 0)
                program.process.kill()
                await program.process.wait()
                await somebody("ROLLBACK")
            await until(ask, OTHERS, lambda others: others == 0)

    async def count(self, table: str) -> int:
        """Rows of a table."""
        async with self._asking() as ask:
            return int(await ask(f"SELECT count(*) FROM {table}"))  # noqa: S608 - a test names the table

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[Callable[[str], Awaitable[Any]]]:
        connection = await asyncpg.connect(plain(self.shop.service.settings.database_url or ""))
        try:
            yield connection.fetchval
        finally:
            await connection.close()


async def until(ask: Callable[[str], Awaitable[Any]], question: str, is_enough: Callable[[Any], bool]) -> None:
    """Ask until the answer is enough. Fails when that takes too long."""
    async with asyncio.timeout(PATIENCE):
        while not is_enough(await ask(question)):
            await asyncio.sleep(0.02)
