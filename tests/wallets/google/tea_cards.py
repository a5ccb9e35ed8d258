"""The tea template's cards in Google's words, and ways to change the template."""

from dataclasses import replace

from tests.cards.template_maker import CARD_TOML
from wallet_service.cards.sample import sample_face
from wallet_service.cards.templates import TemplateSource, parse_template
from wallet_service.wallets.google.card_class import CardClass, card_class, class_id
from wallet_service.wallets.google.objects import class_payload, object_payload
from wallet_service.wallets.seam import CardFace

ISSUER = "3388000000000000000"


def faces(source: TemplateSource) -> list[CardFace]:
    """The sample member's card in every language."""
    template = parse_template(source)
    return [sample_face(template, language) for language in template.languages]


def style_of(faces: list[CardFace]) -> CardClass:
    """The class of these cards."""
    designs = [face.design for face in faces]
    url = "https://cards.example.com"
    return card_class(class_id(ISSUER, "tiny-tea", 1), designs, public_url=url, callback_url=f"{url}/google")


def class_of(source: TemplateSource):
    return class_payload(style_of(faces(source)))


def object_of(source: TemplateSource, language: int = 0, **changes):
    cards = faces(source)
    return object_payload(style_of(cards), replace(cards[language], **changes))


def account(**fields):
    """Adds secondary fields, by key and value."""

    def change(document):
        document["storeCard"]["secondaryFields"] = [
            {"key": key, "label": key.upper(), "value": value} for key, value in fields.items()
        ]

    return change


def back(**fields):
    """Adds back fields, by key and value."""

    def change(document):
        document["storeCard"]["backFields"] += [
            {"key": key, "label": key.title(), "value": value} for key, value in fields.items()
        ]

    return change


def header(**changes):
    return lambda document: document["storeCard"]["headerFields"][0].update(changes)


def top(**changes):
    return lambda document: document.update(changes)


def google(lines: str) -> str:
    return f"{CARD_TOML}\n[google]\n{lines}\n"
