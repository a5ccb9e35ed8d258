"""The service as an operator runs it: on an embedded Postgres of its own, `serve` and `worker` in their own processes."""

import asyncio
import os
import resource
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wallet_service.app import open_service
from wallet_service.errors import WalletServiceError
from wallet_service.service import Service
from wallet_service.serving import listening
from wallet_service.settings import PREFIX, Settings

READY = {"serve": "listening", "worker": "working"}
"""What each command says once it is up."""

PATIENCE = 60.0
"""Seconds a process may take until it is up."""

STEP = 0.02
"""Seconds between two looks."""


class ServerFailed(WalletServiceError):
    """A process of the service that the bench had started ended by itself, or did not come up."""

    slug = "bench-server-failed"
    title = "A process of the bench failed"


@dataclass(frozen=True, slots=True)
class Running:
    """A process of the service."""

    process: Process
    base_url: str
    """Where it answers, if it is one that serves."""
    log: Path

    def cpu_seconds(self) -> float:
        """What the process has used of the processors so far, in all its threads; Linux only."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def premises(**wishes: Any) -> AsyncIterator[Service]:
    """A service on a new embedded database, in a folder that is gone afterwards; `wishes` are settings.

    Its doors are shut: `running` opens them in processes of their own, beside the same database.
    """
    with tempfile.TemporaryDirectory(prefix="wallet-bench-") as folder:
        home = Path(folder)
        port = _free_port()
        given = {"port": port, "public_url": f"http://127.0.0.1:{port}", **wishes}
        settings = Settings(data_dir=home / "data", certs_dir=home / "certs", database_url=None, **given)
        async with open_service(settings) as service:
            yield service


@asynccontextmanager
async def running(settings: Settings, command: str, *options: str, **variables: str) -> AsyncIterator[Running]:
    """`wallet-service serve` or `worker` with these settings, once it is up; ended afterwards.

    `variables` go over the environment that the settings make. Raises `ServerFailed`.
    """
    _raise_open_files()
    log = settings.data_dir / f"{command}-{time.monotonic_ns()}.log"
    kept = {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, "DATABASE_URL"))}
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "wallet_service", command, *options),
            env=kept | spelled(settings) | variables,
            stdin=DEVNULL,
            stdout=file,
            stderr=file,
        )
    try:
        await _until_up(process, log, READY[command])
        port = variables.get("WALLET_PORT", settings.port)
        yield Running(process, f"http://127.0.0.1:{port}", log)
    finally:
        await _end(process)


def spelled(settings: Settings) -> dict[str, str]:
    """The settings as variables of an environment. PURE."""
    return dict(_spell(PREFIX.rstrip("_"), "_", settings.model_dump(mode="json", exclude_none=True)))


def _spell(name: str, joint: str, value: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield name, str(value)
        return
    for key, part in value.items():
        yield from _spell(f"{name}{joint}{key.upper()}", "__", part)


async def _until_up(process: Process, log: Path, word: str) -> None:
    end = time.monotonic() + PATIENCE
    while word not in (said := _read(log)):
        if process.returncode is not None or time.monotonic() > end:
            raise ServerFailed(" ".join(said.split())[-500:] or "It said nothing.", remedy="Run it by hand.")
        await asyncio.sleep(STEP)


def _read(log: Path) -> str:
    return log.read_text(errors="replace")


async def _end(process: Process) -> None:
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), 15)
    except TimeoutError:
        process.kill()
        await process.wait()


def _free_port() -> int:
    """A port nobody listens on at this moment."""
    with listening(0) as listener:
        port: int = listener.getsockname()[1]
    return port


def _raise_open_files() -> None:
    """As many open files as this system lets us have: a crowd has as many connections. Children inherit it."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
