"""The images of a pass, judged by their PNG headers; no pixel is ever decoded (rules 13, 14, 15 and the artwork of 31)."""

import re
import struct
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wallet_service.wallets.apple.checks.finding import Finding, error, quoted, warning

IMAGE_NAME = re.compile(r"(?:(?P<folder>[^/]+\.lproj)/)?(?P<name>[A-Za-z]+)(?:@(?P<scale>[23])x)?\.png")
PNG_HEADER = struct.Struct(">8sI4sII")
"""Magic, then length, type, width and height of IHDR (PNG, third edition, 5.2 and 11.2.1)."""
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"
ICON_SCALES = (1, 2, 3)
MOST_IMAGE_BYTES = 1_000_000
TOLERANCE = 1
"""Pixels that rounding may add or take."""


@dataclass(frozen=True, slots=True)
class Size:
    """Points that an image may have: width and height, each from the least to the most."""

    width: tuple[int, int]
    height: tuple[int, int]

    def holds(self, width: int, height: int, scale: int) -> bool:
        """Whether so many pixels at this scale are such a size."""
        return _within(width, self.width, scale) and _within(height, self.height, scale)


def _exactly(width: int, height: int) -> Size:
    return Size((width, width), (height, height))


SIZES: Mapping[str, tuple[Size, ...]] = {
    "icon": (_exactly(38, 38), _exactly(29, 29)),
    "logo": (Size((1, 160), (1, 50)),),
    "strip": (_exactly(375, 144), _exactly(375, 123), _exactly(375, 98)),
    "thumbnail": (Size((60, 90), (60, 90)),),
    "background": (_exactly(343, 503), _exactly(345, 505), _exactly(180, 220)),
    "footer": (Size((1, 286), (1, 15)),),
    "primaryLogo": (Size((30, 126), (30, 30)),),
    "secondaryLogo": (Size((12, 135), (12, 12)),),
    "artwork": (_exactly(358, 448),),
    "personalizationLogo": (Size((1, 150), (1, 40)),),
}
"""Points of each image: today's guideline first, then the sizes of older ones that Wallet still takes."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image of a pass."""

    path: str
    folder: str | None
    name: str
    scale: int
    content: bytes

    @property
    def pixels(self) -> tuple[int, int] | None:
        """Width and height, or None if this is not a PNG."""
        if len(self.content) < PNG_HEADER.size:
            return None
        magic, _length, kind, width, height = PNG_HEADER.unpack_from(self.content)
        return (width, height) if (magic, kind) == (PNG_MAGIC, b"IHDR") else None


def images_of(files: Mapping[str, bytes]) -> list[Image]:
    """The images that Wallet knows, at the root and in language folders."""
    matches = ((path, IMAGE_NAME.fullmatch(path)) for path in files)
    return [
        Image(path, match["folder"], match["name"], int(match["scale"] or 1), files[path])
        for path, match in matches
        if match and match["name"] in SIZES
    ]


def check_images(files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Whether the icon is there and all images are PNGs of the right size and modest weight."""
    images = images_of(files)
    yield from _icons(images)
    yield from _repeated(images)
    yield from _overridden(images)
    for image in images:
        yield from _sized(image)
    if sum(len(image.content) for image in images) > MOST_IMAGE_BYTES:
        yield warning(
            14, "the archive", "The images weigh more than 1 MB.", "Compress them: they are fetched at every update."
        )


def check_poster(document: Mapping[str, Any], files: Mapping[str, bytes]) -> Iterator[Finding]:
    """Whether a posterGeneric has the artwork it is made of."""
    if "posterGeneric" in document and not any(image.name == "artwork" for image in images_of(files)):
        yield warning(31, "posterGeneric", "There is no artwork image.", "Add artwork@2x.png and @3x, 358x448 points.")


def _within(pixels: int, points: tuple[int, int], scale: int) -> bool:
    least, most = points
    return least * scale - TOLERANCE <= pixels <= most * scale + TOLERANCE


def _icons(images: list[Image]) -> Iterator[Finding]:
    scales = {image.scale for image in images if image.name == "icon"}
    if not scales:
        yield error(13, "icon.png", "There is no icon.", "Add icon.png, icon@2x.png and icon@3x.png, 38x38 points.")
        return
    for scale in ICON_SCALES:
        if scale not in scales:
            name = "icon.png" if scale == 1 else f"icon@{scale}x.png"
            yield warning(13, name, "The icon is missing at this scale.", f"Add it, {38 * scale}x{38 * scale} pixels.")


def _sized(image: Image) -> Iterator[Finding]:
    number, pixels = (13 if image.name == "icon" else 14), image.pixels
    if pixels is None:
        finding = error if image.name == "icon" else warning
        yield finding(number, image.path, "This is not a PNG.", "Save it as PNG.")
    elif not any(size.holds(*pixels, image.scale) for size in SIZES[image.name]):
        width, height = SIZES[image.name][0].width[1] * image.scale, SIZES[image.name][0].height[1] * image.scale
        message = f"It has {pixels[0]}x{pixels[1]} pixels."
        yield warning(number, image.path, message, f"Draw it with at most {width}x{height} pixels at this scale.")


def _repeated(images: list[Image]) -> Iterator[Finding]:
    seen: dict[tuple[str | None, str, bytes], str] = {}
    for image in images:
        first = seen.setdefault((image.folder, image.name, image.content), image.path)
        if first != image.path:
            yield warning(
                14, image.path, f"It is the same file as {quoted(first)}.", "Draw the image anew for each scale."
            )


def _overridden(images: list[Image]) -> Iterator[Finding]:
    folders = defaultdict(set)
    for image in images:
        folders[image.name].add(image.folder)
    for image in images:
        if image.folder is not None and None in folders[image.name]:
            mend = "Keep the image either at the root or in the language folders."
            yield warning(15, image.path, "The image of this name at the root wins over it.", mend)
