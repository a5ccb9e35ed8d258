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
LOCAL = Struct("<4s5H3I2H")
CENTRAL = Struct("<4s6H3I5H2I")
END = Struct("<4s4H2IH")
VERSION = 20
UTF8_NAME = 1 << 11
MIDNIGHT, NEW_YEAR_1980 = 0, 1 << 5 | 1
"""No moment of its own in a file, or equal passes would differ."""


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
        head, directory = _lay_out(shared, offset=0)
        return cls(head, directory, len(shared) + 3, _open_manifest(shared))

    def manifest(self, pass_json: bytes) -> bytes:
        """`manifest.json`: the SHA-1 of every file, as Apple defines it; these bytes are what gets signed."""
        return b'%b"%b":"%b"}' % (self._manifest_opening, PASS.encode(), _sha1(pass_json).encode())

    def tail(self, pass_json: bytes, manifest: bytes, signature: bytes) -> bytes:
        """What follows the head: the card's own files and the directory. `manifest` is `self.manifest(pass_json)`."""
        own = ((PASS, pass_json), (MANIFEST, manifest), (SIGNATURE, signature))
        members, entries = _lay_out(own, offset=len(self.head))
        directory = self._directory + entries
        starts_at = len(self.head) + len(members)
        end = END.pack(b"PK\x05\x06", 0, 0, self._count, self._count, len(directory), starts_at, 0)
        return b"".join((members, directory, end))


def _lay_out(files: Iterable[tuple[str, bytes]], offset: int) -> tuple[bytes, bytes]:
    """The local records of the files beginning at `offset`, and their entries for the directory."""
    members: list[bytes] = []
    entries: list[bytes] = []
    for path, content in files:
        name, size = path.encode(), len(content)
        flags = 0 if path.isascii() else UTF8_NAME
        common = (VERSION, flags, 0, MIDNIGHT, NEW_YEAR_1980, crc32(content), size, size, len(name), 0)
        members += LOCAL.pack(b"PK\x03\x04", *common), name, content
        entries += CENTRAL.pack(b"PK\x01\x02", VERSION, *common, 0, 0, 0, 0, offset), name
        offset += LOCAL.size + len(name) + size
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
