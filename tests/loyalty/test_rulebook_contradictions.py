"""Words that are right by themselves and never come to anything together: each contradiction is told where it lies."""

from typing import Any

import pytest

from tests.loyalty.programme_file import EVERYBODY, GIFT, GOLD, Document, file_with, findings, mechanic, places
from wallet_service.loyalty.rules.reading import read_rulebook

FRIEND: dict[str, Any] = {"referred": True}
HELLO: list[Document] = [{"message": "hello"}]
SHARE: list[Document] = [{"percent": 5}]


def when(*conditions: Document, **said: Any) -> Document:
    return mechanic(when=list(conditions), **said)


WITHIN: dict[str, tuple[Document, str, str]] = {
    "bounds crossed": (when({"visits": {"at_least": 5, "at_most": 4}}), "when[0].visits.at_least", "at least 5 and"),
    "days crossed": (when({"last_purchase": {"at_least_days": 2, "at_most_days": 1}}), "when[0].last_purchase.at_least_days", "at least 2"),
    "every within a window": (when({"purchases": {"every": 5, "within_days": 30}}), "when[0].purchases.every", "window"),
    "every with a bound": (when({"purchases": {"every": 5, "at_most": 30}}), "when[0].purchases.every", "of its own"),
    "a count of nothing": (when({"spent": {"within_days": 30}}), "when[0].spent", "asks for no number"),
    "no days ago": (when({"last_purchase": {}}), "when[0].last_purchase", "no number of days"),
    "a basket of nothing": (when({"basket": {"categories": ["tea"]}}), "when[0].basket", "at least nothing"),
    "the end first": (when({"since": "2027-01-02", "until": "2027-01-01"}), "when[0].since", "2027-01-02 is after"),
    "a weekday outside": (when({"since": "2027-01-01", "until": "2027-01-01", "weekdays": ["mon"]}), "when[0].weekdays", "none of these days"),
    "no time at all": (when({"from": "09:00", "to": "09:00"}), "when[0].to", "no time lies between"),
    "no days of silence": (mechanic(on="inactive"), "days", "inactive needs a number of days"),
    "no days ahead": (mechanic(on="lot-expiring", give=HELLO), "days", "lot-expiring needs a number"),
    "days of a purchase": (mechanic(days=5), "days", "purchase is not about a number of days"),
    "one of the purchases": (mechanic(of="gold"), "of", "there is only one purchase"),
    "a basket of a visit": (when({"basket": {"quantity": 1}}, on="visit"), "when[0].basket", "visit has no purchase"),
    "a birthday's last purchase": (when({"last_purchase": {"at_least_days": 9}}, on="birthday"), "when[0].last_purchase", "birthday has no purchase"),
    "a share of a birthday": (mechanic(on="birthday", give=SHARE), "give[0].percent", "birthday has no purchase"),
    "a place of a birthday": (when({"places": ["x"]}, on="birthday"), "when[0].places", "birthday happens at no place"),
    "hours of a birthday": (when({"from": "09:00"}, on="birthday"), "when[0]", "a matter of days, not of hours"),
    "every visit of a purchase": (when({"visits": {"every": 5}}), "when[0].visits.every", "purchase adds nothing to visits"),
    "every purchase of a visit": (when({"spent": {"every": 5}}, on="visit"), "when[0].spent.every", "visit adds nothing"),
    "the first that counts itself": (when({"purchases": {"at_most": 0}}), "when[0].purchases.at_most", "counts itself"),
    "the first visit likewise": (when({"visits": {"at_most": 0}}, on="visit"), "when[0].visits.at_most", "counts itself"),
    "weekdays apart": (when({"weekdays": ["mon"]}, {"weekdays": ["tue"]}, on="birthday"), "when", "no weekday meets all"),
    "places apart": (when({"places": ["a"]}, {"places": ["b", "c"]}), "when", "no place meets all conditions"),
    "days apart": (when({"since": "2027-02-01"}, {"until": "2027-01-01"}), "when", "no day is since 2027-02-01"),
    "nobody's referrer": (mechanic(give=[{"points": 5, "to": "referrer"}]), "give[0].to", "brought by somebody"),
    "a budget without points": (mechanic(give=HELLO, limits={"budget": 5}), "limits.budget", "no points are given"),
    "a most without points": (mechanic(give=HELLO, limits={"most": 5}), "limits.most", "no points are given"),
    "points without a why": (mechanic(why={}), "why", "there is no text"),
    "another placeholder": (mechanic(why={"en": "+{point}"}), "why.en", '"{point}" cannot be shown'),
    "a brace alone": (mechanic(why={"en": "+{points"}), "why.en", '"{" cannot be shown here'),
    "a receipt of a visit": (mechanic(on="visit", why={"en": "{receipt}"}), "why.en", '"{receipt}" cannot be shown'),
    "days of a visit": (mechanic(on="visit", why={"en": "{days}"}), "why.en", '"{days}" cannot be shown'),
}  # fmt: skip
"""What contradicts itself -> the mechanic, the place in it, and what is said of that."""


