"""Whatever comes as a programme file: it is understood or refused, and nothing else happens."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.loyalty.programme_file import everything
from wallet_service.loyalty.rules.forms import Finding, RulebookInvalid
from wallet_service.loyalty.rules.reading import BOOK, MECHANIC, read_rulebook
from wallet_service.loyalty.rules.reading_conditions import CONDITION
from wallet_service.loyalty.rules.reading_effects import EFFECT

WORDS = sorted({*BOOK.keys, *MECHANIC.keys, *CONDITION.forms, *EFFECT.forms, "en", "at_least", "live_days", "purchase"})
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.dates(), st.times(), st.sampled_from(WORDS)
)  # fmt: skip
KEYS = st.sampled_from(WORDS) | st.text(max_size=5)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=20
)


def refusals(document: Any) -> Sequence[Finding]:
    """What a file is refused for; nothing if it is understood."""
    try:
        read_rulebook(document)
    except RulebookInvalid as refusal:
        return refusal.findings
    return ()


def ways_into(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """All keys and numbers that lead into a document, one after the other."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, each in inner:
        yield (*way, step)
        yield from ways_into(each, (*way, step))


WAYS = list(ways_into(everything()))


@given(ANYTHING)
def test_anything_is_understood_or_refused(document: Any) -> None:
    assert all(found.what and found.remedy for found in refusals(document))


@given(st.sampled_from(WAYS), ANYTHING)
def test_a_file_with_anything_in_one_place_is_understood_or_refused_there(way: tuple[Any, ...], value: Any) -> None:
    document = deepcopy(everything())
    table = document
    for step in way[:-1]:
        table = table[step]
    table[way[-1]] = value

    places = [found.place for found in refusals(document)]

    assert not places or any(place.startswith((str(way[0]), "mechanics")) for place in places)
