"""A Postgres data folder on disk: where its parts lie, how it is made, who may connect and who is using it."""

import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from wallet_service.database.embedded.account import REMEDY, Account, CannotRunPostgres, handed_over
from wallet_service.database.embedded.binaries import Binaries

with suppress(ImportError):  # Windows has neither; Cluster.at refuses there before they are needed
    import fcntl
    import pwd

OWNER = "wallet_service"
"""The role we connect as and the database it owns; no superuser, so that row-level security can bind it."""

SUPERUSER = "postgres"

PORT = 5432
"""Only part of the socket's name: the server listens on no network."""

LONGEST_SOCKET_PATH = 103
"""Bytes of `sockaddr_un.sun_path` without its NUL: 104 on macOS, 108 on Linux."""

ACCESS = "local all all peer map=ours\nlocal replication all peer map=ours\n"
"""The kernel vouches for who connects (SO_PEERCRED), so there is no password to keep; and a stranger who shares the
server's account, as everything run as `nobody` does, is not let in."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """The database's part of a data folder: `postgres/` belongs to the server, the files beside it to us."""

    home: Path
    account: Account
    """Whom the server runs as."""

    socket_folder: Path
    """The folder of the socket, by a name that is short enough for clients."""

    @classmethod
    def at(cls, data_dir: Path) -> "Cluster":
        """The cluster of `data_dir`, which is made if it is not there. Raises `CannotRunPostgres`."""
        if sys.platform == "win32":
            raise CannotRunPostgres("The embedded Postgres needs Unix sockets and accounts.", remedy=REMEDY)
        home = data_dir.absolute()
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            return cls(home, Account.serving(home / "postgres", home), _short_name(home / "postgres"))
        except (OSError, KeyError) as trouble:
            raise CannotRunPostgres(f"The data folder {home} cannot be used: {trouble}.", remedy=REMEDY) from trouble

    @property
    def folder(self) -> Path:
        """Postgres' own data folder, 0700; the socket is in it too."""
        return self.home / "postgres"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.home / "postgres.log"

    @property
    def pid_file(self) -> Path:
        """What the server says of itself while it runs; left behind by one that was killed."""
        return self.folder / "postmaster.pid"

    @property
    def major(self) -> str | None:
        """The major version that wrote this data; none when there is none yet."""
        version = self.folder / "PG_VERSION"
        return version.read_text().strip() if version.exists() else None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else starts or stops this server meanwhile; waits for whoever does."""
        with self.own_file("postgres.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def join(self) -> BinaryIO:
        """Be counted among those who need the server, until `leave`, or until this process ends, however it does."""
        presence = self.own_file("postgres.users")
        fcntl.flock(presence, fcntl.LOCK_SH)
        return presence

    @staticmethod
    def leave(presence: BinaryIO) -> bool:
        """Be counted no more; whether nobody is left who needs the server. To be called `alone`."""
        with presence:
            try:
                fcntl.flock(presence, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
        return True

    def own_file(self, name: str) -> BinaryIO:
        """One of our own files beside the data, to append to; it belongs to whoever the data folder belongs to."""
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW
        file = os.fdopen(os.open(self.home / name, flags, 0o600), "ab")
        if os.geteuid() == 0:  # root, started once in another's folder, must not lock its owner out
            owner = self.home.stat()
            os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
        return file

    def create(self, binaries: Binaries) -> None:
        """Make an empty cluster: UTF-8, ordered by code point, pages with checksums. Raises `CannotRunPostgres`.

        It is made under another name and then moved, so that a start cut short leaves nothing half made.
        """
        draft = self.home / "postgres.new"
        if draft.exists():
            shutil.rmtree(draft)
        draft.mkdir(mode=0o700)
        if self.account.options:
            os.chown(draft, self.account.uid, self.account.gid, follow_symlinks=False)
        options = ["--username", SUPERUSER, "--auth", "peer", "--encoding", "UTF8", "--data-checksums"]
        options += _locale(int(binaries.major))
        with handed_over(draft) as (name, files):
            self.account.run([binaries["initdb"], "--pgdata", name, *options], files=files)
        draft.rename(self.folder)
        _sync(self.home)

    def admit(self) -> None:
        """Let our account and root connect, and nobody else; said anew at each start, as either may have changed."""
        names = {pwd.getpwuid(uid).pw_name for uid in (0, os.geteuid())}
        lines = [f'ours "{name}" {role}\n' for name in sorted(names) for role in (OWNER, SUPERUSER)]
        with handed_over(self.folder) as (name, files):
            for file, text in (("pg_hba.conf", ACCESS), ("pg_ident.conf", "".join(lines))):
                # as the server's account: root must not write where another account could have planted a link
                self.account.run(["/bin/sh", "-c", 'cat > "$0"', f"{name}/{file}"], text=text, files=files)


def _short_name(folder: Path) -> Path:
    """`folder`, or a link to it in the temporary folder if its name is too long for a socket or too odd for a URL."""
    fits = len(os.fsencode(folder)) + len(f"/.s.PGSQL.{PORT}") <= LONGEST_SOCKET_PATH
    if fits and re.fullmatch(r"[\w./-]+", str(folder), re.ASCII):
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    link = Path(tempfile.gettempdir()) / f"wallet-{os.geteuid()}-{digest}"
    with suppress(FileExistsError):
        link.symlink_to(folder)
    if link.lstat().st_uid != os.geteuid() or link.readlink() != folder:
        raise PermissionError(f"{link} is not our own link to it; a shorter, plainer path needs no link")
    return link


def _locale(major: int) -> Sequence[str]:
    # the locale C orders fast and everywhere the same; since 17 it can also know the letters of every language
    builtin = ("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8")
    return ("--locale", "C", *(builtin if major >= 17 else ()))


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
