"""Values that do not fit: each is named with its place, and all of them at once."""

from datetime import datetime, time
from typing import Any

import pytest

from tests.loyalty.programme_file import EVERYBODY, GOLD, Document, everything, file_with, findings, mechanic, places
from wallet_service.loyalty.rules.forms import RulebookInvalid
from wallet_service.loyalty.rules.reading import read_rulebook

M = "mechanics[0]"
HOURS: dict[str, Any] = {"from": "14:00"}

VALUES: dict[str, tuple[Document, str, str]] = {
    "points that are negative": (mechanic(give=[{"points": -5}]), f"{M}.give[0].points", "-5 does not fit here"),
    "no points": (mechanic(give=[{"points": 0}]), f"{M}.give[0].points", "0 does not fit here"),
    "half points": (mechanic(give=[{"points": 1.5}]), f"{M}.give[0].points", "1.5 does not fit here"),
    "a fraction that is whole": (mechanic(give=[{"points": 5.0}]), f"{M}.give[0].points", "5.0 does not fit here"),
    "points as a yes": (mechanic(give=[{"points": True}]), f"{M}.give[0].points", "true does not fit here"),
    "points as a text": (mechanic(give=[{"points": "5"}]), f"{M}.give[0].points", "'5' does not fit here"),
    "points as nothing": (mechanic(give=[{"points": None}]), f"{M}.give[0].points", "this does not fit here"),
    "too many points": (mechanic(give=[{"points": 10**9 + 1}]), f"{M}.give[0].points", "1000000001 does not fit here"),
    "endless points": (mechanic(give=[{"points": 10**5000}]), f"{M}.give[0].points", "this number does not fit here"),
    "a life too long": (mechanic(give=[{"points": 5, "live_days": 1101}]), f"{M}.give[0].live_days", "1101 does"),
    "no life at all": (mechanic(give=[{"points": 5, "live_days": 0}]), f"{M}.give[0].live_days", "0 does not fit"),
    "no percent": (mechanic(give=[{"percent": 0}]), f"{M}.give[0].percent", "0 does not fit here"),
    "a hair of a percent": (mechanic(give=[{"percent": 0.001}]), f"{M}.give[0].percent", "more than two decimals"),
    "three decimals": (mechanic(give=[{"percent": 7.125}]), f"{M}.give[0].percent", "more than two decimals"),
    "more than all": (mechanic(give=[{"percent": 100.01}]), f"{M}.give[0].percent", "100.01 does not fit here"),
    "not a number": (mechanic(give=[{"percent": float("nan")}]), f"{M}.give[0].percent", "nan does not fit here"),
    "infinity": (mechanic(give=[{"percent": float("inf")}]), f"{M}.give[0].percent", "inf does not fit here"),
    "percent as a text": (mechanic(give=[{"percent": "15"}]), f"{M}.give[0].percent", "'15' does not fit here"),
    "an endless percent": (mechanic(give=[{"percent": 10**5000}]), f"{M}.give[0].percent", "this number does not fit"),
    "to multiply by 1": (mechanic(give=[{"percent": 1}, {"multiply": 1}]), f"{M}.give[1].multiply", "1 does not fit"),
    "to multiply by 101": (mechanic(give=[{"percent": 1}, {"multiply": 101}]), f"{M}.give[1].multiply", "101 does"),
    "somebody else": (mechanic(give=[{"points": 5, "to": "friend"}]), f"{M}.give[0].to", "'friend' is not known here"),
    "a limit of 0": (mechanic(limits={"per_member": 0}), f"{M}.limits.per_member", "0 does not fit here"),
    "times without a period": (mechanic(limits={"times": 1}), f"{M}.limits.times", "this says nothing without period"),
    "a period alone": (mechanic(limits={"period": "day"}), f"{M}.limits.period", "this says nothing without times"),
    "another period": (mechanic(limits={"times": 1, "period": "hour"}), f"{M}.limits.period", "'hour' is not known"),
    "no weekdays": (mechanic(when=[{"weekdays": []}]), f"{M}.when[0].weekdays", "this does not fit here"),
    "a weekday twice": (mechanic(when=[{"weekdays": ["mon", "mon"]}]), f"{M}.when[0].weekdays", "here twice"),
    "another weekday": (mechanic(when=[{"weekdays": ["moon"]}]), f"{M}.when[0].weekdays[0]", "'moon' is not known"),
    "an hour that is not": (mechanic(when=[{"from": "25:00"}]), f"{M}.when[0].from", "25:00 does not exist"),
    "an hour in seconds": (mechanic(when=[{"to": time(9, 0, 1)}]), f"{M}.when[0].to", "09:00:01 is no time of day"),
    "an hour as a number": (mechanic(when=[{"to": 9}]), f"{M}.when[0].to", "9 is no time of day"),
    "a day that is not": (mechanic(when=[{"since": "2027-02-29"}]), f"{M}.when[0].since", "2027-02-29 does not exist"),
    "a day long ago": (mechanic(when=[{"since": "1999-12-31"}]), f"{M}.when[0].since", "'1999-12-31' is no day"),
    "a moment": (mechanic(when=[{"since": datetime(2027, 1, 1)}]), f"{M}.when[0].since", "is no day"),  # noqa: DTZ001 - as TOML has them
    "a day in words": (mechanic(when=[{"until": "tomorrow"}]), f"{M}.when[0].until", "'tomorrow' is no day"),
    "a window too long": (
        mechanic(when=[{"spent": {"at_least": 1, "within_days": 1101}}]),
        f"{M}.when[0].spent.within_days",
        "1101",
    ),
    "no reference": (mechanic(when=[{"referred": False}]), f"{M}.when[0].referred", "false does not fit here"),
    "blanks around": (mechanic(when=[{"places": [" mitte"]}]), f"{M}.when[0].places[0]", "has blanks around it"),
    "two lines": (mechanic(title={"en": "a\nb"}), f"{M}.title.en", "does not fit here"),
    "half a character": (mechanic(title={"en": "\ud800"}), f"{M}.title.en", "does not fit here"),
    "a long text": (mechanic(title={"en": "x" * 81}), f"{M}.title.en", "'" + "x" * 40 + "'… does not fit here"),
    "no text": (mechanic(title={"en": ""}), f"{M}.title.en", "'' does not fit here"),
    "no language": (mechanic(title={}), f"{M}.title", "there is no text in any language"),
    "no such language": (mechanic(title={"zzz": "x"}), f"{M}.title.zzz", "this is not a language"),
    "words for a language": (mechanic(title={"in English": "x"}), f"{M}.title.'in English'", "this is not a language"),
    "a language twice": (mechanic(title={"en": "x", "EN": "y"}), f"{M}.title.EN", "this language stands here twice"),
    "a text for all": (mechanic(title="Gift"), f"{M}.title", "'Gift' is no table"),
    "a name in capitals": (mechanic("Welcome"), f"{M}.name", "'Welcome' cannot be a name"),
    "a name that is long": (mechanic("m" * 41), f"{M}.name", "cannot be a name"),
    "a name as a number": (mechanic(300), f"{M}.name", "300 cannot be a name"),  # type: ignore[arg-type]  # that is the mistake
    "another trigger": (mechanic(on="purchas"), f"{M}.on", "'purchas' is not known here"),
    "a trigger as a list": (mechanic(on=["purchase"]), f"{M}.on", "this is not known here"),
    "another stage": (mechanic(stage="loving"), f"{M}.stage", "'loving' is not known here"),
    "a long event": (mechanic(on="event", of="x" * 65), f"{M}.of", "does not fit here"),
    "perhaps": (mechanic(active="maybe"), f"{M}.active", "'maybe' is neither true nor false"),
    "nothing to give": (mechanic(give=[]), f"{M}.give", "this does not fit here"),
    "conditions as a table": (mechanic(when=HOURS), f"{M}.when", "this does not fit here"),
    "a condition as a text": (mechanic(when=["always"]), f"{M}.when[0]", "'always' is no table"),
    "an empty condition": (mechanic(when=[{}]), f"{M}.when[0]", "this is no condition"),
    "two in one": (mechanic(when=[HOURS | {"referred": True}]), f"{M}.when[0]", "from and referred are conditions"),
    "two gifts in one": (mechanic(give=[{"points": 5, "message": "x"}]), f"{M}.give[0]", "are effects of their own"),
}
"""What is wrong -> the mechanic, the place, and what is said of it."""

