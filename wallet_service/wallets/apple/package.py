"""The pass file: a zip of which all cards of a design share the head, and only a short tail is a card's own.

The head holds the images, stored (deflating a PNG gains nothing); their checksums and directory entries are computed
once. The tail is `pass.json`, `manifest.json`, `signature` and the directory: about 6 kB, made in microseconds. The
same files and the same pass always give the same bytes.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha1
from struct import Struct
from zlib import crc32

import orjson

MEDIA_TYPE = "application/vnd.apple.pkpass"
PASS, MANIFEST, SIGNATURE = "pass.json", "manifest.json", "signature"

# Layout of the records: PKWARE's APPNOTE.TXT, 4.3.7, 4.3.12 and 4.3.16.
STAMP, SIZES, NAME_SIZE, OFFSET = Struct("<5H"), Struct("<3I"), Struct("<2H"), Struct("<I")
END = Struct("<4s4H2IH")
VERSION, STORED = 20, 0
UTF8_NAME = 1 << 11
MIDNIGHT, NEW_YEAR_1980 = 0, 1 << 5 | 1
"""No moment of its own in a file, or equal passes would differ."""


@dataclass(frozen=True, slots=True)
class Label:
    """What the records of a file say whatever its content: written once for each name."""

    local: bytes
    """A local record up to checksum and sizes."""
    name: bytes
    """Between them and the content."""
    entry: bytes
    """An entry of the directory up to checksum and sizes."""
    entry_middle: bytes
    """Between them and the offset."""
    entry_name: bytes

    @classmethod
    def of(cls, path: str) -> "Label":
        """The label of a file at this path in the pass."""
        name = path.encode()
        stamp = STAMP.pack(VERSION, 0 if path.isascii() else UTF8_NAME, STORED, MIDNIGHT, NEW_YEAR_1980)
        sizes = NAME_SIZE.pack(len(name), 0)
        made_by = VERSION.to_bytes(2, "little")
        return cls(b"PK\x03\x04" + stamp, sizes + name, b"PK\x01\x02" + made_by + stamp, sizes + bytes(10), name)


OWN = Label.of(PASS), Label.of(MANIFEST), Label.of(SIGNATURE)


@dataclass(frozen=True, slots=True)
class PassShell:
    """Everything of a pass file that does not depend on the card."""

    head: bytes
    """The shared files; what a pass file begins with."""
    _directory: bytes
    _count: int
    _manifest_opening: bytes

    @classmethod
    def pack(cls, files: Mapping[str, bytes]) -> "PassShell":
        """Pack the shared files, by their path in the pass (`icon@2x.png`, `ru.lproj/strip.png`).

        Raises ValueError for a path that a pass cannot hold.
        """
        shared = sorted(files.items())
        _refuse_bad_names(name for name, _ in shared)
        head, directory = _lay_out(((Label.of(name), content) for name, content in shared), offset=0)
        return cls(head, directory, len(shared) + 3, _open_manifest(shared))

    def manifest(self, pass_json: bytes) -> bytes:
        """`manifest.json`: the SHA-1 of every file, as Apple defines it; these bytes are what gets signed."""
        return b'%b"pass.json":"%b"}' % (self._manifest_opening, _sha1(pass_json).encode())

    def tail(self, pass_json: bytes, manifest: bytes, signature: bytes) -> bytes:
        """What follows the head: the card's own files and the directory. `manifest` is `self.manifest(pass_json)`."""
        own = zip(OWN, (pass_json, manifest, signature), strict=True)
        members, entries = _lay_out(own, offset=len(self.head))
        directory = self._directory + entries
        starts_at = len(self.head) + len(members)
        end = END.pack(b"PK\x05\x06", 0, 0, self._count, self._count, len(directory), starts_at, 0)
        return b"".join((members, directory, end))


def _lay_out(files: Iterable[tuple[Label, bytes]], offset: int) -> tuple[bytes, bytes]:
    """The local records of the files beginning at `offset`, and their entries for the directory."""
    members: list[bytes] = []
    entries: list[bytes] = []
    for label, content in files:
        size = len(content)
        sizes = SIZES.pack(crc32(content), size, size)
        members += label.local, sizes, label.name, content
        entries += label.entry, sizes, label.entry_middle, OFFSET.pack(offset), label.entry_name
        offset += len(label.local) + SIZES.size + len(label.name) + size
    return b"".join(members), b"".join(entries)


def _open_manifest(shared: Iterable[tuple[str, bytes]]) -> bytes:
    digests = {name: _sha1(content) for name, content in shared}
    opening = orjson.dumps(digests).removesuffix(b"}")
    return opening + b"," if digests else opening


def _sha1(content: bytes) -> str:
    return sha1(content, usedforsecurity=False).hexdigest()


def _refuse_bad_names(names: Iterable[str]) -> None:
    for name in names:
        if name in {PASS, MANIFEST, SIGNATURE}:
            raise ValueError(f"{name} is a card's own file, not a shared one")
        if "\\" in name or any(part in {"", ".", ".."} for part in name.split("/")):
            raise ValueError(f"{name!r} is not a path inside a pass")