@pytest.mark.parametrize("case", WITHIN)
def test_a_mechanic_that_contradicts_itself_is_told_where(case: str) -> None:
    wrong, place, what = WITHIN[case]

    (found,) = findings(file_with(wrong))

    assert found.place == f"mechanics[0].{place}"
    assert what in found.what


def test_points_need_a_why_even_if_nothing_is_said_of_it() -> None:
    silent = mechanic()
    del silent["why"]

    assert places(file_with(silent)) == ["mechanics[0].why"]


def test_a_tier_is_shown_where_it_is_known_which() -> None:
    why = {"en": "{tier}"}
    tiers = [EVERYBODY, GOLD]

    assert read_rulebook(file_with(mechanic(on="tier-reached", of="gold", why=why), tiers=tiers))
    assert places(file_with(mechanic(on="tier-reached", why=why), tiers=tiers)) == ["mechanics[0].why.en"]


PERIODS: list[tuple[Document, ...]] = [
    ({"since": "2027-01-01", "until": "2027-01-07", "weekdays": ["sun"]},),
    ({"since": "2027-01-01"}, {"until": "2027-01-01"}, {"weekdays": ["mon", "tue"]}, {"weekdays": ["tue", "wed"]}),
    ({"from": "22:00", "to": "02:00"},),
    ({"from": "22:00"}, {"to": "23:00"}),
]


@pytest.mark.parametrize("conditions", PERIODS)
def test_times_that_come_are_no_contradiction(conditions: tuple[Document, ...]) -> None:
    assert read_rulebook(file_with(when(*conditions)))


def gold_again(**reach: Any) -> Document:
    return {"name": "platinum", "title": {"en": "Platinum"}, "reach": [reach]}


def on_tier(of: str, *gives: str) -> Document:
    return mechanic(f"from-{of or 'any'}", on="tier-reached", give=[{"tier": each} for each in gives], **({"of": of} if of else {}))  # fmt: skip


