"""Google's class and objects of every bundled template's sample member: what Google is given, to be read."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.conftest import TEMPLATES
from wallet_service.cards.sample import sample_face
from wallet_service.cards.templates import parse_template, read_template
from wallet_service.wallets.google.card_class import card_class, class_id
from wallet_service.wallets.google.document import Kind
from wallet_service.wallets.google.objects import class_payload, object_payload

GOLDEN = Path(__file__).parent
ISSUER = "3388000000000000000"
CALLBACK = "https://cards.example.com/google/callbacks"


@dataclass(frozen=True, slots=True)
class Payload:
    """A golden payload: `google_<template>.class`, or `google_<template>.<language>` for an object."""

    name: str
    kind: Kind
    content: Mapping[str, Any]

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return GOLDEN / f"{self.name}.json"

    @property
    def readable(self) -> str:
        """The payload for people: indented, in our own order, letters as they are."""
        return json.dumps(self.content, indent=2, ensure_ascii=False) + "\n"


def payloads() -> Iterator[Payload]:
    """Every bundled template's class, and its object in each language."""
    for folder in sorted(TEMPLATES.glob("*.pkpasstemplate")):
        template = parse_template(read_template(folder))
        faces = [sample_face(template, language) for language in template.languages]
        style = card_class(
            class_id(ISSUER, template.name, 1),
            [face.design for face in faces],
            public_url="https://cards.example.com",
            callback_url=CALLBACK,
        )
        yield Payload(f"google_{template.name}.class", "LoyaltyClass", class_payload(style))
        for face in faces:
            name = f"google_{template.name}.{face.design.language}"
            yield Payload(name, "LoyaltyObject", object_payload(style, face))
