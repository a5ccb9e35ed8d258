"""The words around a member's standing: ours in some languages, or those of a template (`[words.<language>]`)."""

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches

from wallet_service.cards.problem import Problem, error

WHERE = "card.toml: words"
Forms = Mapping[str, str]
"""A text by the CLDR plural forms of what it counts; `other` stands for all that are missing."""
Words = Mapping[str, Forms]
"""The texts of one language."""

GOALS = ("purchases", "visits", "spent", "points")
"""Texts for what is missing until the next tier, by what is counted."""
HOLES: Mapping[str, tuple[str, ...]] = {**dict.fromkeys(GOALS, ("left", "tier")), "offer": ("title", "until")}
"""The texts there are, and what each of them shows."""
HOLE = re.compile(r"\{([^{}]*)\}")

OWN: Mapping[str, Words] = {
    "en": {
        "purchases": {"one": "{left} purchase to {tier}", "other": "{left} purchases to {tier}"},
        "visits": {"one": "{left} visit to {tier}", "other": "{left} visits to {tier}"},
        "spent": {"other": "{left} to {tier}"},
        "points": {"other": "{left} to {tier}"},
        "offer": {"other": "{title}, until {until}"},
    },
    "ru": {
        "purchases": {
            "one": "{left} покупка до уровня «{tier}»",
            "few": "{left} покупки до уровня «{tier}»",
            "other": "{left} покупок до уровня «{tier}»",
        },
        "visits": {
            "one": "{left} визит до уровня «{tier}»",
            "few": "{left} визита до уровня «{tier}»",
            "other": "{left} визитов до уровня «{tier}»",
        },
        "spent": {"other": "{left} до уровня «{tier}»"},
        "points": {"other": "{left} до уровня «{tier}»"},
        "offer": {"other": "{title}, до {until} включительно"},
    },
    "de": {
        "purchases": {"one": "Noch {left} Einkauf bis {tier}", "other": "Noch {left} Einkäufe bis {tier}"},
        "visits": {"one": "Noch {left} Besuch bis {tier}", "other": "Noch {left} Besuche bis {tier}"},
        "spent": {"other": "Noch {left} bis {tier}"},
        "points": {"other": "Noch {left} bis {tier}"},
        "offer": {"other": "{title}, bis {until}"},
    },
}
ANY: Words = {"offer": {"other": "{title} · {until}"}}
"""What needs no words of a language."""


def words_of(said: Mapping[str, Words], language: str) -> Words:
    """All words of a language: what a template says of itself before what we do."""
    return {**ANY, **OWN.get(language.partition("-")[0], {}), **said.get(language, {})}


def saying(text: str) -> Callable[[Mapping[str, str]], str]:
    """Puts values into the holes of a text."""
    return lambda values: HOLE.sub(lambda hole: values[hole[1]], text)


def read_words(table: object) -> tuple[Mapping[str, Words], list[Problem]]:
    """Understand the tables, and tell everything in them that is unknown or of a wrong kind."""
    if not isinstance(table, dict):
        return {}, [error(WHERE, "this is not a table", "Write [words.en] on a line of its own.")]
    said = {language: _in_forms(texts) for language, texts in table.items() if isinstance(texts, dict)}
    return said, [problem for language, texts in table.items() for problem in _problems(language, texts)]


def _in_forms(texts: Mapping[str, object]) -> Words:
    """One text stands for all its forms."""
    return {key: _texts(text) for key, text in texts.items()}


def _texts(text: object) -> Forms:
    forms = text if isinstance(text, dict) else {"other": text}
    return {form: words for form, words in forms.items() if isinstance(words, str)}


def _problems(language: str, texts: object) -> Iterator[Problem]:
    where = f"{WHERE}.{language}"
    if not isinstance(texts, dict):
        yield error(where, "this is not a table", f"Write [words.{language}] on a line of its own.")
        return
    for key, text in texts.items():
        forms = text if isinstance(text, dict) else {"other": text}
        if key not in HOLES:
            yield _unknown(where, key)
        elif "other" not in forms or not all(isinstance(words, str) for words in forms.values()):
            mend = f'Write {key} = "…", or {key} = {{ one = "…", other = "…" }}.'
            yield error(f"{where}.{key}", 'a text is needed here, or its plural forms with "other"', mend)
        else:
            yield from (_shows_else(f"{where}.{key}", HOLES[key]) for words in forms.values() if _other(key, words))


def _unknown(where: str, key: str) -> Problem:
    near = get_close_matches(key, HOLES, 1)
    return error(
        f"{where}.{key}", "there is no such text", f"Write {near[0]}." if near else f"Texts are {', '.join(HOLES)}."
    )


def _other(key: str, words: str) -> bool:
    """Whether a text shows anything but what it should."""
    return {hole[1] for hole in HOLE.finditer(words)} != set(HOLES[key])


def _shows_else(where: str, holes: tuple[str, ...]) -> Problem:
    named = " and ".join(f"{{{hole}}}" for hole in holes)
    return error(where, f"this text shows {named}, each of them, and nothing else", f"Write {named} into it.")
