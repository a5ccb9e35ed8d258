"""Rules of languages: every text translated, nothing translated in vain, points counted in all their forms."""

import re
from collections.abc import Iterator
from contextlib import suppress

from wallet_service.cards.json_tree import leaves
from wallet_service.cards.lint.draft import Draft
from wallet_service.cards.numerals import NumbersUnknown, plural_forms
from wallet_service.cards.placeholders import PlaceholderInvalid, fields_of, holes_of
from wallet_service.cards.problem import Problem, error, warning
from wallet_service.cards.templates import TRANSLATED
from wallet_service.cards.words import GOALS, words_of

NEUTRAL_KEYS = {"organizationName", "logoText"}
"""Names of the brand: they may be translated, and mostly stay."""
NEUTRAL = re.compile(r"https?://\S+|\S+@\S+\.\S+|\{[^{}:]*\}")
"""What reads the same in every language: addresses, and placeholders without a text of their own."""


def _known(draft: Draft) -> Iterator[Problem]:
    seen: set[str] = set()
    for language in draft.sheet.languages:
        if language in seen:
            yield error("card.toml: card.languages", f'"{language}" stands twice', "Keep one.")
        seen.add(language)
        try:
            plural_forms(language)
        except NumbersUnknown as refusal:
            yield error("card.toml: card.languages", refusal.detail, refusal.remedy or "")


def _folders(draft: Draft) -> Iterator[Problem]:
    folders = {path.partition(".lproj/")[0] for path in draft.source.files if ".lproj/" in path}
    for language in sorted(folders - set(draft.sheet.languages)):
        yield warning(f"{language}.lproj", "card.toml does not name this language", "Add it to card.languages.")
    first = draft.sheet.languages[0]
    if f"{first}.lproj/pass.strings" in draft.source.files:
        where = f"{first}.lproj/pass.strings"
        yield warning(where, "the first language's texts stand in pass.json itself", "Remove this file.")


def _translations(draft: Draft) -> Iterator[Problem]:
    texts = {
        leaf.value: leaf for leaf in leaves(draft.pass_json) if leaf.key in TRANSLATED and isinstance(leaf.value, str)
    }
    for language, words in draft.strings.items():
        where = f"{language}.lproj/pass.strings"
        for text, leaf in texts.items():
            if text not in words and leaf.key not in NEUTRAL_KEYS and not _neutral(text):
                mend = f'Add "{text}" = "…"; to {where}.'
                yield error(f"pass.json: {leaf.path}", f'"{text}" has no translation into {language}', mend)
        for text in words.keys() - texts.keys():
            yield warning(where, f'"{text}" stands nowhere in pass.json', "Remove it, or write it exactly as there.")


def _neutral(text: str) -> bool:
    return not any(map(str.isalpha, NEUTRAL.sub("", text)))


def _plurals(draft: Draft) -> Iterator[Problem]:
    for language in draft.sheet.languages:
        given = draft.sheet.units.get(language, {}).keys()
        where = f"card.toml: points.{language}"
        for form in sorted(_forms(language) - given) if _counts(draft, language) else ():
            yield error(where, f'the plural form "{form}" is missing', f'Add {form} = "…".')
        for form in sorted(given - _forms(language)):
            yield warning(where, f'{language} has no plural form "{form}"', "Remove it.")


def _forms(language: str) -> frozenset[str]:
    try:
        return plural_forms(language)
    except NumbersUnknown:
        return frozenset()


def _counts(draft: Draft, language: str) -> bool:
    """Whether some text counts points in this language."""
    words = draft.strings.get(language, {})
    texts = (leaf.value for leaf in leaves(draft.pass_json) if isinstance(leaf.value, str))
    return any(_counts_points(words.get(text, text)) for text in texts)


def _counts_points(text: str) -> bool:
    try:
        return any("|points" in hole.name for hole in holes_of(text))
    except PlaceholderInvalid:
        return False


def _goals(draft: Draft) -> Iterator[Problem]:
    """Every language has words for the next goal, if its cards show one."""
    for language in draft.sheet.languages:
        words = words_of(draft.sheet.words, language)
        missing = [measure for measure in GOALS if measure not in words]
        if missing and "next_goal" in _shown(draft, language):
            where = f"card.toml: words.{language}"
            yield error(where, f"there are no words for {', '.join(missing)}", f"Add them to [words.{language}].")


def _shown(draft: Draft, language: str) -> Iterator[str]:
    """The fields that texts show in a language."""
    words = draft.strings.get(language, {})
    for leaf in leaves(draft.pass_json):
        with suppress(PlaceholderInvalid):
            yield from fields_of(words.get(leaf.value, leaf.value)) if isinstance(leaf.value, str) else ()


def _tiers(draft: Draft) -> Iterator[Problem]:
    """Texts of tiers are there in every language, or the same in all."""
    for tier, look in draft.sheet.tiers.items():
        said = look.logo_text
        for language in () if isinstance(said, str) else draft.sheet.languages:
            if language not in said:
                mend = f"Add {language} = … to it."
                yield warning(f"card.toml: tier.{tier}.logo_text", f"nothing is said in {language}", mend)


LANGUAGE_RULES = (_known, _folders, _translations, _plurals, _goals, _tiers)
