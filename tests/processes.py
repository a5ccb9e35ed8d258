"""`wallet-service …` in processes of its own: settings in the environment, waited for, ended by any signal."""

import asyncio
import atexit
import os
import secrets
import shutil
import signal
import sys
import tempfile
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

from typer.testing import CliRunner

from wallet_service.cli.main import app
from wallet_service.errors import WalletServiceError
from wallet_service.serving import AddressUnusable, listening
from wallet_service.settings import Settings

ROOT = Path(__file__).parent.parent
KEPT = ("HOME", "PATH", "LANG", "TMPDIR")
"""Variables that are left to a child; whatever else a developer has set would be another run."""
STEP = 0.02
"""Seconds between two looks."""
PATIENCE = 60.0
"""Seconds a command may take to its end, or to its first word, on however busy a machine."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A command that ran to its end."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """What it said on stderr, in one line with single spaces."""
        return " ".join(self.err.split())


@dataclass(frozen=True, slots=True)
class Program:
    """A process that stays up."""

    process: Process
    log: Path

    @property
    def said(self) -> str:
        """Everything it has said so far."""
        return self.log.read_text()

    async def says(self, words: str, seconds: float = PATIENCE) -> None:
        """Wait until these words are in its log. Fails when it ends before, or takes too long."""
        end = time.monotonic() + seconds
        while words not in self.said:
            assert self.process.returncode is None, f"ended with {self.process.returncode}: {self.said}"
            assert time.monotonic() < end, f"never said {words!r}: {self.said}"
            await asyncio.sleep(STEP)

    async def end(self, by: signal.Signals = signal.SIGTERM, seconds: float = PATIENCE) -> int:
        """Send the signal; its exit code, within these seconds."""
        self.process.send_signal(by)
        return await asyncio.wait_for(self.process.wait(), seconds)


@dataclass(slots=True)
class Programs:
    """The processes of one test; those still up in the end are killed."""

    folder: Path
    settings: Settings
    programs: list[Program] = field(default_factory=list)

    async def start(self, *words: str, **more: str) -> Program:
        """Start `wallet-service <words>` with these settings, and `more` variables over them."""
        log = self.folder / f"{len(self.programs)}-{words[0]}.log"
        with log.open("wb") as file:
            environment = spelled(self.settings) | more
            process = await _spawn(words, environment, stdin=DEVNULL, stdout=file, stderr=file)
        self.programs.append(Program(process, log))
        return self.programs[-1]

    async def serve(self, *words: str, **more: str) -> Program:
        """`serve`, once it listens."""
        program = await self.start("serve", *words, **more)
        await program.says("listening")
        return program

    async def work(self, **more: str) -> Program:
        """`worker`, once it works."""
        program = await self.start("worker", **more)
        await program.says("working")
        return program

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for program in self.programs:
            if program.process.returncode is None:
                program.process.kill()
            await program.process.wait()


async def run(*words: str, **environment: str) -> Ended:
    """Run `wallet-service <words>` to its end, with these variables and no others of ours."""
    process = await _spawn(words, environment, stdin=DEVNULL, stdout=PIPE, stderr=PIPE)
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    return Ended(process.returncode or 0, out.decode(), err.decode())


def typed(settings: Settings, *words: str, exit_code: int = 0) -> str:
    """What `wallet-service <words>`, run in this very process, prints, or complains of where it is to fail.

    A refusal is raised, for `main` is who prints it.
    """
    result = CliRunner().invoke(app, list(words), env=spelled(settings) | {"NO_COLOR": "1", "COLUMNS": "200"})
    if isinstance(result.exception, WalletServiceError):
        raise result.exception
    assert result.exit_code == exit_code, result.output
    return result.stderr if exit_code else result.stdout


def spelled(settings: Settings) -> dict[str, str]:
    """The settings as variables of an environment."""
    return dict(_spell("WALLET", "_", settings.model_dump(mode="json", exclude_none=True)))


def free_port() -> int:
    """A port nobody listens on, and that the system gives to nobody who asks it for any: those are higher."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with suppress(AddressUnusable), listening(port):
            return port


async def _spawn(words: tuple[str, ...], environment: Mapping[str, str], **streams: Any) -> Process:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    quick = {"PYTHONPYCACHEPREFIX": _bytecode(), "NO_COLOR": "1", "COLUMNS": "200"}
    command = (sys.executable, "-m", "wallet_service", *words)
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=kept | quick | dict(environment), **streams)


@cache
def _bytecode() -> str:
    """Where the children of this run keep what they compiled: it is half of their start."""
    folder = tempfile.mkdtemp(prefix="bytecode-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _spell(name: str, joint: str, value: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield name, str(value)
        return
    for key, part in value.items():
        yield from _spell(f"{name}{joint}{key.upper()}", "__", part)
