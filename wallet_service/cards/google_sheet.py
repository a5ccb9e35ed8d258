"""Reads the `[google]` table of card.toml: what Google Wallet shows otherwise than the rest of the template says.

    [google]
    programme = "Heroes Club"        shown as the card's name; else the title
    issuer_name = "Burger Heroes"    else pass.json's organizationName
    balance = "balance"              key of the field that is Google's points; else the announcing one
    points_label = { en = "BEANS", ru = "ЗЁРНА" }    above the points; else the field's label
    account_name = "{name}"          else the field that shows {name}
    account_id = "{external_id}"     else the field that shows an id
    logo = "googleLogo.png"          square; else the icon
    hero = "googleHero.png"          three times as wide as high; else the strip

Every text may be one for all languages, or a table by language. All of it may be left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from wallet_service.cards.problem import Problem, error

WHERE = "card.toml: google"
TEXTS = ("programme", "issuer_name", "points_label", "account_name", "account_id")
NAMES = ("balance", "logo", "hero")


@dataclass(frozen=True, slots=True)
class GoogleSheet:
    """What the table says; empty where it says nothing."""

    texts: Mapping[str, str | Mapping[str, str]] = field(default_factory=dict)
    balance: str = ""
    logo: str = ""
    hero: str = ""

    def text(self, key: str, language: str) -> str:
        """One of `TEXTS` in a language, empty if the table leaves it open there."""
        said = self.texts.get(key, "")
        return said if isinstance(said, str) else said.get(language, "")


def read_google_sheet(table: object) -> tuple[GoogleSheet, list[Problem]]:
    """Understand the table, and tell everything in it that is unknown or of a wrong kind."""
    if not isinstance(table, dict):
        return GoogleSheet(), [error(WHERE, "this is not a table", "Write [google] on a line of its own.")]
    names = {key: table.get(key, "") for key in NAMES}
    sheet = GoogleSheet({key: table[key] for key in TEXTS if key in table}, **names)
    return sheet, [*_unknown(table), *_unfit(table)]


def _unknown(table: Mapping[str, object]) -> Iterator[Problem]:
    known = (*TEXTS, *NAMES)
    for key in table.keys() - set(known):
        near = get_close_matches(key, known, 1)
        mend = f"Write {near[0]}." if near else f"Keys are {', '.join(known)}."
        yield error(f"{WHERE}.{key}", "there is no such key", mend)


def _unfit(table: Mapping[str, object]) -> Iterator[Problem]:
    for key in NAMES:
        if not isinstance(table.get(key, ""), str):
            yield error(f"{WHERE}.{key}", "text in quotes is needed here", f'Write {key} = "…".')
    for key in TEXTS:
        if not _is_text(table.get(key, "")):
            mend = f'Write {key} = "…", or {key} = {{ en = "…", ru = "…" }}.'
            yield error(f"{WHERE}.{key}", "a text is needed here, or a table of texts by language", mend)


def _is_text(said: object) -> bool:
    words = said.values() if isinstance(said, dict) else (said,)
    return all(isinstance(word, str) for word in words)
