"""The embedded Postgres as the rest of the service sees it: started with the first who needs it, stopped with the last.

`serve` and `worker` may run apart on one data folder. Whoever comes first starts the server, the others adopt it, and
the last to leave stops it. It outlives a process of ours that is killed; the next start adopts it.
"""

from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from wallet_service.database.embedded.account import Account
from wallet_service.database.embedded.binaries import Binaries, find_binaries
from wallet_service.database.embedded.cluster import OWNER, PORT, SUPERUSER, Cluster
from wallet_service.database.embedded.postmaster import launch, settles, shut_down

CREATE = r"""
SELECT format('CREATE ROLE %I LOGIN CREATEDB', :'owner')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'owner') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'owner')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
"""
"""For psql: neither statement knows IF NOT EXISTS."""


class EmbeddedPostgres:
    """A server on a data folder, which this process needs until it says `stop`."""

    def __init__(self, cluster: Cluster, binaries: Binaries, conf: Mapping[str, str], *, owned: bool) -> None:
        self._cluster = cluster
        self._binaries = binaries
        self._conf = conf
        self._presence = cluster.join()
        self.owned = owned
        """Whether this process started it, rather than found it running."""

    @classmethod
    def start(
        cls, data_dir: Path, *, binaries: Path | None = None, conf: Mapping[str, str] | None = None
    ) -> "EmbeddedPostgres":
        """Start the server of `data_dir`, or adopt the one that runs there; it is ready, with our database in it.

        Blocks for as long as crash recovery takes. `conf` goes over our own settings, if it is us who start the server.
        Raises `NoServerBinaries`, `CannotRunPostgres`.
        """
        cluster, programs = Cluster.at(data_dir), find_binaries(binaries)
        with cluster.alone():
            server = cls(cluster, programs, conf or {}, owned=not settles(cluster))
            try:
                if server.owned:
                    launch(cluster, programs, server._conf)
                server.create_database(OWNER)
            except BaseException:
                server._leave()
                raise
        return server

    @property
    def url(self) -> str:
        """Where our database is, for SQLAlchemy with asyncpg; over the Unix socket."""
        return self.database_url(OWNER)

    def database_url(self, name: str) -> str:
        """Where another database of this server is, for SQLAlchemy with asyncpg."""
        return f"postgresql+asyncpg://{OWNER}@/{name}?host={self._cluster.socket_folder}&port={PORT}"

    def create_database(self, name: str) -> str:
        """Make the database if it is not there; its URL. Raises `CannotRunPostgres`."""
        where = [f"--host={self._cluster.socket_folder}", f"--port={PORT}", f"--username={SUPERUSER}"]
        values = ["--set=ON_ERROR_STOP=1", f"--set=owner={OWNER}", f"--set=name={name}"]
        command = [self._binaries["psql"], "--no-psqlrc", "--quiet", *where, *values, "postgres"]
        Account.ours().run(command, text=CREATE)
        return self.database_url(name)

    def revive(self) -> bool:
        """Start the server again if it has died while we need it; whether it had. Cheap while it lives."""
        with self._cluster.alone():
            if self._presence.closed or settles(self._cluster):
                return False
            launch(self._cluster, self._binaries, self._conf)
            return True

    def stop(self) -> None:
        """Need the server no more: it is shut down, and that is waited for, unless others need it. Twice is harmless."""
        if not self._presence.closed:
            with self._cluster.alone():
                self._leave()

    def _leave(self) -> None:
        if self._cluster.leave(self._presence):
            shut_down(self._cluster)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def stop_running(data_dir: Path) -> bool:
    """Shut down the server of `data_dir`, whoever needs it; whether there was one. Raises `CannotRunPostgres`."""
    cluster = Cluster.at(data_dir)
    with cluster.alone():
        return shut_down(cluster)
