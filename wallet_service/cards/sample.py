"""A template's card as its sample member would see it: for checks and previews."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from wallet_service.cards.templates import Template, design, fillers
from wallet_service.wallets.filling import filled
from wallet_service.wallets.seam import CardFace

THEN = datetime(2026, 1, 1, tzinfo=UTC)


def sample_face(template: Template, language: str) -> CardFace:
    """The sample member's card in a language."""
    laid_out = design(template, "sample", language)
    member = replace(template.sample, language=language)
    return CardFace(
        laid_out,
        {name: fill(member) for name, fill in fillers(template, laid_out).items()},
        serial=member.card_id,
        pass_type="pass.example",  # noqa: S106 - a name
        version=1,
        modified_at=THEN,
        token_key=1,
        voided=False,
    )


def sample_pass(template: Template, language: str) -> dict[str, Any]:
    """Apple's JSON of the sample member's card in a language, without identity keys."""
    face = sample_face(template, language)
    found: dict[str, Any] = filled(face.design.pass_json, face.values)
    return found
