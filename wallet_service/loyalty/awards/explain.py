"""Why an entry is in the ledger, told to its member in a language of theirs. PURE."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

from wallet_service.loyalty.awards.explain_words import POINTS, SAYINGS
from wallet_service.loyalty.ledger.entry import Kind
from wallet_service.loyalty.rules.mechanic import Words
from wallet_service.loyalty.rules.rulebook import Rulebook

MECHANIC = "mechanic:"
"""Before the name of a mechanic, as the origin of a lot."""
OPENING = "opening"
"""Origin of what members had before there were lots."""
GRANTS = frozenset({Kind.POSTED, Kind.PROMISED, Kind.ACTIVATED})
HOLE = re.compile(r"\{([a-z]+)\}")
SAID: Mapping[tuple[Kind, int], str] = {
    (Kind.POSTED, 0): "nothing",
    (Kind.EXPIRED, -1): "expired",
    (Kind.HELD, -1): "held",
    (Kind.RELEASED, 1): "released",
    (Kind.REVERSED, 1): "back",
    (Kind.REVERSED, 0): "called-off",
    (Kind.REVERSED, -1): "gone",
    (Kind.MERGED, 1): "merged-in",
    (Kind.MERGED, -1): "merged-out",
}
"""What is said of an entry of this kind that adds, moves none, or takes."""
FALLBACK = "en"


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of an entry, beside its kind, its origin and its points. What is not known is empty."""

    receipt: str = ""
    """Number of the member's own purchase that it belongs to."""
    reason: str = ""
    """What whoever posted it wrote for people."""
    counts_from: date | None = None
    """The day from which promised points count."""
    expires_on: date | None = None
    """The last day on which granted points can be spent."""


NOTHING_TOLD = Told()
Said = tuple[str, str]
"""A language, and a text in it."""


def explain(kind: Kind, origin: str, points: int, language: str, rulebook: Rulebook, told: Told = NOTHING_TOLD) -> str:
    """Why this entry is there, in sentences.

    `origin` is that of the lot that the entry opened (empty: it opened none), `points` are those that it added, took or
    promised, `language` is a BCP 47 tag. What a mechanic gave is explained by its own `why` in the rules of that time;
    everything else by our words, in English for those whose language we do not speak.
    """
    spoken, because = _by_mechanic(kind, origin, points, language, rulebook, told) or _by_us(
        kind, origin, points, language, told
    )
    sentences = [because]
    if kind in GRANTS and points > 0:
        sentences += _days(spoken, kind, told)
    return " ".join(each if each.endswith((".", "!", "?", "…")) else f"{each}." for each in sentences)


def in_language(words: Words, language: str) -> Said:
    """A text in this language, or another kind of it (British for American English), or the first there is."""
    kinds = [tag for tag in words if _short(tag) == _short(language)]
    if kinds:
        return language, words[language if language in words else min(kinds, key=len)]
    return next(iter(words.items()), (FALLBACK, ""))


def _by_mechanic(kind: Kind, origin: str, points: int, language: str, rulebook: Rulebook, told: Told) -> Said | None:
    """What the mechanic that gave them says; None: none did, or it has no words that fit.

    A receipt may be another member's: who brought them is told nothing of it.
    """
    name = origin.removeprefix(MECHANIC) if kind in GRANTS and origin.startswith(MECHANIC) else ""
    mechanic = next((each for each in rulebook.mechanics if each.name == name and each.why), None)
    if mechanic is None:
        return None
    spoken, why = in_language(mechanic.why, language)
    if "{receipt}" in why and not told.receipt:
        return None
    titles = {tier.name: tier.title for tier in rulebook.tiers}
    values = {
        "points": format_decimal(points, locale=_locale(spoken)),
        "receipt": told.receipt,
        "days": str(mechanic.days),
        "tier": in_language(titles.get(mechanic.of, {}), spoken)[1],
    }
    return spoken, _fill(why, values)


def _by_us(kind: Kind, origin: str, points: int, language: str, told: Told) -> Said:
    """What we say ourselves."""
    spoken = language if _short(language) in SAYINGS else FALLBACK
    values = {"points": _points(abs(points), spoken), "receipt": told.receipt, "reason": told.reason}
    return spoken, _fill(SAYINGS[_short(spoken)][_key(kind, origin, points, told)], values)


def _key(kind: Kind, origin: str, points: int, told: Told) -> str:
    """Which of our sayings fits."""
    sign = (points > 0) - (points < 0)
    if said := SAID.get((kind, sign)):
        return said
    if points < 0:
        return _of_a_posting("paid", "taken", told)
    if origin == OPENING:
        return "opening"
    return "rule" if origin.startswith(MECHANIC) else _of_a_posting("bought", "given", told)


def _of_a_posting(bought: str, moved: str, told: Told) -> str:
    if told.receipt:
        return bought
    return f"{moved}-because" if told.reason else moved


def _days(spoken: str, kind: Kind, told: Told) -> Iterator[str]:
    """From when and until when the points can be spent, if we speak the language of the rest."""
    sayings = SAYINGS.get(_short(spoken), {})
    days = {"from": told.counts_from if kind is Kind.PROMISED else None, "until": told.expires_on}
    for key, day in days.items():
        if day and key in sayings:
            yield _fill(sayings[key], {"day": format_date(day, "long", _locale(spoken))})


def _points(points: int, spoken: str) -> str:
    forms = POINTS[_short(spoken)]
    form = forms.get(_locale(spoken).plural_form(points), forms["other"])
    return _fill(form, {"n": format_decimal(points, locale=_locale(spoken))})


def _fill(text: str, values: Mapping[str, str]) -> str:
    return HOLE.sub(lambda hole: values[hole[1]], text)


def _short(language: str) -> str:
    return language.partition("-")[0]


def _locale(language: str) -> Locale:
    return Locale.parse(language, sep="-")
