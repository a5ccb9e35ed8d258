"""A template's first cards shown to Google before it is published: what our own copy of its rules cannot know."""

from collections.abc import Sequence
from dataclasses import replace

from wallet_service.cards.problem import Problem, error, warning
from wallet_service.cards.sample import sample_face
from wallet_service.cards.templates import Template
from wallet_service.errors import Unavailable
from wallet_service.wallets.seam import GoogleCard, ObjectWallet


async def rehearse(wallet: ObjectWallet, issuers: Sequence[str], template: Template) -> list[Problem]:
    """What keeps the sample member from saving a card of this template, in any language and look; the first for each issuer.

    An issuer that cannot be asked is only warned of: cards of Apple's go on.
    """
    found = [await _first_problem(wallet, issuer, template) for issuer in issuers]
    return [problem for problem in found if problem is not None]


async def _first_problem(wallet: ObjectWallet, issuer: str, template: Template) -> Problem | None:
    for tier in ("", *template.tiers):
        if problem := await _rehearse(wallet, issuer, template, tier):
            return problem
    return None


async def _rehearse(wallet: ObjectWallet, issuer: str, template: Template, tier: str) -> Problem | None:
    where = f"Google issuer {issuer}" + (f" (tier {tier})" if tier else "")
    try:
        reason = await wallet.rehearse(_cards(issuer, template, tier))
    except Unavailable as trouble:
        return warning(where, f"could not be asked: {trouble.detail}", trouble.remedy or "Run wallet-service doctor.")
    return error(where, f"Google would not save this card: {reason}", "Mend what Google names.") if reason else None


def _cards(issuer: str, template: Template, tier: str) -> list[GoogleCard]:
    """The sample member's card in every language, each under an id of its own."""
    faces = [sample_face(template, language, tier) for language in template.languages]
    designs = [face.design for face in faces]
    own = [replace(face, serial=f"{face.serial}-{face.design.language}") for face in faces]
    return [GoogleCard(issuer, template.name, designs, face, tier=tier) for face in own]
