"""wrk, the load generator in C: it leaves the processors to what is measured, and is scripted in Lua."""

import asyncio
import json
import shutil
import tempfile
from asyncio.subprocess import PIPE
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from wallet_service.bench.harness import BenchImpossible

REPORT = """
local ffi = require("ffi")
ffi.cdef("int getpid(void); int kill(int process, int signal);")

function finish()
  wrk.thread:stop()
  ffi.C.kill(ffi.C.getpid(), 2)  -- SIGINT: wrk would sleep on until its time is over
end

local main
local before = setup
function setup(thread)
  main = thread
  if before then before(thread) end
end

function done(summary, latency, _)
  local e = summary.errors
  local socket = e.connect + e.read + e.write + e.timeout
  io.write(string.format(
    '\\nREPORT {"requests": %d, "seconds": %.6f, "socket_errors": %d, "status_errors": %d, "bytes": %d, ' ..
    '"p50_ms": %.3f, "p99_ms": %.3f, "told": %s}\\n',
    summary.requests, summary.duration / 1e6, socket, e.status, summary.bytes,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, main:get("told") or "{}"))
end
"""
"""Appended to every script, which may call `finish()`, and leave what it counted as a text of JSON in its global `told`."""


@dataclass(frozen=True, slots=True)
class Report:
    """What wrk saw."""

    requests: int
    seconds: float
    socket_errors: int
    """Connections refused or cut, and requests that took longer than wrk waits."""
    status_errors: int
    """Answers from 400 on."""
    bytes: int
    p50_ms: float
    p99_ms: float
    """Of the times from sending a request to its whole answer; wrk sends the next one only then."""
    told: dict[str, Any]
    """What the script counted by itself."""

    @property
    def per_s(self) -> float:
        """Requests per second."""
        return self.requests / self.seconds


async def wrk(
    url: str, script: str = "", *, connections: int = 16, seconds: float = 1.0, patience: float = 10.0
) -> Report:
    """Load `url` from one thread, as the Lua `script` says, for so many seconds or until it calls `finish()`.

    An answer that takes longer than `patience` seconds is an error. Raises `BenchImpossible` where wrk is missing.
    """
    program = shutil.which("wrk")
    if program is None:
        raise BenchImpossible(
            "The load generator wrk is not installed.", remedy="apt install wrk, or brew install wrk."
        )
    with tempfile.TemporaryDirectory(prefix="wrk-") as folder:
        file = Path(folder) / "load.lua"
        file.write_text(script + REPORT, encoding="utf-8")
        options = ("--threads=1", f"--connections={connections}", f"--duration={max(1, round(seconds))}s")
        command = (program, *options, f"--timeout={round(patience)}s", f"--script={file}", url)
        process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE)
        try:
            out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
    return read_report(out.decode(errors="replace"), err.decode(errors="replace"))


def read_report(out: str, err: str = "") -> Report:
    """The report among what wrk printed. Raises `BenchImpossible` when there is none. PURE."""
    for line in out.splitlines():
        if line.startswith("REPORT "):
            return Report(**json.loads(line.removeprefix("REPORT ")))
    said = " ".join(f"{err} {out}".split())[:300]
    raise BenchImpossible(f"wrk ended without a report: {said}", remedy="Run it by hand to see why.")
