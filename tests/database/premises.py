"""What the tests of the embedded Postgres stand on: data folders, connections, processes of the server."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from wallet_service.database.embedded import EmbeddedPostgres, stop_running

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another account")
NOBODY = 65534


MEMORY = Path("/dev/shm")
ROOMY = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2_000_000_000


@contextmanager
def premises(*, owner: int | None = None, disk: bool = False) -> Iterator[Path]:
    """A short data folder that is not there yet, in a folder of this owner's; its server is stopped in the end.

    In memory where there is room (a killed process loses no written file), unless programs must run from there.
    """
    around = Path(tempfile.mkdtemp(prefix="w-", dir=MEMORY if ROOMY and not disk else "/tmp"))
    try:
        if owner is not None:
            os.chown(around, owner, owner)
        yield around / "data"
    finally:
        if (around / "data/postgres/postmaster.pid").exists():
            stop_running(around / "data")
        shutil.rmtree(around)


@contextmanager
def as_nobody() -> Iterator[None]:
    """This process as the account `nobody`, so that what it starts is nobody's too; root comes back in the end."""
    os.setresgid(NOBODY, NOBODY, 0)
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)
        os.setresgid(0, 0, 0)


@asynccontextmanager
async def connected(server: EmbeddedPostgres) -> AsyncIterator[Any]:
    """A connection to our database."""
    connection = await asyncpg.connect(server.url.replace("+asyncpg", ""))
    try:
        yield connection
    finally:
        await connection.close()


async def answer(server: EmbeddedPostgres, question: str) -> Any:
    """The one value a query gives."""
    async with connected(server) as connection:
        return await connection.fetchval(question)


def postmaster(data: Path) -> int:
    """The number of the server process."""
    return int((data / "postgres/postmaster.pid").read_text().split()[0])


def family(data: Path) -> list[int]:
    """The server process and its children."""
    head = postmaster(data)
    asked = subprocess.run(["ps", "-o", "pid=", "--ppid", str(head)], capture_output=True, text=True, check=False)
    return [head, *map(int, asked.stdout.split())]


def kill_all(data: Path) -> None:
    """As the out-of-memory killer does, or `docker kill`."""
    for pid in family(data):
        with suppress(ProcessLookupError):  # children go by themselves when they miss the server
            os.kill(pid, signal.SIGKILL)


START = """
import pathlib, sys
from wallet_service.database.embedded import EmbeddedPostgres
with EmbeddedPostgres.start(pathlib.Path(sys.argv[1])) as server:
    print("started" if server.owned else "adopted", flush=True)
    input()
"""


@contextmanager
def another_process(data: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that needs the server until its input ends, and what it says first; killed in the end if it lives."""
    command = [sys.executable, "-c", START, str(data)]
    with subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()
