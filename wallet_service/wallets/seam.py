"""The seam of the wallets: one card face, however many wallets. The business composes it; a wallet translates it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

from wallet_service.errors import Invalid
from wallet_service.outcomes import Outcome

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


@dataclass(frozen=True, slots=True, eq=False)
class Design:
    """A published template version in one language: everything that all its cards share. Compared by identity."""

    key: str
    """`<template version id>/<language>`: same key, same bytes, for ever."""
    language: str
    pass_json: Mapping[str, Any]
    """Apple's own JSON in this language, without identity keys; a string with placeholders stands as a `Text`."""
    files: Mapping[str, bytes]
    """Images by their name at the root of a pass (`icon@2x.png`)."""


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
