"""Rules of placeholders: each exists, and a translation shows what the text it translates shows."""

from collections.abc import Iterator

from wallet_service.cards.json_tree import leaves
from wallet_service.cards.lint.draft import Draft
from wallet_service.cards.placeholders import PlaceholderInvalid, fields_of
from wallet_service.cards.problem import Problem, error, warning

EXAMPLES = "Write {field}, {field|filter} or {field|filter:text}; {{ and }} for the braces themselves."


def _placeholders(draft: Draft) -> Iterator[Problem]:
    for leaf in leaves(draft.pass_json):
        if isinstance(leaf.value, str):
            yield from _understood(leaf.value, f"pass.json: {leaf.path}")
    for language, words in draft.strings.items():
        for text, translation in words.items():
            yield from _understood(translation, f'{language}.lproj/pass.strings: "{text}"')


def _understood(text: str, where: str) -> Iterator[Problem]:
    try:
        fields_of(text)
    except PlaceholderInvalid as refusal:
        yield error(where, refusal.detail, EXAMPLES)


def _same_fields(draft: Draft) -> Iterator[Problem]:
    for language, words in draft.strings.items():
        for text, translation in words.items():
            yield from _shows_as_much(text, translation, f'{language}.lproj/pass.strings: "{text}"')


def _shows_as_much(text: str, translation: str, where: str) -> Iterator[Problem]:
    try:
        shown, translated = fields_of(text), fields_of(translation)
    except PlaceholderInvalid:
        return
    if shown != translated:
        missing = ", ".join(sorted(shown ^ translated))
        yield warning(where, f"only one side shows {missing}", "Use the same placeholders on both sides.")
    if ("%@" in text) != ("%@" in translation):
        yield error(where, "only one side has %@", "Write %@ on both sides: it becomes the new value.")


TEXT_RULES = (_placeholders, _same_fields)
