"""Programme files: a programme's rules as somebody writes them down (TOML), and the presets to begin with.

A preset is a programme file with a table `[preset]`, which says what to open it with and is no part of the rules.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from wallet_service.errors import Invalid, NotFound
from wallet_service.loyalty.awards.rulebook_changes import plain

MOST_BYTES = 1_000_000
FOLDER = "programmes"
"""Where presets lie, beside the templates that they use."""


class ProgrammeFileUnreadable(Invalid):
    """A programme file is TOML in UTF-8, of no more than a megabyte; the detail says where it goes wrong."""

    slug = "programme-file-unreadable"
    title = "The programme file cannot be read"


class PresetNotFound(NotFound):
    """There is no preset of this name; `wallet-service programme presets` lists them."""

    slug = "preset-not-found"
    title = "There is no such preset"


@dataclass(frozen=True, slots=True)
class Preset:
    """A programme that is ready to be opened."""

    name: str
    """The file's own, such as `coffee-stars`."""
    title: str
    """What kind of programme it is, for an operator."""
    programme: str
    """What the programme is called, unless the brand calls it otherwise."""
    template: str
    """The name of the template that its cards have."""
    rules: Mapping[str, Any]


def read_programme_file(path: Path) -> Mapping[str, Any]:
    """The rules in a programme file, as JSON can write them. Raises `ProgrammeFileUnreadable`."""
    return {key: value for key, value in _read(path).items() if key != "preset"}


def find_preset(templates: Path, name: str) -> Preset:
    """The preset of this name. Raises `PresetNotFound`."""
    found = {each.name: each for each in list_presets(templates)}
    if name not in found:
        near = get_close_matches(name, found, n=1)
        raise PresetNotFound(f"{name[:40]!a} is none.", remedy=f"Use {' or '.join(near or sorted(found))}.")
    return found[name]


def list_presets(templates: Path) -> Sequence[Preset]:
    """All presets beside the templates of a folder, by name."""
    return [_preset(path) for path in sorted((templates / FOLDER).glob("*.toml"))]


def _preset(path: Path) -> Preset:
    read = dict(_read(path))
    try:
        told = read.pop("preset")
        return Preset(path.stem, told["title"], told["programme"], told["template"], read)
    except (KeyError, TypeError) as trouble:
        remedy = "Say title, programme and template in [preset]."
        raise ProgrammeFileUnreadable(f"{path.name} is no preset: {trouble} is missing.", remedy=remedy) from None


def _read(path: Path) -> Mapping[str, Any]:
    try:
        read: Mapping[str, Any] = plain(tomllib.loads(_content(path).decode()))
    except (OSError, ValueError, RecursionError) as trouble:  # tomllib's and the decoder's own are ValueErrors
        raise ProgrammeFileUnreadable(f"{path}: {trouble}.", remedy="docs/programme-file.md has the format.") from None
    return read


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES:,} bytes")
    return content
