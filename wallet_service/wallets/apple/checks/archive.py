"""The .pkpass as a zip: unpacked within limits, its oddities named (rules 11 and 12)."""

import io
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from wallet_service.wallets.apple.checks.finding import Finding, error, quoted, warning

MOST_BYTES = 20_000_000
"""Packed or unpacked; counted on real bytes, since the sizes a zip declares may be lies."""
MOST_FILES = 200

ENCRYPTED = 0x1
DATA_DESCRIPTOR = 0x8
ZIP64_VERSION = 45
CENTRAL_ENTRY = b"PK\x01\x02"
PLAIN_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})

BROKEN = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, RuntimeError, ValueError, OverflowError)
"""What zipfile raises on hostile bytes (NotImplementedError is a RuntimeError, Unicode errors are ValueErrors)."""

ODDITIES: tuple[tuple[Callable[[zipfile.ZipInfo], bool], str], ...] = (
    (lambda member: bool(member.flag_bits & ENCRYPTED), "It is encrypted."),
    (lambda member: member.extract_version >= ZIP64_VERSION, "It is stored in the ZIP64 form."),
    (lambda member: bool(member.flag_bits & DATA_DESCRIPTOR), "Its size stands in a data descriptor after it."),
    (lambda member: member.compress_type not in PLAIN_METHODS, "It is neither stored nor deflated."),
)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of a package by their names, and what was found while unpacking."""

    files: Mapping[str, bytes] = field(default_factory=dict)
    findings: Sequence[Finding] = ()
    opened: bool = True
    """Whether this was an archive at all; if not, there is nothing more to say."""


def open_bundle(file: bytes) -> Bundle:
    """Unpack a .pkpass within the limits. Never raises."""
    if len(file) > MOST_BYTES or file.count(CENTRAL_ENTRY) > MOST_FILES:
        return _closed(f"The archive is larger than {MOST_BYTES} bytes or {MOST_FILES} files.")
    try:
        with zipfile.ZipFile(io.BytesIO(file)) as archive:
            return _unpack(archive)
    except BROKEN as problem:
        return _closed(f"This is not a readable zip archive: {quoted(problem)}.")


def _names(names: Iterable[str]) -> Iterator[Finding]:
    """Rule 11: what is wrong with the names of the files in the archive."""
    for name, times in Counter(names).items():
        reason = _misplaced(name)
        if reason is not None:
            yield error(
                11, name, reason, "Zip the contents of the pass folder, not the folder (zip -X -r ../card.pkpass .)."
            )
        if times > 1:
            yield error(11, name, f"This name stands {times} times in the archive.", "Keep one file under each name.")


def _closed(message: str) -> Bundle:
    return Bundle(
        findings=(error(12, "the archive", message, "Make it a plain zip of the pass's few files."),), opened=False
    )


def _unpack(archive: zipfile.ZipFile) -> Bundle:
    members = [member for member in archive.infolist() if not member.is_dir()]
    findings = [*_names(member.orig_filename for member in members), *_oddities(members)]
    files: dict[str, bytes] = {}
    budget = MOST_BYTES
    for member in members:
        content = _content(archive, member, budget)
        if content is None:
            findings.append(_unreadable(member))
        elif len(content) > budget:
            return _closed(f"The files are larger than {MOST_BYTES} bytes when unpacked.")
        else:
            files[member.orig_filename] = content
            budget -= len(content)
    return Bundle(files, findings)


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: int) -> bytes | None:
    if member.compress_type not in PLAIN_METHODS:
        return None
    try:
        with archive.open(member) as stream:
            return stream.read(budget + 1)
    except BROKEN:
        return None


def _oddities(members: Iterable[zipfile.ZipInfo]) -> Iterator[Finding]:
    for member in members:
        for is_odd, words in ODDITIES:
            if is_odd(member):
                yield warning(
                    12, member.orig_filename, words, "Write a plain zip: stored or deflated, sizes in the header."
                )


def _unreadable(member: zipfile.ZipInfo) -> Finding:
    return error(12, member.orig_filename, "This file cannot be unpacked.", "Pack it again, stored or deflated.")


def _misplaced(name: str) -> str | None:
    parts = name.split("/")
    reasons = (
        ("\\" in name, "The name contains a backslash."),
        (name.startswith("/") or ".." in parts, "The name leads out of the archive."),
        ("__MACOSX" in parts or ".DS_Store" in parts, "The Finder left this here."),
        (
            len(parts) > 2 or (len(parts) == 2 and not parts[0].endswith(".lproj")),
            "Only .lproj folders have a place in a pass.",
        ),
    )
    return next((words for applies, words in reasons if applies), None)
