"""What a programme's rules may say, and yet hardly anybody means. PURE."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from wallet_service.loyalty.awards.rulebook_changes import Change, Document, changes
from wallet_service.loyalty.rules.mechanic import During, Mechanic, Words
from wallet_service.loyalty.rules.rulebook import EMPTY, Rulebook

OF_CHANGES: Mapping[tuple[str, str], str] = {
    ("currency", "changed"): "What members have spent so far was counted in another currency.",
    ("offers", "removed"): "It stays as it is, and codes of it stay good, until it is archived.",
    ("tiers", "removed"): "Members who have it lose it when their tiers are looked at next.",
    ("tiers", "reordered"): "Which tier is above which is different now: members may rise or fall.",
}
"""Part and what became of it -> what to think of."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something in a programme's rules that works, but should be looked at."""

    place: str
    """Where it stands, such as `mechanics.welcome`."""
    what: str


def doubts(book: Rulebook, language: str, today: date) -> list[Doubt]:
    """What is doubtful in rules whose members mostly speak this language."""
    return [*_unspoken(book, language), *(each for mechanic in book.mechanics for each in _idle(mechanic, today))]


def doubts_of_change(before: Document, after: Document, parked: Collection[str]) -> list[Doubt]:
    """What is doubtful in putting rules in the place of others; `parked`: mechanics that stay so."""
    found = [(_place(each), OF_CHANGES.get((each.part, each.how))) for each in changes(before, after)]
    return [
        *_worth(before, after),
        *(Doubt(place, what) for place, what in found if what),
        *map(_parked, sorted(parked)),
    ]


def _unspoken(book: Rulebook, language: str) -> Iterator[Doubt]:
    for place, words in _texts(book):
        if words and language.partition("-")[0] not in {tag.partition("-")[0] for tag in words}:
            first = next(iter(words))
            yield Doubt(place, f"It has no text in {language!r}, which members speak: they read the one in {first!r}.")


def _texts(book: Rulebook) -> Iterator[tuple[str, Words]]:
    for mechanic in book.mechanics:
        yield f"mechanics.{mechanic.name}.title", mechanic.title
        yield f"mechanics.{mechanic.name}.why", mechanic.why
    for tier in book.tiers:
        yield f"tiers.{tier.name}.title", tier.title


def _idle(mechanic: Mechanic, today: date) -> Iterator[Doubt]:
    ends = min((each.until for each in mechanic.when if isinstance(each, During) and each.until), default=None)
    if not mechanic.active:
        yield Doubt(f"mechanics.{mechanic.name}", "It is not active: it gives nothing.")
    elif ends and ends < today:
        yield Doubt(f"mechanics.{mechanic.name}", f"It ended on {ends}: it gives nothing any more.")


def _worth(before: Document, after: Document) -> Iterator[Doubt]:
    was, now = (document.get("spending", {}).get("worth", EMPTY.spending.worth) for document in (before, after))
    if before and was != now:
        yield Doubt("spending.worth", f"Every point that members have was worth {was} and is now worth {now}.")


def _place(change: Change) -> str:
    return f"{change.part}.{change.name}" if change.name else change.part


def _parked(name: str) -> Doubt:
    return Doubt(f"mechanics.{name}", "It failed and is parked, and stays so, because it is as it was.")
