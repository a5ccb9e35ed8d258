"""docs/programme-file.md says what the reader reads: its examples are valid, and it names every word there is."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.library import library
from wallet_service.loyalty.rules.mechanic import Beneficiary, Period
from wallet_service.loyalty.rules.reading import BOOK, EARNING, MECHANIC, REACH, SPENDING, TIER, Stage, read_rulebook
from wallet_service.loyalty.rules.reading_conditions import BASKET, CONDITION, COUNTED_KEYS, DURING, EVERY, RECENCY
from wallet_service.loyalty.rules.reading_effects import EFFECT, LIMITS
from wallet_service.loyalty.rules.reading_values import GOODS, WEEKDAYS

PAGE = (Path(__file__).parents[2] / "docs" / "programme-file.md").read_text()
EXAMPLES = "\n".join(re.findall(r"^```toml\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))


def keys() -> Iterator[str]:
    """Every key that some table may have."""
    for form in (BOOK, SPENDING, EARNING, TIER, MECHANIC, BASKET, RECENCY, DURING, GOODS, LIMITS):
        yield from form.keys
    for choice in (CONDITION, EFFECT, REACH):
        for form in choice.forms.values():
            yield from form.keys
    yield from (*COUNTED_KEYS, *EVERY)


def test_the_examples_one_after_the_other_are_a_valid_file() -> None:
    book = read_rulebook(tomllib.loads(EXAMPLES))

    assert [each.name for each in book.tiers] == ["silver", "gold", "prime"]
    assert len(book.mechanics) == 6


@pytest.mark.parametrize("key", sorted(set(keys())))
def test_every_key_stands_in_an_example(key: str) -> None:
    assert re.search(rf"(?<![\w-]){key}(\]{{1,2}}\n| =)", EXAMPLES)


@pytest.mark.parametrize("word", [*Trigger, *Period, *Beneficiary, *Stage, *library()])
def test_every_word_is_told(word: str) -> None:
    assert re.search(rf"[`\" ]{word}[`\",]| {word} ", PAGE)


def test_weekdays_are_shown_by_their_beginning() -> None:
    assert ", ".join(f'"{day}"' for day in WEEKDAYS[:3]) in PAGE
