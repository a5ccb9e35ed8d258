"""What is made of files, kept, and made again when they change: a key is costly to read, and is replaced while we run."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

from wallet_service.errors import WalletServiceError

Made = TypeVar("Made")

PATIENCE = 5.0
"""Seconds for which a file is taken to be what it was."""

Trace = tuple[int, int, int] | None
"""What tells one state of a file from another: inode, size and time of change; None: it is not there."""


def trace_of(file: Path) -> Trace:
    """The state that a file is in."""
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


@dataclass(frozen=True, slots=True)
class Kept(Generic[Made]):
    """What was made, the state of the files it was made of, and when they were last looked at (monotonic seconds)."""

    made: Made
    traces: Sequence[Trace]
    looked_at: float


class FollowedFolders(Generic[Made]):
    """What is made of each folder of a parent folder: once, and again only after its files changed.

    A change is noticed within `patience` seconds; one that is refused leaves what was made before in place. Any thread
    may ask.
    """

    def __init__(
        self,
        parent: Path,
        files: Sequence[str],
        make: Callable[[Path], Made],
        ignored: Callable[[str, WalletServiceError], object],
        patience: float = PATIENCE,
        seconds: Callable[[], float] = monotonic,
    ) -> None:
        """`make` makes it of a folder, whose `files` are watched; a folder without the first of them is none of ours.

        It raises a refusal where it cannot; `ignored` is told of one that changes nothing, with the folder's name.
        `seconds` is the clock that `patience` is measured by.
        """
        self._parent = parent
        self._files = files
        self._make = make
        self._ignored = ignored
        self._patience = patience
        self._seconds = seconds
        self._kept: dict[str, Kept[Made]] = {}
        self._lock = Lock()

    def of(self, name: str) -> Made:
        """What the folder of this name holds, as of the last few seconds. Raises the refusal of its maker."""
        made = self.at_hand(name)
        if made is not None:
            return made
        with self._lock:
            return self._look(name)

    def at_hand(self, name: str) -> Made | None:
        """The same, if it is known without looking at any file: for callers that must not wait for a disk."""
        kept = self._kept.get(name)
        return kept.made if kept is not None and self._seconds() - kept.looked_at < self._patience else None

    def names(self) -> list[str]:
        """The names of the folders, sorted."""
        return sorted(file.parent.name for file in self._parent.glob(f"*/{self._files[0]}"))

    def _look(self, name: str) -> Made:
        folder, before, looked_at = self._parent / name, self._kept.get(name), self._seconds()
        traces = [trace_of(folder / file) for file in self._files]
        made = before.made if before and before.traces == traces else self._make_again(folder, before)
        self._kept[name] = Kept(made, traces, looked_at)
        return made

    def _make_again(self, folder: Path, before: Kept[Made] | None) -> Made:
        try:
            return self._make(folder)
        except WalletServiceError as refusal:
            if before is None:
                raise
            self._ignored(folder.name, refusal)
            return before.made
