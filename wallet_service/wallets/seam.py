"""The seam of the wallets: one card face, however many wallets. The business composes it; a wallet translates it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, Protocol

from wallet_service.errors import Invalid
from wallet_service.outcomes import Outcome
from wallet_service.wallets.holding import HolderPage

Value = str | int
"""What one placeholder says: text, or a whole number that the phone formats itself."""


@dataclass(frozen=True, slots=True)
class Hole:
    """A place in a text that each card fills for itself; `name` is the placeholder as written (`balance|points`)."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a template: fixed pieces and holes, in order. A single hole alone keeps the type of its value."""

    parts: tuple[str | Hole, ...]


@dataclass(frozen=True, slots=True)
class GoogleLayout:
    """What a card in Google Wallet needs and Apple's JSON has no word for, in one language. Empty: not shown."""

    programme: str = ""
    issuer_name: str = ""
    balance: str = ""
    """Key of the field that is Google's loyalty points."""
    points: Text | Value = ""
    points_label: str = ""
    account_name: Text | str = ""
    account_name_label: str = ""
    account_id: Text | str = ""
    account_id_label: str = ""
    logo: bytes | None = None
    """Cut to a circle by Google."""
    wide_logo: bytes | None = None
    hero: bytes | None = None

    @property
    def images(self) -> Mapping[str, bytes]:
        """Its images by the names under which Google fetches them."""
        found = (self.logo, self.wide_logo, self.hero)
        return {image_name(content): content for content in found if content}

    @property
    def variables(self) -> tuple[Text | Value, ...]:
        """The texts that each card fills for itself."""
        return self.points, self.account_name, self.account_id


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """A published template version in one language: everything that all its cards share. Compared by identity."""

    key: str
    """`<template version id>/<language>`, or `…/<tier>` for the look of a tier: same key, same bytes, for ever."""
    language: str
    pass_json: Mapping[str, Any]
    """Apple's own JSON in this language, without identity keys; a string with placeholders stands as a `Text`."""
    files: Mapping[str, bytes]
    """Images by their name at the root of a pass (`icon@2x.png`)."""
    google: GoogleLayout = GoogleLayout()

    @property
    def look(self) -> tuple[object, ...]:
        """Equal looks are equal cards in either wallet."""
        return self.pass_json, self.files, self.google


@dataclass(frozen=True, slots=True)
class CardFace:
    """Everything visible on a card at one version."""

    design: Design
    values: Mapping[str, Value]
    """For every hole of the design, what it says now."""
    serial: str
    pass_type: str
    version: int
    modified_at: datetime
    """Whole seconds; strictly grows with `version`."""
    token_key: int
    """Which master key the card's authentication token derives from."""
    voided: bool
    announces: str = ""
    """Key of the one field that speaks on the lock screen, if its value is another now; empty: none does."""


@dataclass(frozen=True, slots=True)
class Package:
    """A file for a phone, in the pieces it is sent in (so that a shared head is never copied)."""

    pieces: tuple[bytes, ...]
    media_type: str

    @property
    def size(self) -> int:
        """Bytes in all."""
        return sum(map(len, self.pieces))


@dataclass(frozen=True, slots=True)
class Wake:
    """One device that should look for news of its cards of one pass type."""

    pass_type: str
    push_token: str


@dataclass(frozen=True, slots=True)
class GoogleCard:
    """A card as its object in Google Wallet should show it."""

    issuer: str
    """The brand's issuer id at Google."""
    template: str
    """Its template's name: each has a class of its own."""
    designs: Sequence[Design]
    """The look of the face in each language of its template, its first language first."""
    face: CardFace
    notify: bool = False
    """Whether its owner is to be told of the new balance."""
    formerly: CardFace | None = None
    """As it would be in the design that its object was last shown in, where that is another."""
    tier: str = ""
    """The tier whose look it has: each has a class of its own. Empty: that of the template itself."""


Present = Callable[[Sequence[str]], Awaitable[Sequence[GoogleCard]]]
"""Reads cards, by serial, as they are at this moment. Those that are gone are missing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What became of an object."""

    outcome: Outcome
    silent: bool = False
    """Google had no notice left for this card today: the object changed all the same, and nobody was told."""
    refused: str | None = None
    """What was refused, as it was sent (JSON)."""


@dataclass(frozen=True, slots=True)
class ObjectNames:
    """Under which ids Google keeps a card and its class."""

    object_id: str
    class_id: str


class FaceUnfit(Invalid):
    """The card as it would be issued breaks rules of the wallet; phones would refuse it. Mend the template."""

    slug = "face-unfit"
    title = "This card would not be accepted by phones"


class Wallet(Protocol):
    """One wallet's own language."""

    @property
    def name(self) -> Literal["apple", "google"]:
        """Which wallet it is."""
        ...

    async def check(self, face: CardFace) -> None:
        """Whether a card with this face may be issued. Raises `CertificateUnusable` or `FaceUnfit`."""
        ...

    async def package(self, face: CardFace) -> Package:
        """The file that shows this face. Raises `CertificateUnusable` (503) when it cannot be signed."""
        ...

    async def publish(self, wakes: Sequence[Wake]) -> Sequence[Outcome]:
        """Wake devices; one outcome for each wake, in its order."""
        ...

    def recognises(self, token: str, pass_type: str, serial: str) -> bool:
        """Whether a phone that shows this token holds this card; constant time, without asking the database."""
        ...


class ObjectWallet(Protocol):
    """A wallet that keeps an object for each card, which we change there."""

    def names(self, issuer: str, template: str, serial: str, tier: str = "") -> ObjectNames:
        """The ids of a card that has the look of a tier or (empty) its template's own."""
        ...

    async def show(self, issuer: str, serials: Sequence[str], present: Present) -> Mapping[str, Shown]:
        """Let the objects of an issuer show their cards as they are when their turn has come: they are read only then.

        What became of each, by serial; cards that are gone by then are missing.
        """
        ...

    async def save_link(self, card: GoogleCard) -> str:
        """The address that puts this card into somebody's wallet. Its object is there before anybody opens it.

        A customer is waiting, so this goes first. Raises `Unavailable` when Google or the service account is in trouble.
        """
        ...

    async def rehearse(self, cards: Sequence[GoogleCard]) -> str | None:
        """What the wallet has against these cards, which share a class; None if nothing. Nothing of them is kept.

        Raises `Unavailable` when it cannot be asked.
        """
        ...

    async def holders(self, issuer: str, class_id: str, token: str) -> HolderPage | Outcome:
        """Which objects of a class are in somebody's wallet: the page that begins at `token` (empty: the first)."""
        ...


def image_name(content: bytes) -> str:
    """What an image is called at the address where Google fetches it; another content has another name."""
    return f"{sha256(content).hexdigest()}.png"
