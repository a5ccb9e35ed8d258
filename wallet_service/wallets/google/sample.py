"""Google's rules over a template's sample member: its class, and its object in every language. PURE."""

from collections.abc import Iterator, Sequence

from wallet_service.wallets.google.card_class import card_class, class_id
from wallet_service.wallets.google.finding import Finding
from wallet_service.wallets.google.objects import full_class, full_object
from wallet_service.wallets.google.rules import check
from wallet_service.wallets.seam import CardFace

ISSUER = "3388000000000000000"
PUBLIC_URL = "https://cards.example.com"


def check_sample(faces: Sequence[CardFace]) -> Iterator[tuple[str, Finding]]:
    """What is wrong with the payloads of a card in each language of its template, texts in full, and in which payload.

    A warning about a length names a text that would be sent shortened.
    """
    designs = [face.design for face in faces]
    style = card_class(class_id(ISSUER, "sample", 1), designs, public_url=PUBLIC_URL)
    for finding in check("LoyaltyClass", full_class(style)):
        yield "class", finding
    for face in faces:
        for finding in check("LoyaltyObject", full_object(style, face)):
            yield f"object ({face.design.language})", finding
