"""What a preview is taken of: one card in one language, out of a .pkpass or a template; nothing in it is trusted."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wallet_service.errors import Invalid
from wallet_service.wallets.apple.checks import Finding, check_document, check_pass
from wallet_service.wallets.apple.checks.archive import open_bundle
from wallet_service.wallets.apple.checks.document import fitted, in_order
from wallet_service.wallets.apple.checks.images import Image, check_images, check_poster, images_of
from wallet_service.wallets.apple.checks.localisation import Translation, read_translations
from wallet_service.wallets.apple.checks.strict_json import read_object
from wallet_service.wallets.filling import shown_by
from wallet_service.wallets.seam import CardFace

IDENTITY = {"passTypeIdentifier": "pass.example", "teamIdentifier": "EXAMPLE123", "serialNumber": "sample"}
"""What a template has not, and every pass has."""

TRANSLATED = frozenset({"altText", "attributedValue", "changeMessage", "description", "label", "logoText"}) | {
    "organizationName",
    "value",
}
OPAQUE = frozenset({"userInfo", "semantics", "upcomingPassInformation"})
"""Keys that show nothing and may hold anything, however deep."""

UNSPEAKABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that HTML or UTF-8 cannot hold."""

MOST_PIXELS = 4096
"""A side; three times the widest image that Wallet knows would still fit. What is larger is a trap for browsers."""


class PassUnreadable(Invalid):
    """The file is no .pkpass that can be shown: no zip archive, or without a readable pass.json."""

    slug = "pass-unreadable"
    title = "This is not a pass"


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG that a browser may be given, with its size in pixels."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """A card as a phone of one language has it."""

    name: str
    """Of the file or the template folder."""
    language: str
    document: Mapping[str, Any]
    """pass.json in that language; of every value the type can be trusted, of no text the content."""
    images: Mapping[str, Picture]
    """The sharpest PNG of each name."""
    findings: Sequence[Finding]


def from_file(content: bytes, *, name: str, language: str | None, now: datetime, development: bool) -> Subject:
    """The card in a .pkpass. Raises `PassUnreadable`.

    `language`: a BCP 47 tag; without it, one that the pass is translated into (English first), or English.
    `development` accepts certificates of any issuer, as in `check_pass`.
    """
    bundle = open_bundle(content)
    document, broken = read_object(bundle.files, "pass.json")
    if not bundle.opened or document is None:
        first = next(iter((*bundle.findings, *broken)))
        raise PassUnreadable(f"{name}: {first.message}", remedy=first.mend)
    tables, _ = read_translations(bundle.files)
    spoken = {path.partition(".lproj/")[0]: table for path, table in tables.items()}
    language = language or ("en" if "en" in spoken else min(spoken, default="en"))
    nearest = next((tag for tag in (language, language.partition("-")[0]) if tag in spoken), None)
    findings = check_pass(content, now=now, development=development)
    words = spoken.get(nearest or "", {})
    return Subject(name, language, _said(fitted(document), words), _sharpest(bundle.files, nearest), findings)


def from_template(
    pass_json: Mapping[str, Any], files: Mapping[str, bytes], *, name: str, language: str, development: bool = False
) -> Subject:
    """The sample member's card: Apple's JSON without identity, filled and in this language, and its images."""
    document = {**pass_json, **IDENTITY}
    findings = [
        *check_document(document, development=development),
        *check_images(files),
        *check_poster(document, files),
    ]
    return Subject(name, language, _said(fitted(document), {}), _sharpest(files, None), in_order(findings))


def from_face(face: CardFace) -> Subject:
    """A member's card as it is now, without images. It was checked when it was issued: nothing is looked for here."""
    document = {**shown_by(face), **IDENTITY, "voided": face.voided}
    return Subject(face.serial, face.design.language, _said(fitted(document), {}), {}, ())


def speakable(text: str) -> str:
    """The text as a page can hold it."""
    return UNSPEAKABLE.sub("\ufffd", text)


def _said(node: Any, words: Translation, key: str = "") -> Any:
    """The document with its texts translated, and fit to stand in a page."""
    match node:
        case str():
            return speakable(words.get(node, node) if key in TRANSLATED else node)
        case Mapping():
            return {name: _said(inner, words, name) for name, inner in node.items() if name not in OPAQUE}
        case list() | tuple():
            return [_said(inner, words, key) for inner in node]
    return node


def _sharpest(files: Mapping[str, bytes], language: str | None) -> Mapping[str, Picture]:
    """One image for each name. An image at the root wins over one in a language folder: so does Wallet."""
    folders = {None, f"{language}.lproj"}
    usable = [image for image in images_of(files) if image.folder in folders]
    usable.sort(key=lambda image: (image.folder is None, image.scale))
    pictures = ((image.name, _picture(image)) for image in usable)
    return {name: picture for name, picture in pictures if picture}


def _picture(image: Image) -> Picture | None:
    if image.pixels is None or max(image.pixels) > MOST_PIXELS:
        return None
    return Picture(image.content, *image.pixels)
