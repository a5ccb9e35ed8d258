"""A member's standing in words: tier, goal, purchase and offers, in every language."""

from datetime import date

import pytest

from wallet_service.cards.placeholders import Holder, PlaceholderInvalid, compile_hole
from wallet_service.cards.sayings import SAID_OF_GOODS, goal_sayer, offers_sayer, receipt_sayer
from wallet_service.cards.standing import NOTHING, Goal, Offer, Receipt, Standing, in_language, read_standing
from wallet_service.cards.words import GOALS, OWN, read_words, words_of

POINTS = {"one": "point", "other": "points"}
GOLD = {"en": "Gold", "ru": "Золотой"}
LUNCH = Receipt(date(2026, 11, 3), 1240, "EUR", "Mitte", ("2 × Cheeseburger", "Cola"), 12)


def goal(measure: str, left: int, language: str = "en", currency: str = "EUR") -> str:
    return goal_sayer(language, POINTS, words_of({}, language))(Goal(GOLD, measure, left, currency))


def receipt(language: str = "en", units: dict[str, str] = POINTS, **known: object) -> str:
    values = {name: getattr(LUNCH, name) for name in Receipt.__slots__} | known
    return receipt_sayer(language, units)(Receipt(**values))


@pytest.mark.parametrize(
    ("language", "measure", "left", "said"),
    [
        ("en", "purchases", 1, "1 purchase to Gold"),
        ("en", "purchases", 2, "2 purchases to Gold"),
        ("en-GB", "visits", 2, "2 visits to Gold"),
        ("en", "spent", 12000, "€120.00 to Gold"),
        ("en", "points", 1250, "1,250 points to Gold"),
        ("en", "moons", 1, ""),
        ("ru", "purchases", 1, "1 покупка до уровня «Золотой»"),
        ("ru", "purchases", 2, "2 покупки до уровня «Золотой»"),
        ("ru", "purchases", 5, "5 покупок до уровня «Золотой»"),
        ("ru", "visits", 3, "3 визита до уровня «Золотой»"),
        ("ru", "spent", 12000, "120,00\u00a0€ до уровня «Золотой»"),
        ("de", "purchases", 1, "Noch 1 Einkauf bis Gold"),
        ("de", "visits", 2, "Noch 2 Besuche bis Gold"),
    ],
)
def test_what_is_missing_until_the_next_tier_is_counted_as_the_language_does(language, measure, left, said):
    assert goal(measure, left, language) == said


def test_money_of_no_currency_is_a_number_and_yen_have_no_hundredths():
    assert goal("spent", 12050, currency="") == "120.50 to Gold"
    assert goal("spent", 12050, currency="JPY") == "¥12,050 to Gold"


def test_whoever_has_no_goal_is_told_of_none():
    assert goal_sayer("en", POINTS, words_of({}, "en"))(None) == ""


def test_a_receipt_says_what_was_paid_for_what_and_what_it_gave():
    assert receipt().split("\n") == ["€12.40 · November 3, 2026, Mitte", "2 × Cheeseburger, Cola", "+12 points"]
    assert receipt("de", {}).split("\n") == ["12,40\u00a0€ · 3. November 2026, Mitte", "2 × Cheeseburger, Cola", "+12"]


def test_a_receipt_says_nothing_of_what_is_not_known():
    assert receipt(place="", goods=(), points=0) == "€12.40 · November 3, 2026"
    assert receipt(points=-1).endswith("-1 point")
    assert receipt_sayer("en", POINTS)(None) == ""


def test_a_long_receipt_names_the_first_goods():
    goods = tuple(f"Cheeseburger {n}" for n in range(20))
    said = receipt(goods=goods).split("\n")[1]
    assert said == "Cheeseburger 0, Cheeseburger 1, Cheeseburger 2, Cheeseburger 3, …"
    assert len(said) <= SAID_OF_GOODS
    assert receipt(goods=("x" * 200,)).split("\n")[1] == "x" * 200


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Free coffee, until December 31, 2026"),
        ("ru", "Кофе, до 31 декабря 2026\u202fг. включительно"),
        ("de", "Free coffee, bis 31. Dezember 2026"),
        ("fr", "Free coffee · 31 décembre 2026"),
    ],
)
def test_offers_stand_one_a_line_with_their_last_day(language, said):
    offers = (Offer({"en": "Free coffee", "ru": "Кофе"}, date(2026, 12, 31)), Offer("Always", None))
    lines = offers_sayer(language, words_of({}, language))(offers).split("\n")
    assert [line.replace("\u00a0", "\u202f") for line in lines] == [said, "Always"]


