"""The account the embedded Postgres runs as, which is never root, and how its programs are run."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from wallet_service.errors import Unavailable

with suppress(ImportError):  # Windows has none; Cluster.at refuses there before it is needed
    import pwd

REMEDY = "Set DATABASE_URL to a Postgres of yours, or WALLET_POSTGRES_BIN to a folder with postgres, initdb and psql."

ENVIRONMENT = {"LC_ALL": "C", "TZ": "UTC", "PATH": os.defpath}
"""All that Postgres' programs see of our environment: it may hold secrets, and PG… variables that lead them astray."""


class CannotRunPostgres(Unavailable):
    """The embedded Postgres cannot be run here, or not on this data folder; the data is left as it is."""

    slug = "embedded-postgres"
    title = "The embedded Postgres cannot be run"


@contextmanager
def handed_over(folder: Path) -> Iterator[tuple[str, Sequence[int]]]:
    """A name of `folder` for a program of another account, and the open files to pass to that program.

    Root hands over the open folder itself: so the program needs no right to pass through the folders above it, and
    /root may stay closed.
    """
    if os.geteuid() != 0 or not Path("/proc/self/fd").exists():
        yield str(folder), ()
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        yield f"/proc/self/fd/{handle}", (handle,)
    finally:
        os.close(handle)


@dataclass(frozen=True, slots=True)
class Account:
    """An account of this machine."""

    uid: int
    gid: int

    @classmethod
    def ours(cls) -> Self:
        """The account of this process."""
        return cls(os.geteuid(), os.getegid())

    @classmethod
    def serving(cls, cluster: Path, home: Path) -> Self:
        """The account to serve `cluster` as: its owner, or for a new one ours.

        Postgres refuses root, so for root it is the owner of `home` instead, and `nobody` if that is root as well.
        Raises `PermissionError` for data of another account, `KeyError` for an account without a name.
        """
        us, made = os.geteuid(), cluster.exists()
        owner = cluster.stat().st_uid if made else us or home.stat().st_uid
        if made and owner == 0:
            raise PermissionError("its Postgres data belongs to root, as whom Postgres never runs; chown -R it")
        if us not in {0, owner}:
            raise PermissionError(f"its Postgres data belongs to account {owner}, and this is account {us}")
        server = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
        return cls(server.pw_uid, server.pw_gid)

    @property
    def options(self) -> Mapping[str, Any]:
        """What subprocess needs to run a program as this account: nothing when it is ours."""
        return {} if self.uid == os.geteuid() else {"user": self.uid, "group": self.gid, "extra_groups": []}

    def run(self, command: Sequence[str], *, text: str = "", files: Sequence[int] = ()) -> str:
        """Run a program with `text` to read, and these open files; what it says.

        Raises `CannotRunPostgres` with what it complains of, or because the account may not run it.
        """
        name = Path(command[0]).name
        try:
            ran = subprocess.run(  # noqa: S603 - our own command lines, and no shell but for constants
                command,
                cwd="/",
                pass_fds=files,
                env=ENVIRONMENT,
                input=text,
                capture_output=True,
                text=True,
                check=True,
                **self.options,
            )
        except OSError as trouble:
            raise CannotRunPostgres(f"{name} cannot be run: {trouble}", remedy=REMEDY) from trouble
        except subprocess.CalledProcessError as failure:
            raise CannotRunPostgres(f"{name} failed: {failure.stderr.strip()}", remedy=REMEDY) from failure
        said: str = ran.stdout
        return said