TIERS = [EVERYBODY, GOLD, gold_again(spent=900)]
BETWEEN: dict[str, tuple[Document, list[str], str]] = {
    "a mechanic's name twice": (file_with(mechanic(), mechanic("n"), mechanic()), ["mechanics[2].name"], "mechanics[0] is called m too"),
    "a tier's name twice": (file_with(tiers=[EVERYBODY, GOLD, {**GOLD, "reach": [{"visits": 9}]}]), ["tiers[2].name"], "tiers[1] is called gold too"),
    "an offer's name twice": (file_with(offers=[GIFT, GIFT]), ["offers[1].name"], "offers[0] is called gift too"),
    "an offer that is not": (file_with(mechanic(give=[{"offer": "gitf"}]), offers=[GIFT]), ["mechanics[0].give[0].offer"], "there is no offer gitf"),
    "no offers": (file_with(mechanic(give=[{"offer": "gift"}])), ["mechanics[0].give[0].offer"], "there is no offer gift"),
    "an offer for all": (file_with(mechanic(give=[{"offer": "gift"}]), offers=[{**GIFT, "kind": "unique"}]), ["mechanics[0].give[0].offer"], "gift is unique, and not given"),
    "a tier that is not": (file_with(when({"tiers": ["gold", "golf"]}), tiers=TIERS), ["mechanics[0].when[0].tiers"], "there is no tier golf"),
    "a tier given that is not": (file_with(mechanic(give=[{"tier": "gold"}])), ["mechanics[0].give[0].tier"], "there is no tier gold"),
    "a tier reached that is not": (file_with(mechanic(on="tier-reached", of="gold")), ["mechanics[0].of"], "there is no tier gold"),
    "no tier at all": (file_with(mechanic(on="tier-reached")), ["mechanics[0].on"], "there is no tier to be reached"),
    "twice nothing": (file_with(mechanic(give=[{"points": 1}, {"multiply": 2}])), ["mechanics[0].give[1].multiply"], "no mechanic gives a share"),
    "a tier as easy": (file_with(tiers=[EVERYBODY, GOLD, gold_again(spent=500)]), ["tiers[2].reach[0]"], "gold asks for as much"),
    "a tier that is easier": (file_with(tiers=[GOLD, gold_again(spent=499)]), ["tiers[1].reach[0]"], "gold asks for as much"),
    "everybody on top": (file_with(tiers=[GOLD, EVERYBODY]), ["tiers[1]"], "everybody would have this tier"),
    "a circle of one": (file_with(on_tier("gold", "gold"), tiers=TIERS), ["mechanics[0].give"], "from gold back to gold"),
    "a circle of two": (file_with(on_tier("gold", "platinum"), on_tier("platinum", "bronze", "gold"), tiers=TIERS), ["mechanics[0].give", "mechanics[1].give"], "from gold back to gold"),
    "a circle from any": (file_with(on_tier("", "platinum"), tiers=TIERS), ["mechanics[0].give"], "from platinum back"),
}  # fmt: skip
"""What contradicts itself -> the file, the places, and what is said first."""


@pytest.mark.parametrize("case", BETWEEN)
def test_parts_of_a_file_that_contradict_each_other_are_told_where(case: str) -> None:
    document, where, what = BETWEEN[case]

    found = findings(document)

    assert [each.place for each in found] == where
    assert what in found[0].what


HARMONY: dict[str, Document] = {
    "another window": file_with(tiers=[GOLD, gold_again(spent=400, within_days=30)]),
    "another measure": file_with(tiers=[GOLD, gold_again(visits=1)]),
    "paid for": file_with(tiers=[GOLD, {"name": "prime", "title": {"en": "Prime"}, "paid_days": 365}]),
    "a ladder": file_with(on_tier("bronze", "gold"), on_tier("gold", "platinum"), tiers=TIERS),
    "a share elsewhere": file_with(mechanic("a", give=[{"multiply": 2}]), mechanic("b", give=SHARE, active=False)),
}


@pytest.mark.parametrize("case", HARMONY)
def test_parts_that_go_together_are_taken(case: str) -> None:
    assert read_rulebook(HARMONY[case])


def test_what_cannot_be_read_is_still_known_by_its_name() -> None:
    broken = file_with(
        when({"tiers": ["gold"]}, give=[{"offer": "gift"}]),
        tiers=[{**GOLD, "term_days": 0}],
        offers=[{**GIFT, "benefit": {}}],
    )

    assert places(broken) == ["tiers[0].term_days", "offers[0].benefit"]


def test_parts_that_are_no_lists_of_tables_name_nothing() -> None:
    assert places(file_with(when({"tiers": ["gold"]}), tiers="gold")) == ["tiers", "mechanics[0].when[0].tiers"]
    assert places(file_with(tiers=["gold", {"name": 5}]))[0] == "tiers[0]"
