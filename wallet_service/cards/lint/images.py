"""Rules of images: which a card needs, in which scales, at how many pixels, and how heavy all together may be."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from wallet_service.cards.google_layout import OWN_IMAGE
from wallet_service.cards.lint.draft import Draft
from wallet_service.cards.png import pixels
from wallet_service.cards.problem import Problem, error, warning
from wallet_service.cards.templates import TIER_FOLDER

MOST_BYTES = 200_000
"""A card is fetched anew on every change, often over a weak network."""
FILE = re.compile(r"(?:(?P<folder>[^/]+)\.(?:lproj|tier)/)?(?P<image>[^/@]+)(?:@(?P<scale>[23])x)?\.png")


@dataclass(frozen=True, slots=True)
class Slot:
    """Room for an image: the least and the most points (a point is 1, 2 or 3 pixels by scale)."""

    width: tuple[int, int]
    height: tuple[int, int]
    style: str
    """The style that shows it."""


SLOTS = {
    "icon": Slot((38, 38), (38, 38), ""),
    "logo": Slot((50, 160), (50, 50), "storeCard"),
    "strip": Slot((375, 375), (144, 144), "storeCard"),
    "primaryLogo": Slot((30, 126), (30, 30), "posterGeneric"),
    "artwork": Slot((358, 358), (448, 448), "posterGeneric"),
}
"""Images of the two styles (Human Interface Guidelines, Wallet; Apple's pass-builder)."""


def _present(draft: Draft) -> Iterator[Problem]:
    roots = {match["image"] for path in draft.source.files if (match := FILE.fullmatch(path)) and not match["folder"]}
    if "icon" not in roots:
        yield error("icon.png", "a card without an icon cannot be installed", "Add icon.png, icon@2x.png, icon@3x.png.")
    for image, slot in SLOTS.items():
        if slot.style in draft.pass_json and image not in roots:
            yield warning(f"{image}@2x.png", f"{slot.style} has no {image}", f"Add {image}@2x.png and {image}@3x.png.")


def _scales(draft: Draft) -> Iterator[Problem]:
    present = _of_the_pass(draft)
    images = {path.partition("@")[0].removesuffix(".png") for path in present}
    for image in sorted(images):
        for scale in ("@2x",) if image.endswith("artwork") else ("@2x", "@3x"):
            if f"{image}{scale}.png" not in present:
                yield warning(f"{image}{scale}.png", "this scale is missing", "Export it; phones show 2x or 3x.")


def _sizes(draft: Draft) -> Iterator[Problem]:
    for path, content in _of_the_pass(draft).items():
        match, size = FILE.fullmatch(path), pixels(content)
        if match is None or match["image"] not in SLOTS:
            yield warning(path, "neither style shows this image", f"Remove it; images are {', '.join(SLOTS)}.")
        elif size:
            yield from _fits(path, SLOTS[match["image"]], int(match["scale"] or 1), size)


def _fits(path: str, slot: Slot, scale: int, size: tuple[int, int]) -> Iterator[Problem]:
    rooms = [tuple(points * scale for points in room) for room in (slot.width, slot.height)]
    if any(not least - 1 <= side <= most + 1 for (least, most), side in zip(rooms, size, strict=True)):
        wanted = " x ".join(_range(room) for room in rooms)
        yield warning(path, f"{size[0]} x {size[1]} pixels would be scaled or cropped", f"Export it at {wanted}.")


def _range(room: tuple[int, ...]) -> str:
    return "-".join(map(str, sorted(set(room))))


def _weight(draft: Draft) -> Iterator[Problem]:
    images = _of_the_pass(draft)
    common = {path: content for path, content in images.items() if TIER_FOLDER not in path}
    yield from _heavy("images", common)
    for folder in sorted({path.partition("/")[0] for path in images.keys() - common.keys()}):
        own = {path.partition("/")[2]: content for path, content in images.items() if path.startswith(f"{folder}/")}
        yield from _heavy(f"images with {folder}", common | own)


def _heavy(where: str, images: Mapping[str, bytes]) -> Iterator[Problem]:
    total = sum(map(len, images.values()))
    if total > MOST_BYTES:
        heaviest = max(images, key=lambda path: len(images[path]))
        mend = f"Reduce colours or detail, first in {heaviest} ({len(images[heaviest]):,} bytes)."
        yield warning(where, f"{total:,} bytes in all; more than {MOST_BYTES:,} is slow to fetch", mend)


def _of_the_pass(draft: Draft) -> dict[str, bytes]:
    """The images that Apple's pass carries, by path."""
    return {
        path: content
        for path, content in draft.source.files.items()
        if path.endswith(".png") and not path.rpartition("/")[2].startswith(OWN_IMAGE)
    }


IMAGE_RULES = (_present, _scales, _sizes, _weight)
