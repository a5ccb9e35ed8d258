"""A loyalty class: the designs of one look of a template, and the names and addresses under which Google finds what is theirs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from wallet_service.wallets.google.fields import Field, fields_of
from wallet_service.wallets.seam import Design, image_name

FOREIGN = re.compile(r"[^A-Za-z0-9._-]")
"""What may not stand in an id."""


@dataclass(frozen=True, slots=True, eq=False)
class CardClass:
    """Everything about a class that its cards share; make one with `card_class`."""

    id: str
    designs: Sequence[Design]
    """The look in each language of its template, its first language first."""
    public_url: str
    """Under which Google's servers reach us, `https://…` without a slash at its end."""
    callback_url: str
    """Who is told of saves and deletions; empty: nobody."""
    shared: Mapping[str, Sequence[Field]]
    """Fields that say the same to every member, by key, in each language: the class shows them."""

    @property
    def issuer(self) -> str:
        """The issuer's number."""
        return self.id.partition(".")[0]

    def object_id(self, serial: str) -> str:
        """The id of a card's object."""
        return object_id(self.issuer, serial)

    def image_url(self, content: bytes) -> str:
        """Where Google fetches this image."""
        return image_url(self.public_url, content)


def card_class(id_: str, designs: Sequence[Design], *, public_url: str, callback_url: str = "") -> CardClass:
    """A class of these designs: one look of a template version in each of its languages, the first one first."""
    return CardClass(id_, tuple(designs), public_url, callback_url, _shared(designs))


def class_id(issuer: str, template: str, family: int, tier: str = "") -> str:
    """The id of a class: one for a template, each of its looks, and each family of versions that cannot share a class.

    No template has a dot in its name, so a tier is told from all that stands before it.
    """
    name = FOREIGN.sub("-", template)
    if name != template:  # others may become the same name
        name += f"-{sha256(template.encode()).hexdigest()[:8]}"
    return f"{issuer}.{name}-{family}" + (f".{tier}" if tier else "")


def object_id(issuer: str, serial: str) -> str:
    """The id of a card's object; serials are opaque, so that ids in links tell nothing about a person."""
    return f"{issuer}.{FOREIGN.sub('-', serial)}"


def image_url(public_url: str, content: bytes) -> str:
    """The address of an image, which changes with its content: Google keeps what it has once fetched."""
    return f"{public_url}/images/{image_name(content)}"


def _shared(designs: Sequence[Design]) -> dict[str, Sequence[Field]]:
    first, *others = [{field.key: field for field in fields_of(design)} for design in designs]
    spoken = {key: [field, *(other[key] for other in others if key in other)] for key, field in first.items()}
    return {key: said for key, said in spoken.items() if _same_for_all(said, len(designs))}


def _same_for_all(said: Sequence[Field], languages: int) -> bool:
    """Whether a field has no holes; and, since an address has no translations, leads to the same place everywhere."""
    addresses = {field.address for field in said}
    return len(said) == languages and len(addresses) == 1 and not any(field.varies for field in said)
