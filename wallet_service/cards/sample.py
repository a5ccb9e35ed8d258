"""A template's card as its sample member would see it: for checks and previews."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from wallet_service.cards.announcing import Change, announcing
from wallet_service.cards.templates import Template, design, fillers
from wallet_service.wallets.filling import shown_by
from wallet_service.wallets.seam import CardFace

THEN = datetime(2026, 1, 1, tzinfo=UTC)
ANNOUNCED = Change.BALANCE
"""What previews say on the lock screen."""


def sample_face(template: Template, language: str, tier: str = "") -> CardFace:
    """The sample member's card in a language, with the look of a tier or (empty) the template's own."""
    laid_out = design(template, "sample", language, tier)
    member = replace(template.sample, language=language, tier=tier.capitalize() or template.sample.tier)
    return CardFace(
        laid_out,
        {name: fill(member) for name, fill in fillers(template, laid_out).items()},
        serial=member.card_id,
        pass_type="pass.example",  # noqa: S106 - a name
        version=1,
        modified_at=THEN,
        token_key=1,
        voided=False,
        announces=announcing(template.announce, ANNOUNCED),
    )


def sample_pass(template: Template, language: str, tier: str = "") -> dict[str, Any]:
    """Apple's JSON of the sample member's card in a language and the look of a tier, without identity keys."""
    found: dict[str, Any] = shown_by(sample_face(template, language, tier))
    return found
