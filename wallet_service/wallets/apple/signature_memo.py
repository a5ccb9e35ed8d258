"""Signatures already given, by the digest of what was signed: the same manifest is never signed twice."""

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple


class Entry(NamedTuple):
    """What cannot be computed again without the key: about 300 bytes."""

    stamp: bytes
    """The signing time as it stands in the document."""
    signature: bytes


class SignatureMemo:
    """The most recently used signatures, a bounded number of them. Any thread may call it."""

    def __init__(self, capacity: int = 50_000) -> None:
        """Holds at most `capacity` signatures; the default takes some 30 MB when full."""
        self._capacity = capacity
        self._entries: OrderedDict[bytes, Entry] = OrderedDict()
        self._lock = Lock()

    def get(self, digest: bytes) -> Entry | None:
        """The entry for this digest, which thereby becomes the last to be forgotten."""
        with self._lock:
            entry = self._entries.get(digest)
            if entry is not None:
                self._entries.move_to_end(digest)
            return entry

    def keep(self, digest: bytes, entry: Entry) -> None:
        """Remember it; beyond the capacity, the entry longest unused is forgotten."""
        with self._lock:
            self._entries[digest] = entry
            self._entries.move_to_end(digest)
            if len(self._entries) > self._capacity:
                self._entries.popitem(last=False)

    def __len__(self) -> int:
        return len(self._entries)
