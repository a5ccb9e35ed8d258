"""The server process of a cluster: start it, wait for it, find it, shut it down. To be called `alone`."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Thread

from wallet_service.database.embedded.account import ENVIRONMENT, REMEDY, CannotRunPostgres, handed_over
from wallet_service.database.embedded.binaries import Binaries, within_reach
from wallet_service.database.embedded.cluster import PORT, Cluster

PATIENCE = 15.0
"""Seconds in which the children of a killed server must have let go of its memory."""

STEP = 0.01
"""Seconds between two looks at a server that is starting or stopping."""

LOG_ENOUGH = 10_000_000
"""Bytes of log after which the next start begins a new one and keeps this as `postgres.log.1`."""

LEFTOVERS = ("is still in use", "already exists")
"""What a server complains of that finds the remains of another, which go away by themselves."""

PEER = (socket.SOL_SOCKET, socket.SO_PEERCRED) if sys.platform == "linux" else (0, 2)
"""Asks a socket for the process at the other end; on macOS it is SOL_LOCAL, LOCAL_PEERPID (sys/un.h)."""

CONF: Mapping[str, str] = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_directories": ".",  # the data folder itself: as private as the data, and never too long a name
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is 64 MB under Docker, and logind empties it at logout
    "max_parallel_workers_per_gather": "0",  # short transactions on few cores; and the memory above is a file
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    "log_error_verbosity": "terse",  # the detail of a refused row is a member's phone number
    "log_min_error_statement": "panic",  # and so is the statement
    "cluster_name": "wallet_service",
}
"""Nothing acknowledged is lost by a power cut; the rest is for one small machine that runs this service too."""


def launch(cluster: Cluster, found: Binaries, conf: Mapping[str, str]) -> None:
    """Start the server, making the cluster first if there is none; it is ready. `conf` goes over `CONF`.

    Waits for crash recovery as long as it takes. Raises `CannotRunPostgres`, also for data of another major version.
    """
    _refuse_other_major(cluster, found)
    binaries = within_reach(found, cluster.account)
    if cluster.major is None:
        cluster.create(binaries)
    cluster.admit()
    _forget_reused_pid(cluster)
    _rotate(cluster.log)
    options = [f"--{name}={value}" for name, value in {**CONF, **conf}.items()]
    _spawn_patiently(cluster, binaries["postgres"], options)


def settles(cluster: Cluster) -> bool:
    """Whether a server is ready here, after waiting for one that is starting or stopping."""
    while _listener(cluster) is not None:
        if _is_ready(cluster):
            return True
        time.sleep(STEP)
    return False


def shut_down(cluster: Cluster) -> bool:
    """Shut the server down (fast: transactions are rolled back, nothing committed is lost); whether there was one."""
    pid = _listener(cluster)
    if not pid:
        return False
    os.kill(pid, signal.SIGINT)
    while cluster.pid_file.exists() and (_lives(pid) or _listener(cluster) is not None):
        time.sleep(STEP)
    return True


def _refuse_other_major(cluster: Cluster, binaries: Binaries) -> None:
    if cluster.major not in {None, binaries.major}:
        raise CannotRunPostgres(
            f"The data in {cluster.folder} was written by Postgres {cluster.major}; the binaries are {binaries.version}.",
            remedy=f"Set WALLET_POSTGRES_BIN to binaries of Postgres {cluster.major}, or move the data with pg_dump.",
        )


def _spawn_patiently(cluster: Cluster, postgres: str, options: Sequence[str]) -> None:
    give_up = time.monotonic() + PATIENCE
    while complaint := _spawn(cluster, postgres, options):
        if time.monotonic() > give_up or not any(leftover in complaint for leftover in LEFTOVERS):
            raise CannotRunPostgres(
                f"The embedded Postgres does not start: {complaint[-2000:]}", remedy=f"See {cluster.log}. {REMEDY}"
            )
        time.sleep(10 * STEP)


def _spawn(cluster: Cluster, postgres: str, options: Sequence[str]) -> str:
    """Start the server; nothing once it is ready, or else what it said before it died."""
    with cluster.own_file(cluster.log.name) as log, handed_over(cluster.folder) as (name, files):
        silent = log.tell()
        server = subprocess.Popen(  # noqa: S603 - our own command line
            [postgres, "-D", name, *options],
            cwd="/",
            pass_fds=files,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # a Ctrl-C at our terminal is for us; we stop the server when we are done with it
            **cluster.account.options,
        )
    Thread(target=server.wait, daemon=True).start()  # or it would stay as a zombie once others have stopped it
    while server.poll() is None:
        if _is_ready(cluster):
            return ""
        time.sleep(STEP)
    return cluster.log.read_bytes()[silent:].decode(errors="replace").strip() or f"exit code {server.returncode}"


def _is_ready(cluster: Cluster) -> bool:
    lines = _pid_lines(cluster)
    return len(lines) > 7 and lines[7].strip() == "ready" and _listener(cluster) is not None


def _listener(cluster: Cluster) -> int | None:
    """The process that listens on the cluster's socket, 0 if it is in another container; none if nobody listens.

    The number in postmaster.pid may be anybody's after a crash or in a container; what the kernel says is true.
    """
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(cluster.socket_folder / f".s.PGSQL.{PORT}"))
            return int.from_bytes(client.getsockopt(*PEER, 4), sys.byteorder)
        except (FileNotFoundError, ConnectionRefusedError):
            return None


def _pid_lines(cluster: Cluster) -> Sequence[str]:
    """postmaster.pid by lines: the first is the process, the eighth says starting, ready or stopping."""
    try:
        return cluster.pid_file.read_text().splitlines()
    except FileNotFoundError:
        return ()


def _forget_reused_pid(cluster: Cluster) -> None:
    """Drop the lock file of a killed server whose number another program has by now, as happens in containers.

    Postgres would take that program for its server. Orphans of the real one are still found, by their shared memory.
    """
    for pid in _pid_lines(cluster)[:1]:
        if Path(f"/proc/{pid}").exists() and not _lives(int(pid)):
            cluster.pid_file.unlink()


def _lives(pid: int) -> bool:
    """Whether this is a living Postgres: not a zombie, nor another program by now. Never, where there is no /proc."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return re.search(r"\(postgres\) [^ZX]", status) is not None


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_ENOUGH:
        log.replace(log.with_name(f"{log.name}.1"))
