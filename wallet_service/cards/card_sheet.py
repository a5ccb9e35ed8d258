"""Reads `card.toml`, the sheet beside a template: what Apple's pass.json has no word for."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from wallet_service.cards.google_sheet import GoogleSheet, read_google_sheet
from wallet_service.cards.placeholders import Holder, Units
from wallet_service.cards.problem import Problem, TemplateInvalid, error

WHERE = "card.toml"
SAMPLE_ID = "01k00000000000000000000000"
SAMPLE_DAY = date(2027, 1, 31)
WORDS = {str: "text in quotes", int: "a whole number", list: "a list", dict: "a table"}

NEEDED: Mapping[tuple[str, str], type] = {
    ("card", "title"): str,
    ("card", "languages"): list,
    ("card", "announce"): str,
    ("sample", "name"): str,
    ("sample", "balance"): int,
    ("sample", "external_id"): str,
}


@dataclass(frozen=True, slots=True)
class CardSheet:
    """What the sheet says."""

    title: str
    """How a person who chooses a template sees it."""
    languages: tuple[str, ...]
    """The first is the language of pass.json's own texts."""
    announce: str
    """Key of the one field whose change may be told on the lock screen."""
    units: Mapping[str, Units]
    """Words for points by language, then by CLDR plural form."""
    sample: Holder
    """The member of previews and checks, in the first language."""
    google: GoogleSheet


def read_card_sheet(content: bytes) -> CardSheet:
    """Understand card.toml. Raises `TemplateInvalid` with every entry that is missing or of a wrong kind."""
    try:
        sheet = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as trouble:
        raise TemplateInvalid(error(WHERE, f"not valid TOML: {trouble}", "Mend the line it names.")) from None
    google, problems = read_google_sheet(sheet.get("google", {}))
    problems += [*_missing(sheet), *_wrong_units(sheet), *_wrong_languages(sheet)]
    if problems:
        raise TemplateInvalid(*problems)
    card = sheet["card"]
    return CardSheet(
        card["title"], tuple(card["languages"]), card["announce"], sheet.get("points", {}), _sample(sheet, card), google
    )


def _sample(sheet: Mapping[str, Any], card: Mapping[str, Any]) -> Holder:
    """The sample member; what the sheet leaves open is filled so that a preview looks real."""
    name: str = sheet["sample"]["name"]
    return Holder(
        first_name=sheet["sample"].get("first_name", name.partition(" ")[0]),
        name=name,
        balance=sheet["sample"]["balance"],
        external_id=sheet["sample"]["external_id"],
        member_id=f"mem_{SAMPLE_ID}",
        card_id=f"card_{SAMPLE_ID}",
        programme=sheet["sample"].get("programme", card["title"]),
        brand=sheet["sample"].get("brand", card["title"]),
        language=card["languages"][0],
        expiring_points=sheet["sample"]["balance"] // 4,
        expires_on=SAMPLE_DAY,
    )


def _missing(sheet: Mapping[str, Any]) -> Iterator[Problem]:
    for (table, key), kind in NEEDED.items():
        entries = sheet.get(table, {})
        found = entries.get(key) if isinstance(entries, dict) else None
        if type(found) is not kind or found in ("", []):
            yield error(f"{WHERE}: {table}.{key}", f"{WORDS[kind]} is needed here", f"Add {key} = … under [{table}].")


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
