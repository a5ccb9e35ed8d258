"""Reads the `[tier.<name>]` tables of card.toml: how cards of a tier look otherwise than the rest of the template says.

    [tier.gold]                          the tier's name in the programme's rules
    background = "rgb(184, 134, 11)"     colours, as in pass.json
    foreground = "rgb(255, 255, 255)"
    label = "rgb(255, 244, 214)"
    logo_text = { en = "Gold", ru = "Золото" }    one text for all languages, or a table by language

All of it may be left out. Images of a tier lie in its folder, `gold.tier/strip@2x.png`, under their usual names.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from wallet_service.cards.problem import Problem, error
from wallet_service.cards.template_source import TIER

WHERE = "card.toml: tier"
COLOURS: Mapping[str, str] = {
    "background": "backgroundColor",
    "foreground": "foregroundColor",
    "label": "labelColor",
}
"""Colours by their key in pass.json."""
KEYS = (*COLOURS, "logo_text")
NAME = re.compile(TIER)


@dataclass(frozen=True, slots=True)
class TierLook:
    """What cards of a tier have otherwise."""

    colours: Mapping[str, str] = field(default_factory=dict)
    """By their key in pass.json."""
    logo_text: str | Mapping[str, str] = ""

    def over(self, language: str) -> Mapping[str, str]:
        """What stands in the place of pass.json's own, in a language."""
        said = self.logo_text if isinstance(self.logo_text, str) else self.logo_text.get(language, "")
        return {**self.colours, **({"logoText": said} if said else {})}


PLAIN = TierLook()
"""Of a tier whose images alone are others."""


def read_tiers(tables: object) -> tuple[Mapping[str, TierLook], list[Problem]]:
    """Understand the tables, and tell everything in them that is unknown or of a wrong kind."""
    if not isinstance(tables, dict):
        return {}, [error(WHERE, "this is not a table", "Write [tier.gold] on a line of its own.")]
    looks = {name: _look(table) for name, table in tables.items() if isinstance(table, dict)}
    return looks, [problem for name, table in tables.items() for problem in _problems(name, table)]


def _look(table: Mapping[str, Any]) -> TierLook:
    return TierLook({COLOURS[key]: table[key] for key in COLOURS if key in table}, table.get("logo_text", ""))


def _problems(name: str, table: object) -> Iterator[Problem]:
    where = f"{WHERE}.{name}"
    if not NAME.fullmatch(name):
        yield error(where, "this is no name of a tier", "Use [a-z0-9-], at most 40, as the programme's rules do.")
    if not isinstance(table, dict):
        yield error(where, "this is not a table", f"Write [tier.{name}] on a line of its own.")
        return
    for key, value in table.items():
        if key not in KEYS:
            near = get_close_matches(key, KEYS, 1)
            mend = f"Write {near[0]}." if near else f"Keys are {', '.join(KEYS)}."
            yield error(f"{where}.{key}", "there is no such key", mend)
        elif not _is_text(value, may_vary=key == "logo_text"):
            yield error(f"{where}.{key}", "text in quotes is needed here", f'Write {key} = "…".')


def _is_text(value: object, *, may_vary: bool) -> bool:
    words = value.values() if may_vary and isinstance(value, dict) else (value,)
    return all(isinstance(word, str) for word in words)
