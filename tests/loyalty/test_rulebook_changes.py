"""What is different between two versions of a programme's rules, and what should be looked at."""

import tomllib
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from wallet_service.loyalty.awards.rulebook_changes import Change, changes, plain, redefined
from wallet_service.loyalty.awards.rulebook_doubts import Doubt, doubts, doubts_of_change
from wallet_service.loyalty.rules.happening import Trigger
from wallet_service.loyalty.rules.mechanic import During, Mechanic
from wallet_service.loyalty.rules.rulebook import Rulebook, Tier

TODAY = date(2026, 11, 22)


def table(name: str, **rest: Any) -> dict[str, Any]:
    return {"name": name, **rest}


def test_dates_and_times_of_a_file_become_texts_and_all_else_stays():
    read = tomllib.loads('at = [2026-12-31, 14:30:00, 2026-12-31T23:59:00Z]\nx = { y = 7.5, z = [true, "a", 3] }')

    assert plain(read) == {
        "at": ["2026-12-31", "14:30:00", "2026-12-31T23:59:00+00:00"],
        "x": {"y": 7.5, "z": [True, "a", 3]},
    }


def test_what_is_added_removed_and_changed_is_named():
    before = {"currency": "EUR", "earning": {}, "mechanics": [table("welcome", of=1), table("birthday")]}
    after = {"currency": "CHF", "spending": {}, "mechanics": [table("welcome", of=2), table("friend")]}

    found = changes(before, after)

    assert found == [
        Change("currency", "", "changed"),
        Change("earning", "", "removed"),
        Change("spending", "", "added"),
        Change("mechanics", "welcome", "changed"),
        Change("mechanics", "friend", "added"),
        Change("mechanics", "birthday", "removed"),
    ]
    assert redefined(found) == ["welcome", "birthday"]


def test_another_order_is_a_change_and_an_addition_alone_is_none():
    tiers = {"tiers": [table("silver"), table("gold")]}

    assert changes(tiers, {"tiers": [table("gold"), table("silver")]}) == [Change("tiers", "", "reordered")]
    assert changes(tiers, {"tiers": [table("base"), *tiers["tiers"]]}) == [Change("tiers", "base", "added")]


NAMES = some.lists(some.sampled_from("abcde"), unique=True)
DOCUMENTS = some.fixed_dictionaries(
    {},
    optional={
        part: some.builds(
            lambda names, numbers: [table(name, n=n) for name, n in zip(names, numbers, strict=False)],
            NAMES,
            some.lists(some.integers(0, 2), min_size=5, max_size=5),
        )
        for part in ("tiers", "mechanics", "offers")
    },
)


@given(DOCUMENTS, DOCUMENTS)
def test_rules_differ_exactly_where_something_is_named(one: Any, other: Any):
    whole: Any = {"tiers": [], "mechanics": [], "offers": []}

    assert (changes(one, other) == []) == ({**whole, **one} == {**whole, **other})
    there_and_back = {"added": "removed", "removed": "added", "changed": "changed", "reordered": "reordered"}
    assert {(each.part, each.name, there_and_back[each.how]) for each in changes(one, other)} == {
        (each.part, each.name, each.how) for each in changes(other, one)
    }


def mechanic(name: str, *when: During, active: bool = True, **words: str) -> Mechanic:
    return Mechanic(name, words, words, Trigger.PURCHASE, when=when, active=active)


def test_a_text_that_members_do_not_speak_is_doubtful():
    book = Rulebook(
        mechanics=[mechanic("hi", en="Hi"), mechanic("oi", pt="Oi", en="Hi")], tiers=[Tier("gold", {"en": "Gold"})]
    )

    assert [each.place for each in doubts(book, "pt-BR", TODAY)] == [
        "mechanics.hi.title",
        "mechanics.hi.why",
        "tiers.gold.title",
    ]
    assert doubts(book, "en", TODAY) == []


@pytest.mark.parametrize(
    ("until", "active", "what"),
    [
        (date(2026, 11, 21), True, "It ended on 2026-11-21: it gives nothing any more."),
        (TODAY, True, None),
        (None, True, None),
        (TODAY, False, "It is not active: it gives nothing."),
    ],
)
def test_a_mechanic_that_gives_nothing_any_more_is_doubtful(until: date | None, active: bool, what: str | None):
    book = Rulebook(mechanics=[mechanic("advent", During(until=until), During(), active=active, en="Advent")])

    assert doubts(book, "en", TODAY) == ([Doubt("mechanics.advent", what)] if what else [])


def test_what_a_change_does_to_members_is_said():
    before = {"currency": "EUR", "tiers": [table("silver"), table("gold"), table("platinum")]}
    after = {"currency": "CHF", "spending": {"worth": 10}, "tiers": [table("platinum"), table("gold")]}

    found = doubts_of_change(before, after, ["welcome", "advent"])

    assert [each.place for each in found] == [
        *("spending.worth", "currency", "tiers.silver", "tiers", "mechanics.advent", "mechanics.welcome")
    ]
    assert found[0].what == "Every point that members have was worth 1 and is now worth 10."


def test_the_first_rules_of_a_programme_take_nothing_from_anybody():
    assert doubts_of_change({}, {"spending": {"worth": 10}, "currency": "CHF"}, []) == []