def test_a_title_is_read_in_the_nearest_language():
    assert [in_language(GOLD, language) for language in ("ru", "ru-RU", "de")] == ["Золотой", "Золотой", "Gold"]
    assert (in_language("Gold", "ru"), in_language({}, "ru")) == ("Gold", "")


def test_what_is_kept_is_read():
    kept = {
        "tier": {"name": "gold", "title": GOLD, "until": "2027-11-22"},
        "goal": {"tier": "gold", "title": GOLD, "measure": "spent", "left": 3},
        "purchase": {"at": "2026-11-03T23:30:00+01:00", "total": 1240, "currency": "EUR"},
        "offers": [{"title": "Tea", "until": "2026-12-31"}, {"title": "Cake"}],
    }
    assert read_standing(kept) == Standing(
        "gold",
        GOLD,
        date(2027, 11, 22),
        Goal(GOLD, "spent", 3, "EUR"),
        Receipt(date(2026, 11, 3), 1240, "EUR", "", (), 0),
        (Offer("Tea", date(2026, 12, 31)), Offer("Cake", None)),
    )


def test_a_goal_may_bring_its_own_currency():
    kept = {"goal": {"title": "Gold", "measure": "spent", "left": 3, "currency": "CHF"}}
    assert read_standing(kept).goal == Goal("Gold", "spent", 3, "CHF")


def test_nothing_kept_is_nothing_shown():
    assert read_standing({}) == read_standing({"tier": None, "goal": None, "purchase": None, "offers": []}) == NOTHING


def test_every_placeholder_of_a_standing_is_empty_where_there_is_nothing():
    nobody = Holder("", "", 0, "", "", "", "", "", "en")
    words = words_of({}, "en")
    for name in ("tier", "tier_until", "next_goal", "last_purchase", "offers"):
        assert compile_hole(name, "en", POINTS, words)(nobody) == ""
    assert compile_hole("tier|or:Member", "en", POINTS, words)(nobody) == "Member"


def test_a_language_without_words_for_goals_is_refused():
    with pytest.raises(PlaceholderInvalid, match='no words for "fr"') as refusal:
        compile_hole("next_goal", "fr", POINTS, words_of({}, "fr"))
    assert refusal.value.remedy == "Add purchases, visits, spent, points to [words.fr] in card.toml."


def test_a_template_may_say_it_otherwise():
    said, problems = read_words(
        {"en": {"purchases": {"one": "{tier}: {left} burger", "other": "{tier}: {left} burgers"}}}
    )
    words = words_of(said, "en")
    assert problems == []
    assert goal_sayer("en", POINTS, words)(Goal(GOLD, "purchases", 2, "")) == "Gold: 2 burgers"
    assert words["visits"] == OWN["en"]["visits"]


def test_braces_in_a_title_are_no_placeholders():
    said = goal_sayer("en", POINTS, words_of({}, "en"))(Goal("{left} {gone}", "visits", 2, ""))
    assert said == "2 visits to {left} {gone}"


def test_all_our_languages_have_all_words():
    assert all(set(words) == {*GOALS, "offer"} for words in OWN.values())
    assert all(read_words({language: words})[1] == [] for language, words in OWN.items())


@pytest.mark.parametrize(
    ("table", "where", "mend"),
    [
        (5, "words", "Write [words.en] on a line of its own."),
        ({"en": 5}, "words.en", "Write [words.en] on a line of its own."),
        ({"en": {"purchase": "x"}}, "words.en.purchase", "Write purchases."),
        ({"en": {"zzz": "x"}}, "words.en.zzz", "Texts are purchases, visits, spent, points, offer."),
        ({"en": {"offer": 5}}, "words.en.offer", 'Write offer = "…", or offer = { one = "…", other = "…" }.'),
        (
            {"en": {"visits": {"one": "x"}}},
            "words.en.visits",
            'Write visits = "…", or visits = { one = "…", other = "…" }.',
        ),
        ({"en": {"visits": "{left}"}}, "words.en.visits", "Write {left} and {tier} into it."),
        ({"en": {"offer": "{title} {until} {x}"}}, "words.en.offer", "Write {title} and {until} into it."),
    ],
)
def test_words_that_are_none_are_named(table, where, mend):
    _, problems = read_words(table)
    assert [(problem.where, problem.mend) for problem in problems] == [(f"card.toml: {where}", mend)]
