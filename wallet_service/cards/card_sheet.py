"""Reads `card.toml`, the sheet beside a template: what Apple's pass.json has no word for."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from wallet_service.cards.announcing import Announce, read_announce
from wallet_service.cards.google_sheet import GoogleSheet, read_google_sheet
from wallet_service.cards.placeholders import Holder
from wallet_service.cards.problem import Problem, TemplateInvalid, error
from wallet_service.cards.sample_member import sample_member
from wallet_service.cards.sayings import Units
from wallet_service.cards.tier_sheet import TierLook, read_tiers
from wallet_service.cards.words import Words, read_words

WHERE = "card.toml"
WORDS = {str: "text in quotes", int: "a whole number", list: "a list", dict: "a table"}

NEEDED: Mapping[tuple[str, str], type] = {
    ("card", "title"): str,
    ("card", "languages"): list,
    ("sample", "name"): str,
    ("sample", "balance"): int,
    ("sample", "external_id"): str,
}
OPTIONAL = ("first_name", "programme", "brand", "tier", "purchase")
"""What else can be said of the sample member; each is text, the title of the tier perhaps by language."""


@dataclass(frozen=True, slots=True)
class CardSheet:
    """What the sheet says."""

    title: str
    """How a person who chooses a template sees it."""
    languages: tuple[str, ...]
    """The first is the language of pass.json's own texts."""
    announce: Announce
    """Which fields may be told of on the lock screen."""
    units: Mapping[str, Units]
    """Words for points by language, then by CLDR plural form."""
    words: Mapping[str, Words]
    """Words around goals and offers by language, where they are not ours."""
    sample: Holder
    """The member of previews and checks, in the first language."""
    google: GoogleSheet
    tiers: Mapping[str, TierLook]
    """How cards of a tier look otherwise."""


def read_card_sheet(content: bytes) -> CardSheet:
    """Understand card.toml. Raises `TemplateInvalid` with every entry that is missing or of a wrong kind."""
    try:
        sheet = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as trouble:
        raise TemplateInvalid(error(WHERE, f"not valid TOML: {trouble}", "Mend the line it names.")) from None
    card = sheet.get("card", {})
    announce, silent = read_announce(card.get("announce") if isinstance(card, dict) else None)
    google, unfit = read_google_sheet(sheet.get("google", {}))
    words, unsaid = read_words(sheet.get("words", {}))
    tiers, unseen = read_tiers(sheet.get("tier", {}))
    own = (*_missing(sheet), *_wrong_sample(sheet), *_wrong_units(sheet), *_wrong_languages(sheet))
    if problems := [*own, *silent, *unfit, *unsaid, *unseen]:
        raise TemplateInvalid(*problems)
    title, languages = card["title"], tuple(card["languages"])
    return CardSheet(
        title=title,
        languages=languages,
        announce=announce,
        units=sheet.get("points", {}),
        words=words,
        sample=sample_member(sheet["sample"], title, languages[0]),
        google=google,
        tiers=tiers,
    )


def _missing(sheet: Mapping[str, Any]) -> Iterator[Problem]:
    for (table, key), kind in NEEDED.items():
        entries = sheet.get(table, {})
        found = entries.get(key) if isinstance(entries, dict) else None
        if type(found) is not kind or found in ("", []):
            yield error(f"{WHERE}: {table}.{key}", f"{WORDS[kind]} is needed here", f"Add {key} = … under [{table}].")


def _wrong_sample(sheet: Mapping[str, Any]) -> Iterator[Problem]:
    sample = sheet.get("sample", {})
    for key in OPTIONAL if isinstance(sample, dict) else ():
        said = sample.get(key, "")
        words = said.values() if key == "tier" and isinstance(said, dict) else (said,)
        if not all(isinstance(word, str) for word in words):
            yield error(f"{WHERE}: sample.{key}", "text in quotes is needed here", f'Write {key} = "…".')


def _wrong_languages(sheet: Mapping[str, Any]) -> Iterator[Problem]:
    card = sheet.get("card")
    languages = card.get("languages") if isinstance(card, dict) else None
    if isinstance(languages, list) and not all(isinstance(language, str) for language in languages):
        yield error(f"{WHERE}: card.languages", "a language is text", 'Write languages = ["en", "ru"].')


def _wrong_units(sheet: Mapping[str, Any]) -> Iterator[Problem]:
    points = sheet.get("points", {})
    tables = points if isinstance(points, dict) else {"": points}
    for language, forms in tables.items():
        if not (isinstance(forms, dict) and all(isinstance(word, str) for word in forms.values())):
            mend = f'Write [points.{language or "en"}] with one = "point" and other = "points".'
            yield error(f"{WHERE}: points.{language}", "the words for points are a table of texts", mend)
