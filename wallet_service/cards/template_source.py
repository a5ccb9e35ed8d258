"""A template as it lies on a disk or in a bundle: files under safe names, read within limits, not yet understood."""

import hashlib
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from wallet_service.cards.png import pixels
from wallet_service.cards.problem import Problem, TemplateInvalid, error

SUFFIX = ".pkpasstemplate"
MOST_BYTES = 5_000_000
MOST_FILES = 60
MOST_PIXELS = 2048
IGNORED = {".DS_Store"}

NAME = re.compile(r"[a-z0-9_-]{1,64}")
LANGUAGE = r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-[A-Z]{2})?"
IMAGE = r"[A-Za-z][A-Za-z0-9_-]{0,39}(?:@[23]x)?\.png"
TIER = r"[a-z0-9-]{1,40}"
"""Names of tiers, as a programme's rules have them."""
FOLDER = rf"(?:{LANGUAGE}\.lproj|{TIER}\.tier)/"
FILE = re.compile(rf"pass\.json|card\.toml|(?:{FOLDER})?{IMAGE}|{LANGUAGE}\.lproj/pass\.strings")
ALLOWED = (
    "A template holds pass.json, card.toml, PNG images, <language>.lproj folders with pass.strings and images, and "
    "<tier>.tier folders with images."
)
EARLIEST = (1980, 1, 1, 0, 0, 0)
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    OSError,
    OverflowError,
    RuntimeError,
    ValueError,
)
"""What zipfile raises for a zip that is cut, altered, encrypted or packed in an unknown way."""


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """The files of one template by their path in its folder (`ru.lproj/pass.strings`)."""

    name: str
    files: Mapping[str, bytes]


def read_template(folder: Path) -> TemplateSource:
    """Read the folder `<name>.pkpasstemplate`; nothing is opened before the limits are checked.

    Raises `TemplateInvalid` with everything that is wrong about names, sizes and images. Limits: 5 MB, 60 files,
    no symbolic links, images that are PNG and at most 2048 pixels a side.
    """
    if not folder.is_dir():
        raise TemplateInvalid(error(str(folder), "this is not a folder", f"Name a folder that ends in {SUFFIX}."))
    paths = {path.relative_to(folder).as_posix(): path for path in _walk(folder)}
    sizes = {name: path.lstat().st_size for name, path in paths.items()}
    links = (name for name, path in paths.items() if path.is_symlink())
    _refuse(map(_link, links))
    _refuse(_name_problems(folder.name), _size_problems(sizes))
    return _checked(folder.name, {name: path.read_bytes() for name, path in paths.items()})


def digest(source: TemplateSource) -> str:
    """SHA-256 over names and contents in the order of names, hexadecimal: equal digests are equal templates."""
    total = hashlib.sha256()
    for name, content in sorted(source.files.items()):
        total.update(f"{name}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def to_bundle(source: TemplateSource) -> bytes:
    """The template as one zip, uncompressed and without times: the same source always gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as bundle:
        for name, content in sorted(source.files.items()):
            bundle.writestr(zipfile.ZipInfo(f"{source.name}{SUFFIX}/{name}", EARLIEST), content)
    return buffer.getvalue()


def from_bundle(bundle: bytes) -> TemplateSource:
    """The template in a zip made by `to_bundle` or packed by hand, within the same limits. Raises `TemplateInvalid`."""
    _refuse(_size_problems({"pass.json": len(bundle)}))
    try:
        with zipfile.ZipFile(io.BytesIO(bundle)) as packed:
            return _unpack(packed)
    except UNREADABLE as trouble:
        raise TemplateInvalid(error("bundle", f"this zip cannot be read: {trouble}", "Pack the folder anew.")) from None


def _unpack(packed: zipfile.ZipFile) -> TemplateSource:
    members = {info.filename: info for info in packed.infolist() if not info.is_dir()}
    folder = next(iter(members), "").partition("/")[0]
    inside = {name.removeprefix(f"{folder}/"): info for name, info in members.items()}
    # zipfile gives no more bytes than the header claims, so a claim within the limits is a bound
    _refuse(_size_problems({name: info.file_size for name, info in inside.items()}))
    return _checked(folder, {name: packed.read(info) for name, info in inside.items()})


def _walk(folder: Path) -> Iterator[Path]:
    """Files and links of a folder and of the folders in it; nothing deeper belongs to a template."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from sorted(path.iterdir())
        elif path.name not in IGNORED:
            yield path


def _checked(folder: str, files: dict[str, bytes]) -> TemplateSource:
    _refuse(_name_problems(folder), _size_problems({name: len(content) for name, content in files.items()}))
    _refuse(_image_problems(files))
    return TemplateSource(folder.removesuffix(SUFFIX), files)


def _refuse(*groups: Iterable[Problem]) -> None:
    problems = [problem for group in groups for problem in group]
    if problems:
        raise TemplateInvalid(*problems)


def _name_problems(folder: str) -> Iterator[Problem]:
    if not (folder.endswith(SUFFIX) and NAME.fullmatch(folder.removesuffix(SUFFIX))):
        yield error(folder, "this is no name for a template", f"Use [a-z0-9_-], at most 64, then {SUFFIX}.")


def _size_problems(sizes: Mapping[str, int]) -> Iterator[Problem]:
    if len(sizes) > MOST_FILES:
        yield error("folder", f"{len(sizes)} files are too many", f"Keep at most {MOST_FILES}.")
    if sum(sizes.values()) > MOST_BYTES:
        yield error("folder", f"{sum(sizes.values()):,} bytes are too many", f"Keep at most {MOST_BYTES:,}.")
    yield from (error(name, "a file of this name does not belong here", ALLOWED) for name in sizes if not _fits(name))


def _fits(name: str) -> bool:
    return FILE.fullmatch(name) is not None


def _link(name: str) -> Problem:
    return error(name, "a symbolic link is not followed", "Put the file itself here.")


def _image_problems(files: Mapping[str, bytes]) -> Iterator[Problem]:
    for name, content in files.items():
        if name.endswith(".png"):
            size = pixels(content)
            if size is None:
                yield error(name, "this is not a PNG image", "Export it as PNG.")
            elif max(size) > MOST_PIXELS:
                yield error(name, f"{size[0]} x {size[1]} pixels are too many", f"At most {MOST_PIXELS} a side.")