MISSPELT: dict[str, tuple[Document, str, str]] = {
    "in the file": ({"currency": "EUR", "mechanic": []}, "mechanic", "Did you mean mechanics?"),
    "in a mechanic": (file_with(mechanic(limit={})), f"{M}.limit", "Did you mean limits?"),
    "of a condition": (file_with(mechanic(when=[{"purchase": {}}])), f"{M}.when[0].purchase", "Did you mean purchases?"),
    "in a condition": (
        file_with(mechanic(when=[{"visits": {"at_leat": 3}}])),
        f"{M}.when[0].visits.at_leat",
        "Did you mean at_least?",
    ),
    "of an effect": (file_with(mechanic(give=[{"multipy": 2}])), f"{M}.give[0].multipy", "Did you mean multiply?"),
    "of a trigger": (file_with(mechanic(on="enroled")), f"{M}.on", "Did you mean enrolled?"),
    "like nothing": ({"currency": "EUR", "xyz": 1}, "xyz", "Known here: currency, spending, earning, tiers, mechanics, offers."),
    "where it is no use": (
        file_with(mechanic(when=[{"points": {"every": 5}}])),
        f"{M}.when[0].points.every",
        "Known here: at_least, at_most, within_days.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", VALUES)
def test_a_value_that_does_not_fit_is_named_with_its_place(case: str) -> None:
    wrong, place, what = VALUES[case]

    (found,) = findings(file_with(wrong))

    assert found.place == place
    assert what in found.what
    assert found.remedy


@pytest.mark.parametrize("case", MISSPELT)
def test_whoever_misspells_a_word_is_told_the_nearest(case: str) -> None:
    document, place, remedy = MISSPELT[case]

    assert [(found.place, found.remedy) for found in findings(document)][-1] == (place, remedy)


@pytest.mark.parametrize("currency", ["eur", "EUX", 978, None])
def test_a_currency_is_one_of_iso_4217(currency: object) -> None:
    assert places({"currency": currency}) == ["currency"]


def test_what_must_be_there_is_asked_for() -> None:
    missing = places({"mechanics": [{}], "tiers": [{}]})

    assert missing == [
        "currency",
        "tiers[0].name",
        "tiers[0].title",
        *(f"{M}.{key}" for key in ("name", "title", "on", "give")),
    ]


@pytest.mark.parametrize("document", [[], "currency", None, 5])
def test_a_file_is_a_table(document: object) -> None:
    (found,) = findings(document)

    assert (found.place, found.remedy) == ("", "Write { key = value, … }.")


def test_there_are_only_so_many_of_each() -> None:
    tiers = [EVERYBODY, *({**GOLD, "name": f"t{n}", "reach": [{"spent": n + 1}]} for n in range(20))]

    assert places(file_with(*(mechanic(f"m{n}") for n in range(201)), tiers=tiers)) == ["tiers", "mechanics"]
    assert len(read_rulebook(file_with(*(mechanic(f"m{n}") for n in range(200)), tiers=tiers[:20])).mechanics) == 200


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    document = everything()
    document["currency"] = "EUX"
    document["spending"]["worth"] = 0
    document["tiers"][1]["reach"][0]["spent"] = -1
    document["mechanics"][0]["give"][0]["percent"] = 200
    document["mechanics"][2]["of"] = ""
    document["offers"][0]["kind"] = "secret"
    document["mechanics"].append(mechanic("lost"))

    with pytest.raises(RulebookInvalid) as refused:
        read_rulebook(document)

    assert [found["place"] for found in refused.value.extra["findings"]] == [
        "currency",
        "spending.worth",
        "tiers[1].reach[0].spent",
        "mechanics[0].give[0].percent",
        "mechanics[2].of",
        "offers[0].kind",
        "mechanics[3].name",
    ]
    assert refused.value.detail == "currency: 'EUX' is no currency (and 6 more)"
    assert refused.value.slug == "rulebook-invalid"


ENDLESS: list[Document] = [
    file_with(*(mechanic(f"M{n}") for n in range(120))),
    file_with(*[{f"word-{n}": 0 for n in range(120)}] * 120),
    {f"word-{n}": 0 for n in range(10_000)},
]


@pytest.mark.parametrize("document", ENDLESS)
def test_of_very_many_problems_a_hundred_are_told_and_no_more_are_looked_for(document: Document) -> None:
    with pytest.raises(RulebookInvalid) as refused:
        read_rulebook(document)

    assert len(refused.value.extra["findings"]) == 100
    assert len(refused.value.findings) <= 206
