"""The wallets' official buttons, where an operator has placed them: we may not bundle them (docs/links.md)."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from wallet_service.errors import Invalid

WALLETS = ("apple", "google")
MEDIA_TYPES: Mapping[str, str] = {".svg": "image/svg+xml", ".png": "image/png"}
MOST_BYTES = 200_000


class BadgeUnfit(Invalid):
    """A file in the folder of badges is no button: name it `<wallet>-<language>.svg` or `.png`, at most 200 KB."""

    slug = "badge-unfit"
    title = "A wallet's button cannot be used"


@dataclass(frozen=True, slots=True)
class Badge:
    """A button as its owner made it."""

    file: str
    """`apple-en.svg`."""
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Badges:
    """The buttons there are."""

    by_file: Mapping[str, Badge]

    def of(self, wallet: str, language: str) -> Badge | None:
        """The button of a wallet in a language; none rather than one in another language."""
        names = (f"{wallet}-{language}{ending}" for ending in MEDIA_TYPES)
        return next((self.by_file[name] for name in names if name in self.by_file), None)


NO_BADGES = Badges({})


def read_badges(folder: Path | None) -> Badges:
    """The buttons in a folder, read once. Raises `BadgeUnfit`."""
    if folder is None:
        return NO_BADGES
    if not folder.is_dir():
        raise BadgeUnfit(f"{folder} is no folder.", remedy="Make it, or do without badges.")
    files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    return Badges({path.name: _read(path) for path in files})


def _read(path: Path) -> Badge:
    wallet, _, language = path.stem.partition("-")
    try:
        content = path.read_bytes()
    except OSError as trouble:
        raise BadgeUnfit(f"{path} cannot be read: {trouble.strerror}.", remedy="Let the service read it.") from None
    if wallet not in WALLETS or not language or path.suffix not in MEDIA_TYPES or len(content) > MOST_BYTES:
        raise BadgeUnfit(f"{path} is no button.", remedy="Name it apple-en.svg, google-ru.png …; at most 200 KB.")
    return Badge(path.name, content, MEDIA_TYPES[path.suffix])
