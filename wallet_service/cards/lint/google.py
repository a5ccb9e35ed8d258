"""Rules of the `[google]` table: what it names exists, speaks the template's languages and looks well in Google Wallet.

What Google itself has to say of the filled card, a check of the wallet adds.
"""

from collections.abc import Iterator

from wallet_service.cards.google_sheet import TEXTS, WHERE
from wallet_service.cards.lint.draft import Draft
from wallet_service.cards.placeholders import PlaceholderInvalid, holes_of
from wallet_service.cards.png import pixels
from wallet_service.cards.problem import Problem, error, warning

FILLED = ("account_name", "account_id")
"""Texts of the table that each card fills for itself."""
LOGO_SIDE = 660
HERO_RATIO, HERO_WIDTH = 3.0, 1032
"""Pixels and shape that Google's brand guidelines ask for."""


def _balance(draft: Draft) -> Iterator[Problem]:
    key = draft.sheet.google.balance
    if key and not any(field.content.get("key") == key for field in draft.fields()):
        yield error(f"{WHERE}.balance", f'no field has the key "{key}"', "Name a field of pass.json.")


def _texts(draft: Draft) -> Iterator[Problem]:
    for key, where, text in _said(draft):
        try:
            if holes_of(text) and key not in FILLED:
                yield error(
                    where, "this text is the same on every card", f"Placeholders go into {' and '.join(FILLED)}."
                )
        except PlaceholderInvalid as refusal:
            yield error(where, refusal.detail, "Write {field}, or {field|or:text} for a field that may be empty.")


def _languages(draft: Draft) -> Iterator[Problem]:
    for key, words in draft.sheet.google.texts.items():
        if isinstance(words, str):
            continue
        for language in words.keys() - set(draft.sheet.languages):
            mend = "Remove it, or add it to card.languages."
            yield warning(f"{WHERE}.{key}.{language}", "no card speaks this language", mend)
        for language in set(draft.sheet.languages) - words.keys():
            mend = f"Add {language} = … to it."
            yield warning(f"{WHERE}.{key}", f"nothing is said in {language}, so the pass's own text stands", mend)


def _logo(draft: Draft) -> Iterator[Problem]:
    for width, height in _pixels(draft, draft.sheet.google.logo):
        if width != height or width < LOGO_SIDE:
            mend = f"Export a square of {LOGO_SIDE} pixels or more, with nothing near its corners."
            yield warning(f"{WHERE}.logo", f"{width} x {height} pixels are cut to a circle", mend)


def _hero(draft: Draft) -> Iterator[Problem]:
    for width, height in _pixels(draft, draft.sheet.google.hero):
        if width < HERO_RATIO * height or width < HERO_WIDTH:
            mend = f"Export it {HERO_WIDTH} pixels wide or more, and three times as wide as high."
            yield warning(f"{WHERE}.hero", f"{width} x {height} pixels are not wide enough", mend)


def _named(draft: Draft) -> Iterator[Problem]:
    for key in ("logo", "hero"):
        name = getattr(draft.sheet.google, key)
        if name and name not in draft.source.files:
            yield error(f"{WHERE}.{key}", f"there is no {name}", "Add this image, or name one that is there.")


def _pixels(draft: Draft, name: str) -> Iterator[tuple[int, int]]:
    """The size of an image that the table names, if there is one."""
    size = pixels(draft.source.files.get(name, b""))
    if size:
        yield size


def _said(draft: Draft) -> Iterator[tuple[str, str, str]]:
    """Every text of the table: its key, its place, itself."""
    for key in TEXTS:
        words = draft.sheet.google.texts.get(key, "")
        if isinstance(words, str):
            yield key, f"{WHERE}.{key}", words
        else:
            yield from ((key, f"{WHERE}.{key}.{language}", text) for language, text in words.items())


GOOGLE_RULES = (_balance, _texts, _languages, _named, _logo, _hero)
