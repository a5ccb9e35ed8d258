"""Names every problem of a template at once, each with its place and its mend."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain, product
from typing import Any, TypeVar

from wallet_service.cards.card_sheet import CardSheet, read_card_sheet
from wallet_service.cards.lint.barcodes import BARCODE_RULES
from wallet_service.cards.lint.colours import COLOUR_RULES
from wallet_service.cards.lint.draft import Draft
from wallet_service.cards.lint.fields import FIELD_RULES
from wallet_service.cards.lint.google import GOOGLE_RULES
from wallet_service.cards.lint.images import IMAGE_RULES
from wallet_service.cards.lint.languages import LANGUAGE_RULES
from wallet_service.cards.lint.texts import TEXT_RULES
from wallet_service.cards.lint.widths import width_problems
from wallet_service.cards.problem import Problem, TemplateInvalid
from wallet_service.cards.sample import sample_face, sample_pass
from wallet_service.cards.templates import TemplateSource, parse_template, read_pass_json, required, translations
from wallet_service.errors import Invalid
from wallet_service.wallets.seam import CardFace

__all__ = ["FaceCheck", "FilledCheck", "lint"]

Read = TypeVar("Read")
FilledCheck = Callable[[Mapping[str, Any], str], Iterable[Problem]]
"""Looks at the sample member's card, Apple's JSON without identity keys, in a language."""
FaceCheck = Callable[[Sequence[CardFace]], Iterable[Problem]]
"""Looks at the sample member's card in every language of the template, the first one first."""

RULES = (*FIELD_RULES, *TEXT_RULES, *LANGUAGE_RULES, *COLOUR_RULES, *BARCODE_RULES, *IMAGE_RULES, *GOOGLE_RULES)
"""Rules of a template whose files can be read, in the order of their telling."""


def lint(source: TemplateSource, *checks: FilledCheck, of_faces: Iterable[FaceCheck] = ()) -> list[Problem]:
    """Every problem of a template, errors first; none is a template that can be published with a quiet mind.

    `checks` and `of_faces` add what the wallets have to say about the sample member's card.
    """
    found: list[Problem] = []
    sheet = _attempt(partial(_sheet, source), found)
    pass_json = _attempt(partial(read_pass_json, source), found)
    languages = sheet.languages[1:] if sheet else ()
    strings = {language: _attempt(partial(translations, source, language), found) for language in languages}
    if sheet and pass_json is not None:
        draft = Draft(source, sheet, pass_json, {tag: words for tag, words in strings.items() if words is not None})
        found += chain.from_iterable(rule(draft) for rule in RULES)
        found += _filled_problems(source, (width_problems, *checks), of_faces)
    return sorted(dict.fromkeys(found), key=lambda problem: problem.severity)


def _attempt(read: Callable[[], Read], found: list[Problem]) -> Read | None:
    """What could be read, or nothing and its problems."""
    try:
        return read()
    except TemplateInvalid as refusal:
        found += refusal.findings
        return None


def _sheet(source: TemplateSource) -> CardSheet:
    return read_card_sheet(required(source, "card.toml"))


def _filled_problems(
    source: TemplateSource, checks: Iterable[FilledCheck], of_faces: Iterable[FaceCheck]
) -> Iterator[Problem]:
    """What shows only on a filled card, in each look and language; what keeps it from being filled is told already."""
    try:
        template = parse_template(source)
    except Invalid:
        return
    looks = ("", *template.tiers)
    for tier, language, check in product(looks, template.languages, checks):
        yield from check(sample_pass(template, language, tier), language)
    for tier, of_all in product(looks, of_faces):
        yield from of_all([sample_face(template, language, tier) for language in template.languages])
